/**
 * What a network's chain does, from samples of its nodes: heads, lags, one word, and conditions that say why. Pure.
 * An answer that is missing is unknown, never a stopped chain.
 */
import { formatEther, parseEther } from 'ethers';
import type { Head } from '../api/network-status.ts';
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import type { NodeSample, Reading, Sample, SyncStatus } from '../chain/samples.ts';
import { type ConditionInput, sentence, timestamp } from './conditions.ts';

export type HealthClass = 'Healthy' | 'Degraded' | 'Stalled' | 'Unknown';

export interface HealthLimits {
  readonly blockTimeSeconds: number;
  /** Whether the network has a sequencer of ours; without one only what nodes follow is judged. */
  readonly sequencing: boolean;
  /** Whether a batcher of ours should be at work. */
  readonly batching: boolean;
  /** Seconds by which the safe head may be behind the unsafe one. */
  readonly maxSafeLagSeconds: number;
  /** Blocks by which a replica may be behind the best head. */
  readonly maxReplicaLagBlocks: number;
  /** `spec.balance` of the OpBatcher, in ether. */
  readonly balance: { readonly warnBelow?: string | undefined; readonly minimum?: string | undefined };
}

export interface ChainHealth {
  readonly class: HealthClass;
  readonly unsafe?: Head;
  readonly safe?: Head;
  readonly finalized?: Head;
  readonly safeLagSeconds?: number;
  /** L1 blocks by which derivation is behind the L1 head. */
  readonly l1Lag?: number;
  /** Sequencing, Batching, Following, Funded (where they apply) and Degraded. */
  readonly conditions: readonly ConditionInput[];
}

/** A head that is older than this many block times, and stands still, is a chain that stands still. */
const STALL_BLOCK_TIMES = 6;
const LEAST_STALL_SECONDS = 15;
/** L1 blocks by which derivation may be behind the L1 head in everyday work, confirmations included. */
const NEAR_L1_BLOCKS = 32;

/**
 * @param samples oldest first; the last one is judged, the others tell whether heads advance
 * @param otherChain what the gate `same-chain` says against it, if it does
 */
export function healthOf(
  samples: readonly Sample[],
  limits: HealthLimits,
  otherChain?: { readonly message: string; readonly fix: string },
): ChainHealth {
  const last = samples.at(-1);
  const best = last && bestSync(last.nodes);
  if (!last) return { class: 'Unknown', conditions: [degraded([], 'Unknown')] };
  const findings = [
    ...(limits.sequencing ? [sequencing(samples, last, limits)] : []),
    ...(otherChain ? [condition('Degraded', 'True', 'DifferentChains', otherChain.message, otherChain.fix)] : []),
    // Before what follows from it: while L1 is away nothing becomes safe, whatever the batcher does.
    ...l1(last),
    ...(limits.batching ? [batching(samples, last, limits), ...funded(last, limits)] : []),
    ...following(samples, last, best, limits),
  ];
  const healthClass = classOf(findings, best);
  const shown = findings.filter(({ type }) => type !== 'Degraded');
  return {
    class: healthClass,
    ...(best ? headsOf(best) : {}),
    conditions: [...shown, degraded(findings, healthClass)],
  };
}

/** Health as it is kept in status; heads of the last reading stay when there is none now. */
export function healthToStatus(
  health: ChainHealth,
  before: OptimismNetworkStatus['health'],
  now: Date,
): NonNullable<OptimismNetworkStatus['health']> {
  const { conditions: _, ...numbers } = health;
  return { ...before, ...numbers, updatedAt: timestamp(now) };
}

function headsOf(sync: SyncStatus): Partial<ChainHealth> {
  const heads = { unsafe: headOf(sync.unsafeL2), finalized: headOf(sync.finalizedL2) };
  // Until derivation has begun again after a restart, safe_l2 is really the finalized head.
  if (sync.currentL1.number === 0) return heads;
  return {
    ...heads,
    safe: headOf(sync.safeL2),
    safeLagSeconds: Math.max(0, sync.unsafeL2.timestamp - sync.safeL2.timestamp),
    l1Lag: Math.max(0, sync.headL1.number - sync.currentL1.number),
  };
}

export function headOf({ number, hash, timestamp: seconds }: SyncStatus['unsafeL2']): Head {
  return { number, hash, timestamp: timestamp(new Date(seconds * 1000)) };
}

/** The active sequencer's view, else the one that knows most. */
export function bestSync(nodes: readonly NodeSample[]): SyncStatus | undefined {
  return bestNode(nodes)?.sync;
}

function bestNode(nodes: readonly NodeSample[]): { readonly pod: string; readonly sync: SyncStatus } | undefined {
  const known = nodes.flatMap(({ pod, sync, sequencerActive }) =>
    sync.ok ? [{ pod, sync: sync.value, active: isTrue(sequencerActive) }] : [],
  );
  return (
    known.find(({ active }) => active) ?? known.toSorted((a, b) => b.sync.unsafeL2.number - a.sync.unsafeL2.number)[0]
  );
}

