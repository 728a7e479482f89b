/** Samples from what real op-nodes were recorded to report, and what gates and health make of them, sample by sample. */
import { readFileSync } from 'node:fs';
import type { L1Ref, NodeSample, Sample } from '../../../src/chain/samples.ts';
import { type GateContext, gates, type Verdict } from '../../../src/plan/gates/index.ts';
import { type ChainHealth, healthOf } from '../../../src/status/chain-health.ts';
import type { HealthLimits } from '../../../src/status/health/limits.ts';
import { account, at, batch, context, failed, inbox, l1, type NodeOptions, node } from './scene.ts';

interface RecordedNode {
  readonly unsafe: number;
  readonly unsafe_hash?: string;
  readonly hash?: string;
  readonly safe: number;
  readonly safe_l1origin?: number;
  readonly fin?: number;
  readonly finalized?: number;
  readonly l1?: number;
  readonly current_l1?: number;
  readonly seq?: boolean;
  readonly active?: boolean;
}

export type Moment = {
  readonly t: number;
  readonly head_l1?: number;
  /** Whether L1 does not answer. */
  readonly hangs?: boolean;
  /** Nonce of the batcher's key: latest, pending. */
  readonly nonce?: readonly [number, number];
  /** The batcher that the SystemConfig contract names. */
  readonly l1batcher?: string;
} & { readonly [name in 'a' | 'b' | 'c']?: RecordedNode | null };

