/** Whether a node gets its fork times from somewhere else than before. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { ComponentRef } from '../../contract/plan.ts';
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

interface Volume {
  readonly configMap?: { readonly name: string; readonly items?: readonly { readonly path: string }[] };
  readonly projected?: { readonly sources?: readonly Pick<Volume, 'configMap'>[] };
}

/** Files, whose ConfigMaps are named after their content; what has none is told by the programs themselves. */
function forkSources(render: Pick<StoredRender, 'objects'>) {
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
