/** What the pods of an OpNode say, as its status. Pure. An answer that is missing is unknown, never "no". */
import type { Head } from '../api/network-status.ts';
import type { OpNodeStatus } from '../api/op-node.ts';
import type { NodeSample, Reading, SyncStatus } from '../chain/samples.ts';
import { bestSync, headOf } from './chain-health.ts';
import type { Facts } from './facts.ts';

type PodStatus = NonNullable<OpNodeStatus['pods']>[number];

/** A pod as Kubernetes has it. */
export interface NodePod {
  readonly name: string;
  readonly ready: boolean;
  /** Variables of its op-node container with a value of their own. */
  readonly env: Readonly<Record<string, string>>;
  readonly peerId?: string;
}

export interface NodeFactsInput {
  readonly role: 'Sequencer' | 'Replica';
  readonly pods: readonly NodePod[];
  /** All nodes of the network. */
  readonly samples: readonly NodeSample[];
  /** Blocks by which a pod may be behind the best head and still follow. */
  readonly maxLagBlocks: number;
  /** Of a chain that somebody else sequences: whether a node does not keep up with it. */
  readonly isBehind?: (node: NodeSample) => boolean;
  readonly before: OpNodeStatus;
}

const MAX_PODS = 50;

export function nodeFacts(input: NodeFactsInput): Facts<OpNodeStatus> {
  const { role, pods, samples, maxLagBlocks, isBehind = () => false, before } = input;
  const best = bestSync(samples);
  const shown = pods.slice(0, MAX_PODS).map((pod) => {
    const known = before.pods?.find(({ name }) => name === pod.name);
    return podStatus(
      pod,
      samples.find((sample) => sample.pod === pod.name),
      { best, maxLagBlocks, isBehind, known },
    );
  });
  const lowest = shown.filter(({ unsafe }) => unsafe).sort((a, b) => numberOf(a.unsafe) - numberOf(b.unsafe))[0];
  return {
    fields: {
      version: oldest(shown.flatMap(({ version }) => version ?? [])),
      replicas: pods.length,
      readyReplicas: shown.filter(({ ready, synced }) => ready && synced).length,
      sequencing: role === 'Replica' ? false : sequencing(shown),
      unsafe: lowest?.unsafe?.number,
      safeLagSeconds: secondsBetween(lowest?.safe, lowest?.unsafe),
      pods: shown,
    },
    signs,
  };
}

function podStatus(
  { name, ready, env, peerId }: NodePod,
  sample: NodeSample | undefined,
  {
    best,
    maxLagBlocks,
    isBehind,
    known,
  }: Required<Pick<NodeFactsInput, 'maxLagBlocks' | 'isBehind'>> & {
    readonly best: SyncStatus | undefined;
    readonly known: PodStatus | undefined;
  },
): PodStatus {
  const sync = answer(sample?.sync);
  const peers = answer(sample?.peers);
  const lag = sync && best ? Math.max(0, best.unsafeL2.number - sync.unsafeL2.number) : undefined;
  const version = answer(sample?.version) ?? known?.version;
  const executionVersion = answer(sample?.el)?.version?.slice(0, 256) ?? known?.executionVersion;
  const sequencing = answer(sample?.sequencerActive);
  return {
    name,
    ready,
    ...heads(sync, known),
    ...defined({ version, executionVersion, lag, peers, peerId, sequencing }),
    ...(sync && sync.currentL1.number > 0
      ? {
          l1Lag: Math.max(0, sync.headL1.number - sync.currentL1.number),
          synced: lag !== undefined && lag <= maxLagBlocks && !(sample && isBehind(sample)),
        }
      : {}),
    catchUp: catchUp(env, peers),
  };
}

/** Heads of the last answer stay while there is none. Until derivation has begun, safe is really finalized. */
function heads(sync: SyncStatus | undefined, known: PodStatus | undefined): Partial<PodStatus> {
  if (!sync) return defined({ unsafe: known?.unsafe, safe: known?.safe, finalized: known?.finalized });
  return defined({
    unsafe: headOf(sync.unsafeL2),
    safe: sync.currentL1.number === 0 ? known?.safe : headOf(sync.safeL2),
    finalized: headOf(sync.finalizedL2),
  });
}

/** By what the pod runs with, not by what its OpNode wishes for. */
function catchUp(env: NodePod['env'], peers: number | undefined): NonNullable<PodStatus['catchUp']> {
  if (env['OP_NODE_SYNCMODE'] === 'execution-layer') return 'Peers';
  const asks = env['OP_NODE_SYNCMODE_REQ_RESP'] === 'true' && env['OP_NODE_P2P_DISABLE'] !== 'true';
  return asks && peers !== 0 ? 'RequestResponse' : 'BatchesOnly';
}

function sequencing(pods: readonly PodStatus[]): boolean | undefined {
  if (pods.some((pod) => pod.sequencing === true)) return true;
  return pods.every((pod) => pod.sequencing === false) ? false : undefined;
}

function oldest(versions: readonly string[]): string | undefined {
  return versions.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))[0];
}

function secondsBetween(safe: Head | undefined, unsafe: Head | undefined): number | undefined {
  if (!safe?.timestamp || !unsafe?.timestamp) return undefined;
  return Math.max(0, (Date.parse(unsafe.timestamp) - Date.parse(safe.timestamp)) / 1000);
}

function signs({ version, replicas, readyReplicas, sequencing: active, pods }: OpNodeStatus): unknown {
  return {
    version,
    replicas,
    readyReplicas,
    active,
    pods: pods?.map(({ unsafe, safe, finalized, lag, l1Lag, peers, ...sign }) => sign),
  };
}

function numberOf(head: Head | undefined): number {
  return head?.number ?? 0;
}

function answer<T>(reading: Reading<T> | undefined): T | undefined {
  return reading?.ok ? reading.value : undefined;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}
