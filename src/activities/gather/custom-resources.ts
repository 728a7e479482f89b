/** Our own objects of one network, as the API server has them. */
import { API_VERSION, KIND_NAMES, type KindName } from '../../api/names.ts';
import type { KubeClient, KubeObject } from '../../kube/index.ts';

export interface CustomResources {
  readonly network: KubeObject;
  /** Components whose `networkRef` names the network, oldest first: of two that collide, the newer one is refused. */
  readonly components: readonly KubeObject[];
  readonly namespaceTerminating: boolean;
}

const COMPONENT_KINDS = KIND_NAMES.filter(
  (kind): kind is Exclude<KindName, 'OptimismNetwork'> => kind !== 'OptimismNetwork',
);

/** @returns undefined when there is no such network */
export async function gatherCustomResources(
  kube: KubeClient,
  at: { namespace: string; name: string },
  signal: AbortSignal,
): Promise<CustomResources | undefined> {
  const [network, namespace, ...lists] = await Promise.all([
    kube.get({ apiVersion: API_VERSION, kind: 'OptimismNetwork', ...at }, { signal }),
    kube.get({ apiVersion: 'v1', kind: 'Namespace', name: at.namespace }, { signal }),
    ...COMPONENT_KINDS.map((kind) => kube.list({ apiVersion: API_VERSION, kind, namespace: at.namespace }, { signal })),
  ]);
  if (!network) return undefined;
  const components = lists
    .flatMap((list, index) =>
      list.items.map((item): KubeObject => ({ ...item, apiVersion: API_VERSION, kind: COMPONENT_KINDS[index] ?? '' })),
    )
    .filter((item) => networkRefOf(item) === at.name)
    .sort((a, b) => age(a).localeCompare(age(b)));
  return { network, components, namespaceTerminating: namespace?.metadata.deletionTimestamp !== undefined };
}

function age({ metadata }: KubeObject): string {
  return `${metadata.creationTimestamp}/${metadata.name}`;
}

function networkRefOf(object: KubeObject): string | undefined {
  const spec = object['spec'] as { networkRef?: { name?: string } } | undefined;
  return spec?.networkRef?.name;
}
