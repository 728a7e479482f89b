/** Gates over what real op-nodes were recorded to report, sample by sample. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../src/chain/samples.ts';
import { type GateContext, gates, type Verdict } from '../../../src/plan/gates/index.ts';
import { account, at, context, inbox, l1, type NodeOptions, node } from './scene.ts';

interface RecordedNode {
  readonly unsafe: number;
  readonly unsafe_hash?: string;
  readonly hash?: string;
  readonly safe: number;
  readonly safe_l1origin?: number;
  readonly fin?: number;
  readonly l1?: number;
  readonly current_l1?: number;
  readonly seq?: boolean;
  readonly active?: boolean;
}
type Moment = { readonly t: number } & { readonly [name in 'a' | 'b' | 'c']?: RecordedNode | null };

function timeline(name: string): Moment[] {
  const file = new URL(`fixtures/${name}.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { timeline: Moment[] }).timeline;
}

/** Samples of a recording: pods a-0 and b-0 are sequencers, replica-0 is c. The L1 head is the highest that a node has. */
function samplesOf(moments: readonly Moment[], changes: (moment: Moment) => Partial<Sample> = () => ({})): Sample[] {
  return moments.map((moment) => {
    const head = Math.max(...(['a', 'b', 'c'] as const).map((name) => l1Of(moment[name]) ?? 0));
    const nodes = [pod('a-0', moment.a, head), pod('b-0', moment.b, head), pod('replica-0', moment.c, head)].flat();
    return at(moment.t, { l1: l1(head), nodes, ...changes(moment) });
  });
}

function pod(name: string, recorded: RecordedNode | null | undefined, headL1: number) {
  if (!recorded) return [];
  const options: NodeOptions = {
    active: recorded.seq ?? recorded.active ?? false,
    unsafe: recorded.unsafe,
    safe: recorded.safe,
    finalized: recorded.fin ?? recorded.safe,
    currentL1: l1Of(recorded) ?? headL1,
    headL1,
    safeOrigin: recorded.safe_l1origin ?? recorded.safe,
    // Recordings have the first 8 digits of the hash, or none where all blocks were equal.
    fork: Number.parseInt((recorded.unsafe_hash ?? recorded.hash ?? '0x0').slice(2), 16),
  };
  return [node(name, options)];
}

const l1Of = (recorded: RecordedNode | null | undefined) => recorded?.l1 ?? recorded?.current_l1;

/** Verdicts of a gate after each sample, as an activity would come to them. */
function verdicts(
  gate: keyof typeof gates,
  samples: readonly Sample[],
  contextAt: (sample: Sample) => GateContext,
): (Verdict & { t: number })[] {
  return samples.map((sample, index) => {
    const verdict = gates[gate]?.(samples.slice(0, index + 1), contextAt(sample));
    if (!verdict) throw new Error(`no gate ${gate}`);
    return { ...verdict, t: sample.at / 1000 - 1_800_000_000 };
  });
}

function activeIn(sample: Sample): { activeSequencer?: string } {
  const active = sample.nodes.find(({ sequencerActive }) => sequencerActive?.ok && sequencerActive.value);
  return active ? { activeSequencer: active.node } : {};
}

