import { describe, expect, it } from 'vitest';
import { batching } from '../../../src/plan/gates/batching.ts';
import {
  account,
  at,
  BATCHER,
  batch,
  context,
  failed,
  inbox,
  l1,
  type NodeOptions,
  node,
  ok,
  SEQ_WINDOW,
  STRANGER,
} from './scene.ts';

const subject = { activeSequencer: 'acme' };
/** One sample: seconds, L1 head, heads of the sequencer, batches seen. */
const look = (seconds: number, head: number, heads: NodeOptions, ...batches: ReturnType<typeof batch>[]) =>
  at(seconds, {
    l1: l1(head),
    batcher: account(),
    inbox: inbox(head, ...batches),
    nodes: [node('acme-0', { active: true, headL1: head, currentL1: head, ...heads })],
  });

describe('batching', () => {
  it('passes when a new batch arrived and the safe head rose because of it', () => {
    const samples = [
      look(0, 1000, { safe: 4990 }),
      look(24, 1002, { safe: 4990 }, batch(1002)),
      look(36, 1003, { safe: 5010 }),
    ];
    expect(batching(samples, context({ ...subject, now: 62 }))).toEqual({
      outcome: 'pass',
      message: 'safe head 5,010, last inbox tx 38 s ago, 20 blocks became safe',
    });
  });

  it('says what it waits for while no batch came', () => {
    const verdict = batching(
      [look(0, 1000, {}), look(12, 1001, {})],
      context({ ...subject, limits: { batcherMaxChannelDuration: 3 } }),
    );
    expect(verdict).toEqual({
      outcome: 'wait',
      message: `safe head 4,990, no inbox transaction of ${BATCHER} since L1 block 1,000, expecting the next within 60 s`,
    });
  });

  it.each<[string, ReturnType<typeof look>[]]>([
    ['the safe head rises without any new batch', [look(0, 1000, { safe: 4990 }), look(36, 1003, { safe: 5010 })]],
    [
      'the batch is older than the gate',
      [look(0, 1000, { safe: 4990 }, batch(1000)), look(36, 1003, { safe: 5010 }, batch(1000))],
    ],
    [
      'the batch came from another sender',
      [look(0, 1000, { safe: 4990 }), look(36, 1003, { safe: 5010 }, batch(1002, STRANGER))],
    ],
    [
      'the batch has not been derived',
      [look(0, 1000, { safe: 4990 }), look(36, 1003, { safe: 5010, currentL1: 1002 }, batch(1002))],
    ],
    [
      'the batch was derived and did not help',
      [look(0, 1000, { safe: 4990 }), look(36, 1003, { safe: 4990 }, batch(1002))],
    ],
    [
      'the node resets: its safe head is the finalized one',
      [look(0, 1000, { safe: 4990 }), look(36, 1003, { safe: 5010, currentL1: 0 }, batch(1002))],
    ],
  ])('waits while %s', (_, samples) => {
    expect(batching(samples, context({ ...subject, now: 36 })).outcome).toBe('wait');
  });

  it('says how far derivation is from the batch', () => {
    const samples = [look(0, 1000, {}), look(36, 1003, { currentL1: 1001 }, batch(1002))];
    expect(batching(samples, context(subject)).message).toMatch(
      /^safe head 4,990, inbox transaction 0xba7c\w+… in L1 block 1,002, derivation is at 1,001$/,
    );
  });

  it('names a stranger who sends to the inbox in place of the batcher', () => {
    const samples = [look(0, 1000, {}), look(36, 1003, {}, batch(1002, STRANGER))];
    expect(batching(samples, context(subject)).message).toContain(
      `; ${STRANGER} sends to the inbox, which is not the batcher`,
    );
  });

  it.each([
    ['0', 'has 0 ETH on L1, expecting ETH for gas: send it more', '0'],
    ['10000000000000000', 'has 0.01 ETH on L1, expecting at least 0.5 ETH: send it more', '500000000000000000'],
  ])('waits for gas: balance %s', (balanceWei, message, minBalanceWei) => {
    const sample = { ...look(0, 1000, {}), batcher: account({ balanceWei }) };
    expect(batching([sample], context({ ...subject, limits: { minBalanceWei } }))).toEqual({
      outcome: 'wait',
      message: `${BATCHER} ${message}`,
    });
  });

  it.each([
    ['the account', { batcher: failed() }],
    ['the inbox', { inbox: failed() }],
    ['every node', { nodes: [node('acme-0', { active: true, syncReading: failed() })] }],
  ])('waits while %s cannot be read', (_, change) => {
    expect(batching([{ ...look(0, 1000, {}), ...change } as ReturnType<typeof look>], context(subject)).outcome).toBe(
      'wait',
    );
  });

  describe('when the sequencing window has expired', () => {
    const expired = (seconds: number, ...batches: ReturnType<typeof batch>[]) => {
      const head = 1000 + Math.floor(seconds / 12);
      return look(seconds, head, { safe: 100 + seconds / 2, safeOrigin: head - SEQ_WINDOW }, ...batches);
    };

    it('does not take the safe head that rises by itself for a pass', () => {
      expect(batching([expired(0), expired(24)], context({ ...subject, now: 24 }))).toMatchObject({
        outcome: 'wait',
        message: expect.stringContaining('the sequencing window of 3,600 L1 blocks has expired'),
      });
    });

    it('is an incident when it goes on for a minute', () => {
      expect(batching([expired(0), expired(36), expired(72)], context({ ...subject, now: 72 }))).toMatchObject({
        outcome: 'fail',
        reason: 'GateFailed',
        message: expect.stringContaining('no batch arrived in 72 s: unsafe blocks are being replaced by empty ones'),
        fix: expect.stringContaining('admin_setRecoverMode'),
      });
    });

    it('passes after the batcher mended it', () => {
      const mended = look(84, 1007, { safe: 4995, safeOrigin: 1000 });
      expect(
        batching([expired(0), expired(36), expired(72, batch(1006)), mended], context({ ...subject, now: 84 })).outcome,
      ).toBe('pass');
    });

    it('also when batches arrive that do not help', () => {
      const samples = [expired(0), expired(36, batch(1002)), expired(72, batch(1005))];
      expect(batching(samples, context({ ...subject, now: 72 }))).toMatchObject({
        outcome: 'fail',
        message: expect.stringContaining('batches arrived and did not help'),
      });
    });
  });

  it('works with a replica only, when no sequencer answers', () => {
    const replica = (seconds: number, head: number, safe: number, ...batches: ReturnType<typeof batch>[]) =>
      at(seconds, {
        l1: l1(head),
        batcher: account(),
        inbox: inbox(head, ...batches),
        nodes: [node('replica-0', { safe, currentL1: head })],
      });
    const samples = [replica(0, 1000, 4990), replica(36, 1003, 5000, batch(1002))];
    expect(batching(samples, context({ now: 36 })).outcome).toBe('pass');
    expect(
      batching(
        [
          {
            ...(samples[0] as (typeof samples)[0]),
            batcher: ok({ address: BATCHER, balanceWei: '1', nonceLatest: 0, noncePending: 0 }),
          },
        ],
        context(),
      ).outcome,
    ).toBe('wait');
  });
});
