import type { Reading, Sample, SenderSample } from '../../chain/samples.ts';
import { type Gate, type GateContext, pass, type Verdict, wait } from './gate.ts';
import { unreadable } from './observations.ts';
import { ether } from './words.ts';

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

interface Needed {
  readonly wei: bigint;
  readonly rate: string;
}

/** What the sender spends in the wanted time. Undefined where nothing is known about it. */
function neededWei(samples: readonly Sample[], context: GateContext): Needed | undefined {
  switch (context.subject.sender?.kind) {
    case 'OpProposer':
      return bonds(samples, context);
    case 'OpChallenger':
      // Moves are answers to what somebody else does.
      return undefined;
    default:
      return batches(samples, context);
  }
}

/** Price of a transaction as seen in the samples, times the transactions that the longest channel makes necessary. */
function batches(samples: readonly Sample[], { limits }: GateContext): Needed | undefined {
  const seen = samples.flatMap(({ batcher }) => (batcher?.ok ? [batcher.value] : []));
  const first = seen[0];
  const last = seen.at(-1);
  if (!first || !last || last.nonceLatest <= first.nonceLatest) return undefined;
  // Nothing when it was topped up meanwhile.
  const spent = BigInt(first.balanceWei) - BigInt(last.balanceWei);
  const secondsPerTransaction = Math.max(1, limits.batcherMaxChannelDuration) * limits.l1BlockTimeSeconds;
  const transactions = Math.ceil((limits.fundsMinHours * 3600) / secondsPerTransaction);
  return {
    wei: (spent * BigInt(transactions)) / BigInt(last.nonceLatest - first.nonceLatest),
    rate: 'at the current price',
  };
}

/** Bonds come back when games are decided, which takes days. */
function bonds(samples: readonly Sample[], { limits }: GateContext): Needed | undefined {
  const { proposer } = samples.at(-1) ?? {};
  if (!proposer?.ok || proposer.value.bondWei === '0') return undefined;
  const proposals = Math.ceil((limits.fundsMinHours * 3600) / limits.proposalIntervalSeconds);
  const bond = BigInt(proposer.value.bondWei);
  return { wei: bond * BigInt(proposals), rate: `of bonds of ${ether(bond)}` };
}
