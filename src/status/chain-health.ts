/**
 * What a network's chain does, from samples of its nodes: heads, lags, one word, and conditions that say why. Pure.
 * An answer that is missing is unknown, never a stopped chain.
 */
import type { ConditionType } from '../api/conditions.ts';
import type { Head } from '../api/network-status.ts';
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import type { NodeSample, Sample, SyncStatus } from '../chain/samples.ts';
import { type ConditionInput, timestamp } from './conditions.ts';
import { batching } from './health/batching.ts';
import { challenging } from './health/challenging.ts';
import { condition, isTrue } from './health/finding.ts';
import { following } from './health/following.ts';
import { funded } from './health/funded.ts';
import type { HealthLimits } from './health/limits.ts';
import { proposing } from './health/proposing.ts';
import { sequencing } from './health/sequencing.ts';

/** Types of conditions that the observation of a network writes, and takes back where they do not apply any more. */
export const HEALTH_CONDITIONS = [
  'Sequencing',
  'Batching',
  'Following',
  'Proposing',
  'Challenging',
  'Funded',
  'ForkReady',
  'Degraded',
] as const satisfies readonly ConditionType[];

export type HealthClass = 'Healthy' | 'Degraded' | 'Stalled' | 'Unknown';

/** Something that makes a network degraded. */
export interface Finding {
  readonly reason: string;
  readonly message: string;
  readonly fix: string;
}

export interface ChainHealth {
  readonly class: HealthClass;
  readonly unsafe?: Head;
  readonly safe?: Head;
  readonly finalized?: Head;
  readonly safeLagSeconds?: number;
  /** L1 blocks by which derivation is behind the L1 head. */
  readonly l1Lag?: number;
  /** Sequencing, Batching, Following, Proposing, Challenging, Funded (where they apply) and Degraded. */
  readonly conditions: readonly ConditionInput[];
}

/**
 * @param samples oldest first; the last one is judged, the others tell whether heads advance
 * @param others what is wrong beside what the samples say
 */
export function healthOf(
  samples: readonly Sample[],
  limits: HealthLimits,
  others: readonly Finding[] = [],
): ChainHealth {
  const last = samples.at(-1);
  const best = last && bestSync(last.nodes);
  if (!last) return { class: 'Unknown', conditions: [degraded([], 'Unknown')] };
  const findings = [
    ...(limits.sequencing ? [sequencing(samples, last, limits)] : []),
    ...others.map(({ reason, message, fix }) => condition('Degraded', 'True', reason, message, fix)),
    // Before what follows from it: while L1 is away nothing becomes safe, whatever the batcher does.
    ...l1(last),
    ...batching(samples, last, best, limits),
    ...following(last, best, limits),
    ...proposing(last, best, limits),
    ...challenging(samples, last, limits.challenging),
    ...funded(samples, last, limits),
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

/** The active sequencer's view, else the one that knows most. */
export function bestSync(nodes: readonly NodeSample[]): SyncStatus | undefined {
  const active = nodes.find(({ sequencerActive, sync }) => isTrue(sequencerActive) && sync.ok);
  if (active?.sync.ok) return active.sync.value;
  const known = nodes.flatMap(({ sync }) => (sync.ok ? [sync.value] : []));
  return known.toSorted((a, b) => b.unsafeL2.number - a.unsafeL2.number)[0];
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