function sequencing(samples: readonly Sample[], last: Sample, limits: HealthLimits): ConditionInput {
  const sequencers = last.nodes.filter(({ role }) => role === 'Sequencer');
  const active = sequencers.filter(({ sequencerActive }) => isTrue(sequencerActive));
  const unknown = sequencers.filter(({ sequencerActive }) => !sequencerActive?.ok);
  if (active.length > 1) {
    return condition(
      'Sequencing',
      'False',
      'SeveralSequencers',
      `${names(active)} sequence at the same time`,
      'stop all but one at once',
    );
  }
  const [sequencer] = active;
  if (!sequencer) {
    return unknown.length > 0 || sequencers.length === 0
      ? condition(
          'Sequencing',
          'Unknown',
          'SequencerUnreachable',
          `Nobody knows whether blocks are made: ${unanswered(unknown)}`,
        )
      : condition(
          'Sequencing',
          'False',
          'NobodySequences',
          `No sequencer is active (${names(sequencers)})`,
          'a plan starts one; see the condition Progressing',
        );
  }
  const { sync } = sequencer;
  if (!sync.ok)
    return condition('Sequencing', 'Unknown', 'SequencerUnreachable', `${sequencer.node} is active, but ${sync.error}`);
  const head = sync.value.unsafeL2;
  const age = Math.round(last.at / 1000 - head.timestamp);
  if (age <= stallSeconds(limits))
    return condition('Sequencing', 'True', 'Advancing', `${sequencer.node} makes blocks`);
  return moves(samples, sequencer.pod)
    ? condition(
        'Sequencing',
        'True',
        'CatchingUp',
        `${sequencer.node} makes blocks and is catching up: its head is ${age} s old`,
      )
    : condition(
        'Sequencing',
        'False',
        'HeadStandsStill',
        `${sequencer.node} is active, but block ${head.number} is its last for ${age} s`,
        `look at the log of pod ${sequencer.pod}`,
      );
}

function batching(samples: readonly Sample[], last: Sample, limits: HealthLimits): ConditionInput {
  const best = bestNode(last.nodes);
  if (!best || best.sync.currentL1.number === 0) {
    return condition('Batching', 'Unknown', 'NoReading', 'No node knows the safe head yet');
  }
  const { unsafeL2, safeL2 } = best.sync;
  const lag = Math.max(0, unsafeL2.timestamp - safeL2.timestamp);
  const inbox = last.batcher?.ok ? last.batcher.value.lastInboxTransaction : undefined;
  const age = inbox ? `; the last batch is ${Math.round(last.at / 1000 - inbox.timestamp)} s old` : '';
  if (lag <= limits.maxSafeLagSeconds) {
    return condition('Batching', 'True', 'SafeHeadFollows', `The safe head is ${lag} s behind${age}`);
  }
  if (derivationIsBehind(best.sync, limits)) return derivationBehind(samples, best.pod, best.sync);
  return condition(
    'Batching',
    'False',
    'SafeHeadBehind',
    `The safe head is ${lag} s behind, more than ${limits.maxSafeLagSeconds} s${age}`,
    "look at the batcher: its balance, its log, L1's fees",
  );
}

/** Whether the batches are in time as seen from the L1 block that the node has come to, and that one is not near the head. */
function derivationIsBehind({ currentL1, headL1, safeL2 }: SyncStatus, { maxSafeLagSeconds }: HealthLimits): boolean {
  return (
    headL1.number - currentL1.number > NEAR_L1_BLOCKS && currentL1.timestamp - safeL2.timestamp <= maxSafeLagSeconds
  );
}

/**
 * After a restart or an L1 reorg a node derives anew from far behind the L1 head, and what it calls safe is at first
 * only the finalized head: that is nothing against the batcher.
 */
function derivationBehind(samples: readonly Sample[], pod: string, { currentL1, headL1 }: SyncStatus): ConditionInput {
  const where = `${pod} has derived L1 up to block ${currentL1.number} of ${headL1.number}`;
  return readingsOf(samples, pod).length < 2 || moves(samples, pod, 'currentL1')
    ? condition('Batching', 'Unknown', 'DerivationBehind', `${where}: what is safe is not known yet`)
    : condition(
        'Batching',
        'False',
        'DerivationStandsStill',
        `${where} and does not go on`,
        `look at the log of pod ${pod}, and at L1 and its beacon node`,
      );
}

/** Absent where nobody has asked L1. Whoever has nothing at all is below any floor. */
function funded({ batcher }: Sample, { balance: { minimum, warnBelow } }: HealthLimits): ConditionInput[] {
  if (!batcher) return [];
  if (!batcher.ok) {
    return [condition('Funded', 'Unknown', 'NoReading', `The batcher's balance is not known: ${batcher.error}`)];
  }
  const { address, balanceWei } = batcher.value;
  const balance = BigInt(balanceWei);
  const has = `The batcher ${address} has ${formatEther(balance)} ETH on L1`;
  const below = (floor: string | undefined) => floor !== undefined && balance < parseEther(floor);
  if (balance === 0n || below(minimum)) {
    const floor = minimum === undefined ? '' : `, less than spec.balance.minimum (${minimum} ETH)`;
    return [
      condition(
        'Funded',
        'False',
        'BalanceBelowMinimum',
        `${has}${floor}: no plan starts it, and soon nothing becomes safe`,
        `send ETH to ${address} on L1`,
      ),
    ];
  }
  if (below(warnBelow)) {
    const what = `${has}, less than spec.balance.warnBelow (${warnBelow} ETH)`;
    return [condition('Funded', 'False', 'BalanceLow', what, `send ETH to ${address} on L1`)];
  }
  return [condition('Funded', 'True', 'Enough', has)];
}