describe('gates over recorded timelines', () => {
  it('node-synced does not let a restarted sequencer take over again that had missed one block (14.8 s without a sequencer)', () => {
    const afterRestart = samplesOf(timeline('hand-over-back-too-early').filter(({ t }) => t >= 10 && t < 29));
    const seen = verdicts('node-synced', afterRestart, (sample) =>
      context({ subject: { node: 'a' }, ...activeIn(sample) }),
    );
    expect(seen.length).toBeGreaterThan(15);
    expect(seen.map(({ outcome }) => outcome)).not.toContain('pass');
  });

  it('node-synced lets it take over before its restart, and follows the other one after the hand-over', () => {
    const before = samplesOf(timeline('hand-over-back-too-early').filter(({ t }) => t < 5));
    const candidate = verdicts('node-synced', before, (sample) =>
      context({ subject: { node: 'b' }, ...activeIn(sample) }),
    );
    expect(candidate.at(-1)?.outcome).toBe('pass');
    const after = samplesOf(timeline('hand-over-back-too-early').filter(({ t }) => t >= 29));
    const former = verdicts('node-synced', after, (sample) => context({ subject: { node: 'b' }, ...activeIn(sample) }));
    expect(former.at(-1)?.outcome).toBe('pass');
  });

  it('node-synced passes a replica some seconds after an upgrade in which it missed nothing', () => {
    const samples = samplesOf(timeline('upgrade').filter(({ t }) => t > 8.5 && t < 19));
    const seen = verdicts('node-synced', samples, (sample) =>
      context({ subject: { node: 'replica' }, ...activeIn(sample) }),
    );
    const passed = seen.find(({ outcome }) => outcome === 'pass');
    expect(passed?.t).toBeGreaterThanOrEqual(13);
    expect(passed?.t).toBeLessThanOrEqual(16);
  });

  it('batching never passes on a safe head that rises without a batcher, and calls it an incident', () => {
    const samples = samplesOf(timeline('seq-window-expiry'), () => ({ batcher: account(), inbox: inbox(1) }));
    const seen = verdicts('batching', samples, () =>
      context({ activeSequencer: 'a', chain: { seqWindowSize: 25 }, limits: { l1BlockTimeSeconds: 2 } }),
    );
    expect(samples.at(-1)?.nodes[0]?.sync).toMatchObject({ value: { safeL2: { number: expect.any(Number) } } });
    expect(seen.map(({ outcome }) => outcome)).not.toContain('pass');
    expect(seen.at(-1)?.outcome).toBe('fail');
  });

  it('no-foreign-sequencer is not stopped by the same blocks', () => {
    // The replica of the recording as the candidate: its unsafe head is what derivation filled in.
    const moments = timeline('seq-window-expiry').flatMap(({ t, c }) =>
      c && c.current_l1 !== 0 ? [{ t, a: { ...c, unsafe: c.safe, unsafe_hash: '0x0' } }] : [],
    );
    const seen = verdicts('no-foreign-sequencer', samplesOf(moments), () =>
      context({ subject: { node: 'a' }, chain: { seqWindowSize: 25 } }),
    );
    expect(seen.at(-1)?.outcome).toBe('pass');
  });

  it('single-sequencer sees a split brain while blocks are equal, and after they differ', () => {
    const samples = samplesOf(timeline('split-brain-with-user-tx'));
    const seen = verdicts('single-sequencer', samples, () => context());
    const both = samples.filter(
      ({ nodes }) => nodes.filter(({ sequencerActive }) => sequencerActive?.ok && sequencerActive.value).length === 2,
    );
    expect(both.length).toBeGreaterThan(3);
    expect(seen.slice(0, both.length).every(({ outcome }) => outcome === 'fail')).toBe(true);
    // One was stopped, but stays on its fork for some seconds.
    expect(seen.slice(both.length).some(({ message }) => message.includes('the chain has forked'))).toBe(true);
    expect(seen.at(-1)?.outcome).toBe('pass');
  });

  it('sequencing passes the sequencer of a healthy chain, and not the standby', () => {
    const samples = samplesOf(timeline('upgrade').filter(({ t }) => t >= 1 && t < 8));
    const first = samples[0];
    const head = first?.nodes[0]?.sync;
    if (!first || !head?.ok) throw new Error('the recording has no head');
    // The recording has no block times: the first head is taken to be as old as the first sample.
    const now = (sample: Sample) => head.value.unsafeL2.timestamp - 1_800_000_000 + (sample.at - first.at) / 1000;
    expect(
      verdicts('sequencing', samples, (sample) => context({ subject: { node: 'a' }, now: now(sample) })).at(-1)
        ?.outcome,
    ).toBe('pass');
    expect(
      verdicts('sequencing', samples, (sample) => context({ subject: { node: 'b' }, now: now(sample) })).at(-1)
        ?.outcome,
    ).toBe('wait');
  });
});
