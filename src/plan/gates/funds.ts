import type { BatcherSample, Sample } from '../../chain/samples.ts';
import { type Gate, type GateContext, pass, type Verdict, wait } from './gate.ts';
import { unreadable } from './observations.ts';
import { ether } from './words.ts';

/** The batcher can pay: its balance is above the floor and lasts for some hours at the price that it pays now. */
export const funds: Gate = (samples, context) => {
  const latest = samples.at(-1)?.batcher;
  if (!latest?.ok) return wait(unreadable("L1, asked for the batcher's account,", latest));
  const balance = BigInt(latest.value.balanceWei);
  const lacking = aboveFloor(latest.value, context);
  if (lacking.outcome !== 'pass') return lacking;
  const needed = neededWei(samples, context);
  if (needed !== undefined && balance < needed) {
    return wait(
      `${latest.value.address} has ${ether(balance)}, expecting ${ether(needed)} for ${context.limits.fundsMinHours} h at the current price: send it more`,
    );
  }
  return pass(`${latest.value.address} has ${ether(balance)}`);
};

/** Balance above the configured floor, and never nothing. */
export function aboveFloor({ address, balanceWei }: BatcherSample, { limits }: GateContext): Verdict {
  const balance = BigInt(balanceWei);
  const floor = BigInt(limits.minBalanceWei);
  if (balance > 0n && balance >= floor) return pass(`${address} has ${ether(balance)}`);
  const expected = floor > 0n ? `at least ${ether(floor)}` : 'ETH for gas';
  return wait(`${address} has ${ether(balance)} on L1, expecting ${expected}: send it more`);
}

/**
 * What the batcher spends in the wanted time: price of a transaction as seen in the samples, times the transactions that
 * its longest channel makes necessary. Undefined while it has sent none; nothing when it was topped up meanwhile.
 */
function neededWei(samples: readonly Sample[], { limits }: GateContext): bigint | undefined {
  const seen = samples.flatMap(({ batcher }) => (batcher?.ok ? [batcher.value] : []));
  const first = seen[0];
  const last = seen.at(-1);
  if (!first || !last || last.nonceLatest <= first.nonceLatest) return undefined;
  const spent = BigInt(first.balanceWei) - BigInt(last.balanceWei);
  const secondsPerTransaction = Math.max(1, limits.batcherMaxChannelDuration) * limits.l1BlockTimeSeconds;
  const transactions = Math.ceil((limits.fundsMinHours * 3600) / secondsPerTransaction);
  return (spent * BigInt(transactions)) / BigInt(last.nonceLatest - first.nonceLatest);
}
