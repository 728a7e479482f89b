/**
 * Two networks with active roles on one chain: the gates see a foreign sequencer or batcher only while it moves, and one
 * of a quiet chain may stand still for longer than any gate waits. So networks are compared with each other as well.
 */
import { API_VERSION } from '../../api/names.ts';
import type { OptimismNetworkStatus } from '../../api/optimism-network.ts';
import type { Registry } from '../../catalogue/registry.ts';
import type { Problem } from '../../contract/failures.ts';
import { isKubeStatus, type KubeClient, type KubeObject } from '../../kube/index.ts';
import { componentRole } from '../../plan/component-role.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { gatherCustomResources } from './custom-resources.ts';
import type { Wish } from './wish.ts';

/** A network that is rolled out is looked at often; a new one is compared with what is there now. */
const FRESH_MS = 30_000;

interface Listed {
  readonly at: number;
  readonly networks: readonly KubeObject[];
}

const lists = new WeakMap<KubeClient, Listed>();

export async function duplicateChain(
  { kube, registry }: Pick<ActivityDependencies, 'kube' | 'registry'>,
  wish: Wish,
  options: { readonly installed: boolean; readonly now: number; readonly signal: AbortSignal },
): Promise<Problem[]> {
  const own = wish.resources.network;
  const chain = chainOf(own, registry);
  if (!chain || (wish.batchers.length === 0 && !wish.nodes.some(({ spec }) => spec.role === 'Sequencer'))) return [];
  const others = (await networks(kube, own.metadata.namespace ?? '', options)).filter(
    (other) => other.metadata.uid !== own.metadata.uid && chainOf(other, registry) === chain && comesFirst(other, own),
  );
  for (const other of others) {
    if (!(await hasActiveRoles(kube, other, options.signal))) continue;
    const name = `${other.metadata.namespace}/${other.metadata.name}`;
    return [
      {
        type: 'DuplicateChain',
        message: `OptimismNetwork ${name} sequences or batches the same chain (${chain})`,
        fix: `delete one of the two, or remove sequencer and batcher from this one: replicas of ${name} need neither`,
      },
    ];
  }
  return [];
}

interface ChainSpec {
  readonly network?: string;
  readonly l1?: { readonly chainId?: number };
  readonly contracts?: { readonly systemConfig?: string };
}

function chainOf({ spec }: KubeObject, registry: Registry): string | undefined {
  const { network, l1, contracts } = (spec ?? {}) as ChainSpec;
  const known = network === undefined ? undefined : registry.find(network);
  const systemConfig = contracts?.systemConfig ?? known?.addresses.SystemConfigProxy;
  if (!systemConfig) return undefined;
  return `SystemConfig ${systemConfig.toLowerCase()} on L1 ${l1?.chainId ?? known?.l1_chain_id ?? '?'}`;
}

/** What is rolled out stays, then what is older. */
function comesFirst(other: KubeObject, own: KubeObject): boolean {
  const installed = (object: KubeObject) =>
    ((object['status'] as OptimismNetworkStatus | undefined)?.components ?? []).length > 0;
  if (installed(other) !== installed(own)) return installed(other);
  const age = ({ metadata }: KubeObject) => `${metadata.creationTimestamp}/${metadata.uid}`;
  return age(other) < age(own);
}

async function hasActiveRoles(kube: KubeClient, network: KubeObject, signal: AbortSignal): Promise<boolean> {
  const { namespace = '', name } = network.metadata;
  const resources = await gatherCustomResources(kube, { namespace, name }, signal);
  return (resources?.components ?? []).some((component) =>
    ['sequencer', 'batcher'].includes(componentRole(component) ?? ''),
  );
}

/** All networks that we may see: of the cluster, or of the namespace where we may not list more. */
async function networks(
  kube: KubeClient,
  namespace: string,
  { installed, now, signal }: { readonly installed: boolean; readonly now: number; readonly signal: AbortSignal },
): Promise<readonly KubeObject[]> {
  const known = lists.get(kube);
  if (known && installed && now - known.at < FRESH_MS) return known.networks;
  const type = { apiVersion: API_VERSION, kind: 'OptimismNetwork' };
  let items: readonly KubeObject[];
  try {
    ({ items } = await kube.list(type, { signal }));
  } catch (error) {
    if (!isKubeStatus(error, 403)) throw error;
    ({ items } = await kube.list({ ...type, namespace }, { signal }));
  }
  lists.set(kube, { at: now, networks: items });
  return items;
}
