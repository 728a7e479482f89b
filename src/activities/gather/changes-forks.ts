/** Whether a node gets its fork times from somewhere else than before, and until when it could go back. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { versionKnowsFork } from '../../catalogue/fork-versions.ts';
import { FORKS, type ForkName } from '../../catalogue/releases.ts';
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
 * From when on what a node was rolled out with would be on a chain of its own: the first time of a fork that is another
 * one than before, or that its former programs do not know and the wished ones do.
 * @param before render of the node, and of the network, which has the files of the chain
 * @param after what is wished: render of the node, and forks of the chain
 */
export function pointOfNoReturn(
  component: ComponentRef,
  before: { readonly node: Objects | undefined; readonly network: Objects | undefined },
  after: { readonly node: Objects | undefined; readonly forks: readonly Fork[] },
): PointOfNoReturn | undefined {
  if (component.kind !== 'OpNode' || !before.node || !after.node) return undefined;
  const [former, next] = [imagesOf(before.node), imagesOf(after.node)];
  const { rollup } = forkSources(before.node);
  const isOther = rollup !== forkSources(after.node).rollup;
  const [first] = [
    ...(isOther ? otherTimes(forksIn(before.network, rollup), after.forks) : []),
    ...after.forks.filter(({ name }) => isForkName(name) && !knows(former, name) && knows(next, name)),
  ].sort((a, b) => a.time - b.time);
  return first && { time: first.time, why: `the time of ${first.name} has come` };
}

/** undefined: what the programs are told by their release. */
function forksIn(network: Objects | undefined, configMap: string | undefined): readonly Fork[] | undefined {
  const found = network?.objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === configMap);
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

const PROGRAMS = [
  ['op-node', 'opNode'],
  ['op-geth', 'opGeth'],
  ['op-reth', 'opReth'],
] as const;

/** What can not be told counts as known. */
function knows(images: Readonly<Record<string, string>>, fork: ForkName): boolean {
  return PROGRAMS.every(([container, program]) => {
    const version = versionOfImage(images[container])?.text;
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
