import { describe, expect, it } from 'vitest';
import { funds } from '../../../src/plan/gates/funds.ts';
import { account, at, BATCHER, context, failed } from './scene.ts';

const ETHER = 10n ** 18n;
const has = (seconds: number, wei: bigint, nonceLatest: number) =>
  at(seconds, { batcher: account({ balanceWei: wei.toString(), nonceLatest }) });

describe('funds', () => {
  it('passes with a balance above the floor while nothing is known about the rate', () => {
    expect(funds([has(0, ETHER, 5)], context())).toEqual({ outcome: 'pass', message: `${BATCHER} has 1 ETH` });
  });

  it('waits below the floor, and with nothing at all', () => {
    expect(funds([has(0, ETHER, 5)], context({ limits: { minBalanceWei: (2n * ETHER).toString() } }))).toEqual({
      outcome: 'wait',
      message: `${BATCHER} has 1 ETH on L1, expecting at least 2 ETH: send it more`,
    });
    expect(funds([has(0, 0n, 5)], context()).outcome).toBe('wait');
  });

  it('waits when the balance does not last for a day at the current price', () => {
    // 0.001 ETH for each transaction, one every 5 blocks of 12 s: 1440 a day.
    const samples = [has(0, ETHER + ETHER / 500n, 5), has(120, ETHER, 7)];
    const limits = { batcherMaxChannelDuration: 5 };
    expect(funds(samples, context({ limits }))).toMatchObject({
      outcome: 'wait',
      message: expect.stringContaining('has 1 ETH, expecting 1.44 ETH for 24 h'),
    });
    expect(funds(samples, context({ limits: { ...limits, fundsMinHours: 12 } })).outcome).toBe('pass');
  });

  it('does not take a top-up for a negative price', () => {
    expect(funds([has(0, ETHER, 5), has(60, 2n * ETHER, 6)], context()).outcome).toBe('pass');
  });

  it('waits while the account cannot be read', () => {
    expect(funds([at(0, { batcher: failed() })], context()).outcome).toBe('wait');
  });
});
