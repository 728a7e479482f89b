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
    expect(verdict.message).toContain('confirmFenced');
  });

  it('waits while a transaction is in the mempool', () => {
    const verdict = noForeignBatcher([seen(0, 1000, 41), seen(120, 1010, 41, 42)], context());
    expect(verdict).toMatchObject({
      outcome: 'wait',
      message: expect.stringContaining(`1 transaction of ${BATCHER} not mined yet`),
    });
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
