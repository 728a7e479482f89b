/** Whether a node gets its fork times from somewhere else than before, and until when a component could go back. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { versionKnowsFork } from '../../catalogue/fork-versions.ts';
import { FORKS, type ForkName, PROGRAM_KEYS, PROGRAMS } from '../../catalogue/releases.ts';
import { versionOfImage } from '../../catalogue/version.ts';
import { parseRollupConfig, scheduledForks } from '../../chain/rollup-config.ts';
import type { ComponentRef, PointOfNoReturn } from '../../contract/plan.ts';
import { imagesOf } from '../desire.ts';
import type { StoredRender } from '../state/render-store.ts';

/** @param before absent: it is new, and has no other time than the one it is started with */
export function changesForks(
  component: ComponentRef,
  before: Pick<StoredRender, 'objects'> | undefined,
  after: Pick<StoredRender, 'objects'> | undefined,
): boolean {
  if (component.kind !== 'OpNode' || !before || !after) return false;
  return !isDeepStrictEqual(forkSources(before), forkSources(after));
}

type Objects = Pick<StoredRender, 'objects'>;
type Fork = { readonly name: string; readonly time: number };

/**
 * From when on what a component was rolled out with does not go with the chain: the first time of a fork that a node has
 * another one of than before, or that its former programs do not know and the wished ones do.
 * @param before render of the component, and objects among which the files of the chain are
 * @param after what is wished: render of the component, and forks of the chain
 */
export function pointOfNoReturn(
  component: ComponentRef,
  before: { readonly render: Objects | undefined; readonly files: Objects['objects'] },
  after: { readonly render: Objects | undefined; readonly forks: readonly Fork[] },
): PointOfNoReturn | undefined {
  if (!before.render || !after.render) return undefined;
  const [former, next] = [imagesOf(before.render), imagesOf(after.render)];
  const { rollup } = forkSources(before.render);
  const isOther = component.kind === 'OpNode' && rollup !== forkSources(after.render).rollup;
  const [first] = [
    ...(isOther ? otherTimes(forksIn(before.files, rollup), after.forks) : []),
    ...after.forks.filter(({ name }) => isForkName(name) && !knows(former, name) && knows(next, name)),
  ].sort((a, b) => a.time - b.time);
  return first && { time: first.time, why: `the time of ${first.name} has come` };
}

/** undefined: what the programs are told by their release. */
function forksIn(files: Objects['objects'], configMap: string | undefined): readonly Fork[] | undefined {
  const found = files.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === configMap);
  const text = (found?.['data'] as Record<string, string> | undefined)?.['rollup.json'];
  return text === undefined ? undefined : scheduledForks(parseRollupConfig(JSON.parse(text)));
}

/** With the earlier of both times: from then on they are two chains. */
function otherTimes(before: readonly Fork[] | undefined, after: readonly Fork[]): Fork[] {
  if (!before) return [];
  return FORKS.flatMap((name) => {
    const times = [before, after].map((forks) => forks.find((fork) => fork.name === name)?.time);
    if (times[0] === times[1]) return [];
    return [{ name, time: Math.min(...times.flatMap((time) => time ?? [])) }];
  });
}

function isForkName(name: string): name is ForkName {
  return FORKS.some((fork) => fork === name);
}

/** What can not be told counts as known. */
function knows(images: Readonly<Record<string, string>>, fork: ForkName): boolean {
  return PROGRAM_KEYS.every((program) => {
    const version = versionOfImage(images[PROGRAMS[program]])?.text;
    return version === undefined || versionKnowsFork(program, version, fork) !== false;
  });
}

interface Volume {
  readonly configMap?: { readonly name: string; readonly items?: readonly { readonly path: string }[] };
  readonly projected?: { readonly sources?: readonly Pick<Volume, 'configMap'>[] };
}

/** Files, whose ConfigMaps are named after their content; what has none is told by the programs themselves. */
function forkSources(render: Objects) {
  const volumes = render.objects
    .filter(({ kind }) => kind === 'StatefulSet')
    .flatMap((set) => (set['spec'] as { template?: { spec?: { volumes?: Volume[] } } }).template?.spec?.volumes ?? []);
  const maps = volumes.flatMap(({ configMap, projected }) => [
    ...(configMap ? [configMap] : []),
    ...(projected?.sources ?? []).flatMap((source) => source.configMap ?? []),
  ]);
  const named = (file: RegExp) => maps.find(({ items }) => items?.some(({ path }) => file.test(path)))?.name;
  const images = imagesOf(render);
  return {
    rollup: named(/^rollup\.json$/) ?? images['op-node'],
    genesis: named(/^genesis\.json/) ?? images['op-geth'] ?? images['op-reth'],
  };
}
