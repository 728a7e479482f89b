import { describe, expect, it } from 'vitest';
import { noForeignBatcher } from '../../../src/plan/gates/no-foreign-batcher.ts';
import { account, at, BATCHER, batch, context, failed, inbox, l1, STRANGER } from './scene.ts';

const seen = (seconds: number, head: number, nonce: number, pending = nonce) =>
  at(seconds, { l1: l1(head), batcher: account({ nonceLatest: nonce, noncePending: pending }) });

describe('no-foreign-batcher', () => {
  it('passes when the nonce stood still for ten L1 blocks', () => {
    expect(noForeignBatcher([seen(0, 1000, 41), seen(120, 1010, 41)], context())).toEqual({
      outcome: 'pass',
      message: `nobody else batches: ${BATCHER} has sent nothing for 10 L1 blocks, nonce 41`,
    });
  });

  it('passes at once when L1 still knows that the nonce was the same ten blocks ago', () => {
    const sample = at(0, { batcher: account({ nonceBefore: { blockNumber: 990, nonce: 41 } }) });
    expect(noForeignBatcher([sample], context()).outcome).toBe('pass');
    const moved = at(0, { batcher: account({ nonceBefore: { blockNumber: 990, nonce: 40 } }) });
    expect(noForeignBatcher([moved], context()).outcome).toBe('wait');
  });

  it('passes for an address that has never sent anything, looked at twice', () => {
    expect(noForeignBatcher([seen(0, 1000, 0)], context()).outcome).toBe('wait');
    expect(noForeignBatcher([seen(0, 1000, 0), seen(2, 1000, 0)], context()).outcome).toBe('pass');
  });

  it('waits while the nonce moves, and says who and what to do', () => {
    const verdict = noForeignBatcher([seen(0, 1000, 41), seen(60, 1005, 43)], context());
    expect(verdict).toMatchObject({
      outcome: 'wait',
      message: expect.stringContaining(`${BATCHER} is sending (nonce 41 → 43)`),
    });
    expect(verdict.message).toContain('Switch it off');
  });

  it('takes no word that the other one is off for some blocks after it has sent', () => {
    const sent = [seen(0, 1000, 41), seen(60, 1005, 43)];
    expect(noForeignBatcher([...sent, seen(84, 1007, 43)], context())).toMatchObject({ firm: true });
    expect(noForeignBatcher([...sent, seen(96, 1008, 43)], context())).not.toHaveProperty('firm');
  });

  describe('with a transaction in the mempool', () => {
    const stuck = (...blocks: number[]) => blocks.map((block) => seen((block - 1000) * 12, block, 41, 42));

    it('waits for ever when another batcher may be in its place, and says whose it may be', () => {
      const verdict = noForeignBatcher(stuck(1000, 1100, 1300), context({ takesOver: true }));
      expect(verdict).toEqual({
        outcome: 'wait',
        message: `1 transaction of ${BATCHER} not mined yet: of a batcher that was stopped, here or elsewhere, or of one that still uses its key`,
      });
    });

    it('passes when the batcher was away for a moment only, and no other one came for ten L1 blocks', () => {
      expect(noForeignBatcher(stuck(1000, 1009), context()).message).toContain(
        `1 transaction of ${BATCHER} not mined yet; nonce 41 of ${BATCHER} stands still for 9 L1 blocks, expecting 10`,
      );
      expect(noForeignBatcher(stuck(1000, 1010), context())).toEqual({
        outcome: 'pass',
        message: `nobody else batches: 1 transaction of ${BATCHER} not mined yet, and no other one came for 10 L1 blocks`,
      });
    });

    it('counts from when it came, whatever the nonce was before', () => {
      const before = at(-120, { l1: l1(990), batcher: account() });
      expect(noForeignBatcher([before, ...stuck(1000)], context()).outcome).toBe('wait');
      expect(noForeignBatcher([before, ...stuck(1000, 1009)], context()).outcome).toBe('wait');
      expect(noForeignBatcher([before, ...stuck(1000, 1010)], context()).outcome).toBe('pass');
      const known = at(0, {
        batcher: account({ noncePending: 42, nonceBefore: { blockNumber: 990, nonce: 41 } }),
      });
      expect(noForeignBatcher([known], context()).outcome).toBe('wait');
    });

    it('calls nobody a sender when only what waited is mined', () => {
      const mined = seen(60, 1005, 42);
      expect(noForeignBatcher([...stuck(1000), mined], context()).message).toMatch(
        /^nonce 42 of .* stands still for 0/,
      );
      const another = seen(72, 1006, 43);
      expect(noForeignBatcher([...stuck(1000), mined, another], context()).message).toContain('is sending');
    });

    it('counts anew when a second one comes, or one of them is mined', () => {
      const second = seen(60, 1005, 41, 43);
      expect(noForeignBatcher([...stuck(1000), second, seen(168, 1014, 41, 43)], context()).outcome).toBe('wait');
      expect(noForeignBatcher([...stuck(1000), second, seen(180, 1015, 41, 43)], context()).outcome).toBe('pass');
      const mined = seen(60, 1005, 42, 43);
      expect(noForeignBatcher([...stuck(1000), mined, seen(168, 1014, 42, 43)], context()).outcome).toBe('wait');
    });
  });

  it('expects the silence that it is told', () => {
    const limits = { foreignBatcherQuietBlocks: 235 };
    const waits = noForeignBatcher([seen(0, 1000, 41), seen(120, 1010, 41)], context({ limits, takesOver: true }));
    expect(waits.message).toContain('stands still for 10 L1 blocks, expecting 235');
    expect(noForeignBatcher([seen(0, 1000, 41), seen(2820, 1235, 41)], context({ limits })).outcome).toBe('pass');
  });

  it('waits while an inbox transaction of it is younger than ten blocks, whatever the nonce says', () => {
    const samples = [seen(0, 1000, 41), { ...seen(120, 1010, 41), inbox: inbox(1010, batch(1006)) }];
    expect(noForeignBatcher(samples, context()).outcome).toBe('wait');
  });

  it('does not mind what others send to the inbox', () => {
    const samples = [seen(0, 1000, 41), { ...seen(120, 1010, 41), inbox: inbox(1010, batch(1006, STRANGER)) }];
    expect(noForeignBatcher(samples, context()).outcome).toBe('pass');
  });

  it.each([
    ['L1 cannot be read', at(0, { l1: failed(), batcher: account() })],
    ['the account cannot be read', at(0, { batcher: failed() })],
    ['nothing was asked', at(0)],
  ])('waits while %s', (_, sample) => {
    expect(noForeignBatcher([seen(-120, 990, 41), sample], context()).outcome).toBe('wait');
  });
});