export function timeline(name: string): Moment[] {
  const file = new URL(`fixtures/${name}.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { timeline: Moment[] }).timeline;
}

export function between(moments: readonly Moment[], from: number, to = Number.POSITIVE_INFINITY): Moment[] {
  return moments.filter(({ t }) => t >= from && t <= to);
}

/**
 * Samples of a recording: pods a-0 and b-0 are sequencers, replica-0 is c. Where the recording has no L1 head it is the
 * highest that a node has.
 */
export function samplesOf(
  moments: readonly Moment[],
  changes: (moment: Moment) => Partial<Sample> = () => ({}),
): Sample[] {
  return moments.map((moment) => {
    const head = headOf(moment);
    const nodes = [pod('a-0', moment.a, head), pod('b-0', moment.b, head), pod('replica-0', moment.c, head)].flat();
    return at(moment.t, {
      l1: moment.hangs ? failed('unreachable', 'no answer within 5 s') : l1(head, { head: inStep({ number: head }) }),
      nodes,
      ...(moment.nonce ? { batcher: account({ nonceLatest: moment.nonce[0], noncePending: moment.nonce[1] }) } : {}),
      ...changes(moment),
    });
  });
}

function headOf(moment: Moment): number {
  return moment.head_l1 ?? Math.max(...(['a', 'b', 'c'] as const).map((name) => l1Of(moment[name]) ?? 0));
}

/** What the batch inbox shows at each moment, when these L1 blocks have a batch. */
export function batchesIn(...blocks: readonly number[]): (moment: Moment) => Partial<Sample> {
  return (moment) =>
    moment.hangs
      ? { inbox: failed() }
      : { inbox: inbox(headOf(moment), ...blocks.filter((block) => block <= headOf(moment)).map((n) => batch(n))) };
}

function pod(name: string, recorded: RecordedNode | null | undefined, headL1: number): NodeSample[] {
  if (!recorded) return [];
  const options: NodeOptions = {
    active: recorded.seq ?? recorded.active ?? false,
    unsafe: recorded.unsafe,
    safe: recorded.safe,
    finalized: recorded.fin ?? recorded.finalized ?? recorded.safe,
    currentL1: l1Of(recorded) ?? headL1,
    headL1,
    safeOrigin: recorded.safe_l1origin ?? recorded.safe,
    // Recordings have the first 8 digits of the hash, or none where all blocks were equal.
    fork: Number.parseInt((recorded.unsafe_hash ?? recorded.hash ?? '0x0').slice(2), 16),
  };
  // A node that is just resetting its engine reports zero references: no reading.
  if (recorded.unsafe === 0) return [node(name, { ...options, syncReading: failed('no-reading') })];
  const sample = node(name, options);
  if (!sample.sync.ok) return [sample];
  const { currentL1, headL1: head } = sample.sync.value;
  return [
    {
      ...sample,
      sync: { ok: true, value: { ...sample.sync.value, currentL1: inStep(currentL1), headL1: inStep(head) } },
    },
  ];
}

const l1Of = (recorded: RecordedNode | null | undefined) => recorded?.l1 ?? recorded?.current_l1;

/** The L1 of the recordings had a block every 2 seconds, as the L2 had, of nearly the same number. */
function inStep(block: { number: number; hash?: string }): L1Ref {
  return { hash: `0x11${block.number.toString(16).padStart(62, '0')}`, ...block, timestamp: timeOf(block.number) };
}

/** When block `number` of the scene is made. */
const timeOf = (number: number) => 1_800_000_000 + (number - 5000) * 2;

export type SeenVerdict = Verdict & { readonly t: number };

/** Verdicts of a gate after each sample, as an activity would come to them. */
export function verdicts(
  gate: keyof typeof gates,
  samples: readonly Sample[],
  contextAt: (sample: Sample) => GateContext,
): SeenVerdict[] {
  return samples.map((sample, index) => {
    const verdict = gates[gate]?.(samples.slice(0, index + 1), contextAt(sample));
    if (!verdict) throw new Error(`no gate ${gate}`);
    return { ...verdict, t: secondsOf(sample) };
  });
}

export function firstPass(seen: readonly SeenVerdict[]): number | undefined {
  return seen.find(({ outcome }) => outcome === 'pass')?.t;
}

export function verdictAt(seen: readonly SeenVerdict[], t: number): SeenVerdict | undefined {
  return seen.find((verdict) => verdict.t === t);
}

export function activeIn(sample: Sample): { activeSequencer?: string } {
  const active = sample.nodes.find(({ sequencerActive }) => sequencerActive?.ok && sequencerActive.value);
  return active ? { activeSequencer: active.node } : {};
}

/** Verdicts of a gate about one node (or about the network) while whoever sequences does. */
export function verdictsAbout(gate: keyof typeof gates, samples: readonly Sample[], subject?: string): SeenVerdict[] {
  return verdicts(gate, samples, (sample) =>
    context({
      ...(subject ? { subject: { node: subject } } : {}),
      ...activeIn(sample),
      limits: { l1BlockTimeSeconds: 2 },
    }),
  );
}

const HEALTH_LIMITS: HealthLimits = {
  blockTimeSeconds: 2,
  sequencing: true,
  batching: true,
  maxSafeLagSeconds: 60,
  maxReplicaLagBlocks: 4,
  l1BlockTimeSeconds: 2,
  seqWindowSize: 0,
  senders: [],
  challenging: [],
  spending: { fundsMinHours: 24, batcherMaxChannelDuration: 5, l1BlockTimeSeconds: 2, proposalIntervalSeconds: 3600 },
};

/** Health after each sample, each judged together with the one before, as the observation does it. */
export function healths(
  samples: readonly Sample[],
  limits: Partial<HealthLimits> = {},
): (ChainHealth & { t: number })[] {
  const [first] = samples;
  const head = first?.nodes[0]?.sync;
  if (!first || !head?.ok) throw new Error('the recording has no head');
  // The recording has no block times: the first head is taken to be as old as the first sample.
  const shift = head.value.unsafeL2.timestamp * 1000 - first.at;
  return samples.map((sample, index) => {
    const two = samples.slice(Math.max(0, index - 1), index + 1).map((seen) => ({ ...seen, at: seen.at + shift }));
    return { ...healthOf(two, { ...HEALTH_LIMITS, ...limits }), t: secondsOf(sample) };
  });
}

/** `True/SafeHeadFollows` of the condition of a type. */
export function conditionOf(health: ChainHealth, type: string): string {
  const found = health.conditions.find((condition) => condition.type === type);
  return found ? `${found.status}/${found.reason}` : 'none';
}

function secondsOf(sample: Sample): number {
  return Math.round(sample.at / 100 - 18_000_000_000) / 10;
}