function following(
  samples: readonly Sample[],
  last: Sample,
  best: SyncStatus | undefined,
  limits: HealthLimits,
): ConditionInput[] {
  const replicas = last.nodes.filter(({ role }) => role === 'Replica');
  if (replicas.length === 0) return [];
  const silent = replicas.filter(({ sync }) => !sync.ok);
  const behind = replicas.flatMap((replica) => {
    if (!replica.sync.ok || !best) return [];
    const head = replica.sync.value.unsafeL2;
    const lag = best.unsafeL2.number - head.number;
    const stale = last.at / 1000 - head.timestamp > limits.maxSafeLagSeconds && !moves(samples, replica.pod);
    // Without a sequencer of ours nobody tells what the best head is: then the age counts.
    return lag > limits.maxReplicaLagBlocks || (!limits.sequencing && stale)
      ? [`${replica.pod} (block ${head.number}, ${lag} behind)`]
      : [];
  });
  if (behind.length > 0) {
    return [
      condition(
        'Following',
        'False',
        'ReplicaBehind',
        `Behind: ${behind.join(', ')}`,
        'wait while they advance; else look at their peers and at L1',
      ),
    ];
  }
  if (silent.length > 0) return [condition('Following', 'Unknown', 'ReplicaUnreachable', unanswered(silent))];
  return [condition('Following', 'True', 'InSync', `${replicas.length} of ${replicas.length} replicas follow`)];
}

/** L1 has no condition of its own: what it means is that the chain goes on without safety. */
function l1({ l1: reading }: Sample): ConditionInput[] {
  if (!reading || reading.ok) return [];
  return [
    condition(
      'Degraded',
      'True',
      'L1Unavailable',
      `L1 can't be read: ${reading.error}`,
      'check spec.l1.rpc and its provider; the chain goes on, but nothing becomes safe',
    ),
  ];
}

function classOf(findings: readonly ConditionInput[], best: SyncStatus | undefined): HealthClass {
  const is = (type: string, status: string) =>
    findings.some((finding) => finding.type === type && finding.status === status);
  if (is('Sequencing', 'False')) return 'Stalled';
  if (!best || is('Sequencing', 'Unknown')) return 'Unknown';
  return findings.some(({ type, status }) => (type === 'Degraded' ? status === 'True' : status === 'False'))
    ? 'Degraded'
    : 'Healthy';
}

function degraded(findings: readonly ConditionInput[], healthClass: HealthClass): ConditionInput {
  const bad = findings.filter(({ type, status }) => (type === 'Degraded' ? status === 'True' : status === 'False'));
  const [first] = bad;
  if (first) {
    return {
      type: 'Degraded',
      status: 'True',
      reason: first.reason,
      message: bad.map(({ message }) => message).join('\n'),
    };
  }
  return healthClass === 'Unknown'
    ? condition('Degraded', 'Unknown', 'NoReading', 'No node has answered yet')
    : condition('Degraded', 'False', 'AsExpected', 'Everything does its work');
}

/** Whether a head is another one than before: higher, or lower in a reorg. */
function moves(samples: readonly Sample[], pod: string, head: 'unsafeL2' | 'currentL1' = 'unsafeL2'): boolean {
  return new Set(readingsOf(samples, pod).map((sync) => sync[head].number)).size > 1;
}

function readingsOf(samples: readonly Sample[], pod: string): readonly SyncStatus[] {
  return samples.flatMap(({ nodes }) => {
    const sync = nodes.find((node) => node.pod === pod)?.sync;
    return sync?.ok ? [sync.value] : [];
  });
}

function stallSeconds({ blockTimeSeconds }: HealthLimits): number {
  return Math.max(LEAST_STALL_SECONDS, STALL_BLOCK_TIMES * blockTimeSeconds);
}

function isTrue(reading: Reading<boolean> | undefined): boolean {
  return reading?.ok === true && reading.value;
}

function names(nodes: readonly NodeSample[]): string {
  return [...new Set(nodes.map(({ node }) => node))].join(', ');
}

function unanswered(nodes: readonly NodeSample[]): string {
  if (nodes.length === 0) return 'there is no pod';
  return nodes
    .map(({ pod, sequencerActive, sync }) => {
      const failed = [sequencerActive, sync].find((reading) => reading && !reading.ok);
      return `${pod}: ${failed && !failed.ok ? failed.error : 'no answer'}`;
    })
    .join('; ');
}

function condition(
  type: ConditionInput['type'],
  status: ConditionInput['status'],
  reason: string,
  what: string,
  next?: string,
): ConditionInput {
  return { type, status, reason, message: sentence(what, undefined, next) };
}
