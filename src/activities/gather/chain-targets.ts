/** Where a network's chain can be looked at: its pods, its L1, its senders. */
import { LABELS } from '../../api/names.ts';
import type { PodTarget, SampleTargets } from '../../chain/sample.ts';
import type { KubeObject } from '../../kube/index.ts';
import { EL_HTTP, NODE_METRICS, NODE_RPC } from '../../render/ports.ts';
import type { LiveObjects } from './live.ts';
import type { Wish } from './wish.ts';

export type Pod = KubeObject & {
  spec?: { nodeName?: string };
  status?: { podIP?: string; conditions?: { type: string; status: string; lastTransitionTime?: string }[] };
};

export function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

/**
 * Pods of all nodes of a network, by their labels and not by what OpNodes there are: a pod whose OpNode is being deleted,
 * or is gone, may still sequence.
 */
export function nodePods(live: Pick<LiveObjects, 'pods'>): PodTarget[] {
  return live.pods.flatMap((pod) => {
    const [, kind, node] = /^([a-z]+)\.(.+)$/.exec(pod.metadata.labels?.[LABELS.component] ?? '') ?? [];
    if (kind !== 'opnode' || node === undefined) return [];
    const role = pod.metadata.labels?.['app.kubernetes.io/component'] === 'sequencer' ? 'Sequencer' : 'Replica';
    return [podTarget(pod as Pod, node, role)];
  });
}

function podTarget(pod: Pod, node: string, role: 'Sequencer' | 'Replica'): PodTarget {
  const ip = pod.status?.podIP;
  const { name, uid, deletionTimestamp } = pod.metadata;
  return {
    pod: name,
    ...(uid ? { uid } : {}),
    node,
    role,
    ...(ip ? { ip } : {}),
    ...(pod.spec?.nodeName ? { host: pod.spec.nodeName } : {}),
    ...(deletionTimestamp ? { endsAt: Date.parse(deletionTimestamp) } : {}),
    ports: { opNode: NODE_RPC.number, execution: EL_HTTP.number, nodeMetrics: NODE_METRICS.number },
  };
}

/** Address of a pod's op-node RPC; undefined while it has no IP. */
export function opNodeUrl({ ip, ports }: PodTarget): string | undefined {
  return podUrl(ip, ports.opNode);
}

/** Address of a port of a pod; undefined while it has no IP. */
export function podUrl(ip: string | undefined, port: number): string | undefined {
  return ip && `http://${ip.includes(':') ? `[${ip}]` : ip}:${port}`;
}

export interface LookAt {
  /** First L1 block of the inbox scan. */
  readonly inboxFrom?: number;
  readonly compareBlocks?: boolean;
  readonly heard?: boolean;
  readonly forks?: boolean;
  readonly nonceLookBack?: number;
}

export function sampleTargets(wish: Wish, pods: readonly PodTarget[], options: LookAt = {}): SampleTargets {
  const { l1Url, beaconUrl, files, batcherAddress } = wish;
  // Whole L1 blocks are read for it, and only who sequences or batches is asked about it.
  const readsInbox = batcherAddress !== undefined || pods.some(({ role }) => role === 'Sequencer');
  return {
    ...(l1Url ? { l1: { rpc: l1Url, ...(beaconUrl ? { beacon: beaconUrl } : {}) } } : {}),
    ...(files
      ? {
          contracts: {
            systemConfig: files.rollup.l1_system_config_address,
            l1GenesisNumber: files.rollup.genesis.l1.number,
          },
        }
      : {}),
    pods,
    ...(files ? { genesisNumber: files.rollup.genesis.l2.number } : {}),
    ...(batcherAddress
      ? {
          batcher: {
            address: batcherAddress,
            ...(options.nonceLookBack ? { lookBackBlocks: options.nonceLookBack } : {}),
          },
        }
      : {}),
    ...(files && readsInbox
      ? {
          inbox: {
            address: files.rollup.batch_inbox_address,
            ...(options.inboxFrom === undefined ? {} : { fromBlock: options.inboxFrom }),
          },
        }
      : {}),
    ...(options.compareBlocks ? { compareBlocks: true } : {}),
    ...(options.heard ? { heard: true } : {}),
    ...(options.forks ? { forks: true } : {}),
  };
}
