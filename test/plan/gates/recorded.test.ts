/** Gates and health over what real op-nodes were recorded to report (fixtures), sample by sample. */
import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../src/chain/samples.ts';
import {
  activeIn,
  batchesIn,
  between,
  conditionOf,
  firstPass,
  healths,
  samplesOf,
  timeline,
  verdictAt,
  verdicts,
  verdictsAbout,
} from './recorded-timeline.ts';
import { account, context, inbox } from './scene.ts';

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

describe('an L1 that hangs', () => {
  // It hangs from second 4 to 50. op-node goes on to say that its derivation is at the L1 head.
  const outage = timeline('l1-outage');
  const hanging = outage.filter(({ hangs }) => hangs);

  it.each(['l1-reachable', 'derivation-caught-up', 'batching'] as const)(
    'lets %s wait, and pass afterwards',
    (gate) => {
      const samples = samplesOf(outage, (moment) => ({ batcher: account(), ...batchesIn(785, 790)(moment) }));
      const seen = verdicts(gate, samples, (sample) => {
        const head = sample.nodes[0]?.sync;
        // The recording has no block times: the L2 head of the sequencer is taken to be young.
        const now = head?.ok ? head.value.unsafeL2.timestamp - 1_800_000_000 : 0;
        return context({ subject: { node: 'a' }, ...activeIn(sample), now });
      });
      expect(hanging.length).toBeGreaterThan(5);
      for (const { t } of hanging) expect(verdictAt(seen, t)?.outcome).toBe('wait');
      expect(seen.at(-1)?.outcome).toBe('pass');
    },
  );

  it('degrades the health of a chain that goes on', () => {
    const seen = healths(samplesOf(outage));
    for (const { t } of hanging) {
      const health = seen.find((other) => other.t === t);
      expect(health && [health.class, conditionOf(health, 'Degraded'), conditionOf(health, 'Sequencing')]).toEqual([
        'Degraded',
        'True/L1Unavailable',
        'True/Advancing',
      ]);
    }
    expect([seen[0]?.class, seen.at(-1)?.class]).toEqual(['Healthy', 'Healthy']);
  });
});

describe('a batcher that comes back', () => {
  it('passes batching with the batch that ends an expired sequencing window', () => {
    // Its first transaction is in one of the L1 blocks 110 and 111, between the first two samples.
    const samples = samplesOf(timeline('seq-window-recovery'), (moment) => ({
      batcher: account(),
      ...batchesIn(110)(moment),
    }));
    const seen = verdicts('batching', samples, () => context({ activeSequencer: 'a', chain: { seqWindowSize: 25 } }));
    expect(seen[0]).toMatchObject({ outcome: 'wait', message: expect.stringContaining('window') });
    expect(firstPass(seen)).toBe(5.1);
    expect(seen.slice(1).every(({ outcome }) => outcome === 'pass')).toBe(true);
  });
});

describe('two batchers with one key', () => {
  const recorded = timeline('two-batchers-same-key');
  // Each row in which the nonce is another one has a new transaction in the newest L1 block.
  const sentIn = recorded.flatMap((moment, index) =>
    moment.nonce?.[0] !== (recorded[index - 1] ?? moment).nonce?.[0] ? [moment.a?.l1 ?? 0] : [],
  );

  it('are seen by their transactions', () => {
    const samples = samplesOf(recorded, batchesIn(...sentIn));
    const seen = verdicts('no-foreign-batcher', samples, () => context());
    expect(seen.map(({ outcome }) => outcome)).not.toContain('pass');
    const elsewhere = verdicts('no-foreign-batcher', samples, () => context({ takesOver: true }));
    expect(elsewhere.map(({ outcome }) => outcome)).not.toContain('pass');
    expect(verdictAt(elsewhere, 23)?.message).toContain('not mined yet');
    expect(verdictAt(seen, 23)?.message).toContain('is sending (nonce 97 → 98)');
    expect(verdictAt(seen, 32)?.message).toContain('is sending (nonce 97 → 100)');
  });

  it('are seen by the nonce alone', () => {
    const seen = verdicts('no-foreign-batcher', samplesOf(between(recorded, 12)), () => context());
    expect(seen.map(({ outcome }) => outcome)).not.toContain('pass');
  });

  it('do no harm: batches of both are derived', () => {
    const seen = verdictsAbout('batching', samplesOf(recorded, batchesIn(...sentIn)));
    expect(firstPass(seen)).toBeGreaterThan(12);
    expect(firstPass(seen)).toBeLessThan(26);
    expect(healths(samplesOf(recorded)).every((health) => conditionOf(health, 'Batching').startsWith('True'))).toBe(
      true,
    );
  });
});
