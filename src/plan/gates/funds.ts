import { batchSpending, bondSpending, type Spending } from '../../chain/facts/spending.ts';
import { ether } from '../../chain/facts/words.ts';
import type { Reading, Sample, SenderSample } from '../../chain/samples.ts';
import { type Gate, type GateContext, pass, type Verdict, wait } from './gate.ts';
import { unreadable } from './observations.ts';

/** The sender can pay: its balance is above the floor and lasts for some hours at the price that it pays now. */
export const funds: Gate = (samples, context) => {
  const latest = accountOf(samples.at(-1), context);
  if (!latest?.ok) return wait(unreadable('L1, asked for the balance of the sender,', latest));
  const balance = BigInt(latest.value.balanceWei);
  const lacking = aboveFloor(latest.value, context);
  if (lacking.outcome !== 'pass') return lacking;
  const needed = neededWei(samples, context);
  if (needed !== undefined && balance < needed.wei) {
    return wait(
      `${latest.value.address} has ${ether(balance)}, expecting ${ether(needed.wei)} for ${context.limits.fundsMinHours} h ${needed.rate}: send it more`,
    );
  }
  return pass(`${latest.value.address} has ${ether(balance)}`);
};

/** Balance above the configured floor, and never nothing. */
export function aboveFloor({ address, balanceWei }: SenderSample, { limits }: GateContext): Verdict {
  const balance = BigInt(balanceWei);
  const floor = BigInt(limits.minBalanceWei);
  if (balance > 0n && balance >= floor) return pass(`${address} has ${ether(balance)}`);
  const expected = floor > 0n ? `at least ${ether(floor)}` : 'ETH for gas';
  return wait(`${address} has ${ether(balance)} on L1, expecting ${expected}: send it more`);
}

/** Account of the sender that is asked about; the batcher's where none is named. */
export function accountOf(
  sample: Sample | undefined,
  { subject: { sender } }: GateContext,
): Reading<SenderSample> | undefined {
  switch (sender?.kind) {
    case 'OpProposer':
      return sample?.proposer;
    case 'OpChallenger':
      return sample?.challengers?.find(({ challenger }) => challenger === sender.name)?.account;
    default:
      return sample?.batcher;
  }
}

/** What the sender spends in the wanted time. Undefined where nothing is known about it. */
function neededWei(samples: readonly Sample[], { subject, limits }: GateContext): Spending | undefined {
  switch (subject.sender?.kind) {
    case 'OpProposer':
      return bondSpending(samples.at(-1)?.proposer, limits);
    case 'OpChallenger':
      // Moves are answers to what somebody else does.
      return undefined;
    default:
      return batchSpending(samples, limits);
  }
}
