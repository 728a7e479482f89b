/** Networks and their components, as the API server has them. */
import { API_VERSION, KIND_NAMES, type KindName } from '../api/names.ts';
import type { OpBatcherStatus } from '../api/op-batcher.ts';
import type { OpChallengerStatus } from '../api/op-challenger.ts';
import type { OpNodeStatus } from '../api/op-node.ts';
import type { OpProposerStatus } from '../api/op-proposer.ts';
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import type { KubeClient, KubeObject } from '../kube/index.ts';
import { CliError } from './cli-error.ts';
import type { Connection } from './context.ts';

/** An OptimismNetwork as it was read: a spec that an older CRD let through is no reason not to show its status. */
export interface NetworkObject extends KubeObject {
  readonly status?: OptimismNetworkStatus;
  readonly spec?: { readonly release?: string };
}

export interface ComponentObject extends KubeObject {
  readonly kind: Exclude<KindName, 'OptimismNetwork'>;
  readonly spec?: { readonly networkRef?: { readonly name?: string }; readonly role?: string };
  readonly status?: OpNodeStatus & OpBatcherStatus & OpProposerStatus & OpChallengerStatus;
}

export interface NetworkTree {
  readonly network: NetworkObject;
  readonly components: readonly ComponentObject[];
}

const COMPONENT_KINDS = KIND_NAMES.filter((kind) => kind !== 'OptimismNetwork');

/**
 * One network by name, or all of the namespace.
 * @param namespace undefined: all namespaces
 */
export async function readTrees(
  kube: KubeClient,
  namespace: string | undefined,
  name?: string,
): Promise<NetworkTree[]> {
  const [networks, ...components] = await Promise.all([
    readNetworks(kube, namespace, name),
    ...COMPONENT_KINDS.map((kind) => kube.list<ComponentObject>({ apiVersion: API_VERSION, kind, namespace })),
  ]);
  const all = components.flatMap(({ items }) => items);
  return networks.map((network) => ({
    network,
    components: all.filter(
      ({ metadata, spec }) =>
        metadata.namespace === network.metadata.namespace && spec?.networkRef?.name === network.metadata.name,
    ),
  }));
}

async function readNetworks(kube: KubeClient, namespace: string | undefined, name?: string): Promise<NetworkObject[]> {
  if (name !== undefined && namespace !== undefined) return [await readNetwork({ kube, namespace }, name)];
  const { items } = await kube.list<NetworkObject>({ apiVersion: API_VERSION, kind: 'OptimismNetwork', namespace });
  return name === undefined ? items : items.filter(({ metadata }) => metadata.name === name);
}

/** @throws CliError that names the networks there are */
export async function readNetwork({ kube, namespace }: Connection, name: string): Promise<NetworkObject> {
  const found = await kube.get<NetworkObject>({ apiVersion: API_VERSION, kind: 'OptimismNetwork', namespace, name });
  if (found) return found;
  const { items } = await kube.list(
    { apiVersion: API_VERSION, kind: 'OptimismNetwork', namespace },
    { metadataOnly: true },
  );
  const names = items.map(({ metadata }) => metadata.name);
  throw new CliError({
    what: `There is no OptimismNetwork ${name} in namespace ${namespace}`,
    why: names.length > 0 ? `There are: ${names.join(', ')}` : 'There is none in this namespace',
    next: names.length > 0 ? `opstack status ${names[0]} -n ${namespace}` : 'opstack status --all-namespaces',
  });
}

/**
 * The network that is meant: by name, or the only one of the namespace.
 * @throws CliError when there are several, or none
 */
export async function theNetwork(connection: Connection, name: string | undefined): Promise<NetworkObject> {
  if (name !== undefined) return readNetwork(connection, name);
  const networks = await readNetworks(connection.kube, connection.namespace);
  const [only, ...others] = networks;
  if (only && others.length === 0) return only;
  const names = networks.map(({ metadata }) => metadata.name);
  throw new CliError({
    what:
      names.length > 0
        ? `Which network? There are ${names.length} in namespace ${connection.namespace}`
        : `There is no OptimismNetwork in namespace ${connection.namespace}`,
    ...(names.length > 0 ? { why: names.join(', ') } : {}),
    next: names.length > 0 ? `name one, for example ${names[0]}` : 'opstack status --all-namespaces',
  });
}
