/** Which networks objects are about. Pure. */
import { referencesOf } from '../../activities/gather/references.ts';
import { GROUP } from '../../api/names.ts';
import type { KubeObject } from '../../kube/index.ts';

export interface NetworkName {
  readonly namespace: string;
  readonly name: string;
}

/**
 * @param applied objects as they would be
 * @param all objects of the operator's kinds that would be there
 * @returns networks that objects are, or belong to, or that refer to them, in the order of the objects
 */
export function concernedNetworks(applied: readonly KubeObject[], all: readonly KubeObject[]): NetworkName[] {
  const names = applied.flatMap((object) => {
    if (object.apiVersion.startsWith(`${GROUP}/`)) return networkOf(object);
    return all.filter((other) => refersTo(other, object)).flatMap(networkOf);
  });
  return [...new Map(names.map((item) => [`${item.namespace}/${item.name}`, item])).values()];
}

function networkOf({ kind, metadata, spec }: KubeObject): NetworkName[] {
  const { networkRef } = (spec ?? {}) as { networkRef?: { name?: string } };
  const name = kind === 'OptimismNetwork' ? metadata.name : networkRef?.name;
  return name === undefined ? [] : [{ namespace: metadata.namespace ?? 'default', name }];
}

function refersTo({ kind, metadata, spec }: KubeObject, data: KubeObject): boolean {
  return (
    metadata.namespace === data.metadata.namespace &&
    referencesOf(`${kind}/${metadata.name}`, spec).some(
      (use) => use.kind === data.kind && use.name === data.metadata.name,
    )
  );
}
