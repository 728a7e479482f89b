/**
 * Gates and health over recorded reorgs of L1 (fixtures, of op-node v1.18.2; a and b are sequencers, a is active, c is a
 * replica). For seconds derivation starts anew, current_l1 is zero and the safe head is reported as low as the finalized
 * one; nodes whose blocks are orphaned stand still until the next batch is derived.
 */
import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../src/chain/samples.ts';
import {
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
import { account, BATCHER, context, PORTAL, SIGNER, STRANGER } from './scene.ts';

const depth2 = timeline('l1-reorg-depth-2');
const depth10 = timeline('l1-reorg-depth-10');
const batchLost = timeline('l1-reorg-depth-10-batch-lost');
const dropped = timeline('l1-reorg-drops-setBatcherHash');

const reorgs = [
  ['two blocks', depth2],
  ['ten blocks', depth10],
  ['ten blocks and a batch', batchLost],
  ['ten blocks and a change of the batcher', dropped],
] as const;

describe('batching over a reorg of L1', () => {
  // The batch of block 602 is mined again in block 604, the next one comes in block 608.
  it.each([1, 2, 3])('passes on a new batch, not on the way back to where it was, read every %i s', (every) => {
    const moments = between(depth2, 13).filter((_, index) => index % every === 0);
    for (const pod of ['a', 'b', 'c'] as const) {
      const seen = verdicts('batching', samplesOf(moments, batchesIn(602, 604, 608)), () =>
        // Whose derivation is believed is the active sequencer: each of them in turn.
        context({ activeSequencer: pod === 'c' ? 'replica' : pod }),
      );
      expect(firstPass(seen)).toBeGreaterThanOrEqual(24);
      expect(firstPass(seen)).toBeLessThanOrEqual(24 + every);
      expect(seen.every(({ outcome }) => outcome !== 'fail')).toBe(true);
    }
  });

  it('counts from the safe head before the reorg when the last batch was orphaned', () => {
    const seen = verdictsAbout('batching', samplesOf(batchLost, batchesIn(638, 644, 650)));
    // The batch of block 638 brings back what was safe: 624. The one of block 644 is the first that makes more safe.
    expect(verdictAt(seen, 22)).toMatchObject({ outcome: 'wait', message: expect.stringContaining('has not risen') });
    expect(firstPass(seen)).toBe(25);
    expect(verdictAt(seen, 25)?.message).toContain('6 blocks became safe');
  });

  it('waits while the batches are of a key that the reorg has taken from the contract again', () => {
    const seen = verdictsAbout('batching', samplesOf(dropped, batchesIn(683, 688, 694, 700, 706)));
    expect(firstPass(seen)).toBe(87.1);
    expect(verdictAt(seen, 80.1)?.message).toContain('has not risen by the inbox transaction');
  });
});

describe('nodes over a reorg of L1', () => {
  it.each(reorgs)('have not caught up while derivation starts anew (%s)', (_, moments) => {
    for (const [subject, name] of [
      ['a', 'a'],
      ['b', 'b'],
      ['replica', 'c'],
    ] as const) {
      const seen = verdictsAbout('derivation-caught-up', samplesOf(moments), subject);
      const resetting = moments.filter((moment) => moment[name]?.l1 === 0);
      for (const { t } of resetting) expect(verdictAt(seen, t)?.outcome).toBe('wait');
      expect(seen.at(-1)?.outcome).toBe('pass');
    }
    expect(moments.some(({ b }) => b?.l1 === 0)).toBe(true);
  });

  it('have not caught up either when they have derived some of L1 again', () => {
    const seen = verdictsAbout('derivation-caught-up', samplesOf(dropped), 'a');
    expect(verdictAt(seen, 40)).toMatchObject({ outcome: 'wait', message: expect.stringContaining('575 of 683') });
  });

  it('still follow when nothing that they have is orphaned', () => {
    for (const subject of ['b', 'replica']) {
      const seen = verdictsAbout('node-synced', samplesOf(between(depth2, 14)), subject);
      expect(seen.at(-1)?.outcome).toBe('pass');
      expect(seen.filter(({ t, outcome }) => t <= 16 && outcome === 'pass')).toEqual([]);
    }
  });

  it.each([
    ['b', 'ten blocks', depth10, 26],
    ['replica', 'ten blocks', depth10, 26],
    ['b', 'ten blocks and a batch', batchLost, 36],
    ['b', 'ten blocks and a change of the batcher', dropped, 85.1],
  ] as const)('do not follow with orphaned blocks until these are replaced: %s, %s', (subject, _, moments, until) => {
    const afterReorg = between(moments, moments === dropped ? 42 : 12);
    const seen = verdictsAbout('node-synced', samplesOf(afterReorg), subject);
    expect(seen.filter(({ t, outcome }) => t <= until && outcome === 'pass')).toEqual([]);
    expect(verdictAt(seen, until)?.message).toMatch(/behind the sequencer/);
    // Some recordings end before two samples can show that it follows again.
    if (seen.at(-1)?.t !== until) expect(seen.at(-1)?.message).toContain("has the sequencer's head");
  });

  it('are not called a fork: what is orphaned stands below the head of the sequencer', () => {
    for (const [, moments] of reorgs) {
      const seen = verdicts('single-sequencer', samplesOf(moments), () => context());
      expect(seen.filter(({ outcome }) => outcome === 'fail')).toEqual([]);
      expect(seen.at(-1)?.outcome).toBe('pass');
    }
  });
});

describe('the contract over a reorg of L1', () => {
  it('does not match a new batcher while the change of it is orphaned', () => {
    const seen = verdicts(
      'config-matches-chain',
      samplesOf(dropped, ({ l1batcher }) => ({
        contracts: {
          ok: true,
          value: { portal: PORTAL, batcher: l1batcher === 'B1' ? STRANGER : BATCHER, unsafeBlockSigner: SIGNER },
        },
      })),
      () => context(),
    );
    const outcomes = seen.map(({ t, outcome }) => [t, outcome] as const);
    const isOld = (t: number) => t < 36 || (t >= 38 && t < 64);
    expect(outcomes).toEqual(outcomes.map(([t]) => [t, isOld(t) ? 'fail' : 'pass']));
    expect(verdictAt(seen, 50)).toMatchObject({ reason: 'ChainMismatch', message: expect.stringContaining(STRANGER) });
  });
});

describe('health over a reorg of L1', () => {
  it.each(reorgs)(
    'shows no safe head of a derivation that starts anew, and no chain that stands still (%s)',
    (_, moments) => {
      const seen = healths(samplesOf(moments));
      for (const { t, safe, class: health } of seen) {
        const moment = moments.find((other) => other.t === t);
        expect(safe?.number).toBe(moment?.a?.l1 === 0 ? undefined : moment?.a?.safe);
        expect(['Healthy', 'Degraded']).toContain(health);
      }
      const resetting = seen.filter(({ t }) => moments.find((moment) => moment.t === t)?.a?.l1 === 0);
      expect(resetting.map((health) => conditionOf(health, 'Batching'))).toEqual(
        resetting.map(() => 'Unknown/NoReading'),
      );
      expect(seen.map((health) => conditionOf(health, 'Sequencing')).every((is) => is.startsWith('True/'))).toBe(true);
    },
  );

  it('does not blame the batcher while derivation is far behind', () => {
    const [before, far, back] = healths(samplesOf(between(dropped, 39, 41)));
    expect([before, far, back].map((health) => health && conditionOf(health, 'Batching'))).toEqual([
      'Unknown/NoReading',
      'Unknown/DerivationBehind',
      'True/SafeHeadFollows',
    ]);
    expect(far?.conditions.find(({ type }) => type === 'Batching')?.message).toContain('block 575 of 683');
  });

  it('blames whoever does not answer derivation when that stands still', () => {
    const far = between(dropped, 40, 40);
    const [, standing] = healths(samplesOf([...far, ...far.map((moment) => ({ ...moment, t: 50 }))]));
    expect(standing && conditionOf(standing, 'Batching')).toBe('False/DerivationStandsStill');
  });

  it('blames the batcher when what it sends is derived and does not count', () => {
    const late = healths(samplesOf(dropped), { maxSafeLagSeconds: 70 }).find(({ t }) => t === 85.1);
    expect(late && conditionOf(late, 'Batching')).toBe('False/SafeHeadBehind');
    expect(late?.class).toBe('Degraded');
  });

  it('names the replica that stands on orphaned blocks', () => {
    const seen = healths(samplesOf(depth10));
    const last = seen.at(-1);
    expect(last && conditionOf(last, 'Following')).toBe('False/ReplicaBehind');
    expect(last?.conditions.find(({ type }) => type === 'Following')?.message).toContain('block 618, 8 behind');
    const untouched = healths(samplesOf(depth2));
    expect(untouched.map((health) => conditionOf(health, 'Following')).every((is) => is === 'True/InSync')).toBe(true);
  });
});

describe('no-foreign-batcher over a reorg of L1', () => {
  it('waits while the nonce goes back and forth', () => {
    const samples: Sample[] = samplesOf(between(depth2, 11, 20), ({ nonce: [latest, pending] = [0, 0] }) => ({
      batcher: account({ nonceLatest: latest, noncePending: pending }),
    }));
    const seen = verdicts('no-foreign-batcher', samples, () => context());
    expect(seen.map(({ outcome }) => outcome)).not.toContain('pass');
  });
});
