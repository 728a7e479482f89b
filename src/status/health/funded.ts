import { formatEther, parseEther } from 'ethers';
import {
  batchSpending,
  bondIsCovered,
  bondSpending,
  type Spending,
  type SpendingLimits,
} from '../../chain/facts/spending.ts';
import type { Reading, Sample, SenderSample } from '../../chain/samples.ts';
import type { ConditionInput } from '../conditions.ts';
import { condition } from './finding.ts';
import type { HealthLimits, SenderLimits } from './limits.ts';

const WHO = { OpBatcher: 'batcher', OpProposer: 'proposer', OpChallenger: 'challenger' } as const;
/** What stands still without it. */
const AT_RISK = {
  OpBatcher: 'soon nothing becomes safe',
  OpProposer: 'soon nothing is proposed, and no withdrawal can be proven',
  OpChallenger: 'it can not answer a wrong proposal',
} as const;
/** Whether a sender has what it needs on L1; absent where nobody has asked. Whoever has nothing is below any floor. */
export function fundedSender(
  samples: readonly Sample[],
  sample: Sample,
  sender: SenderLimits,
  spending: SpendingLimits,
): ConditionInput | undefined {
  const account = accountOf(sample, sender);
  if (!account) return undefined;
  const who = `The ${WHO[sender.kind]}`;
  if (!account.ok) {
    return condition('Funded', 'Unknown', 'NoReading', `${who}'s balance is not known: ${account.error}`);
  }
  const { minimum, warnBelow } = sender;
  const { address, balanceWei } = account.value;
  const balance = BigInt(balanceWei);
  const has = `${who} ${address} has ${formatEther(balance)} ETH on L1`;
  const remedy = `send ETH to ${address} on L1`;
  const below = (floor: string | undefined) => floor !== undefined && balance < parseEther(floor);
  if (balance === 0n || below(minimum)) {
    const floor = minimum === undefined ? '' : `, less than spec.balance.minimum (${minimum} ETH)`;
    const what = `${has}${floor}: no plan starts it, and ${AT_RISK[sender.kind]}`;
    return condition('Funded', 'False', 'BalanceBelowMinimum', what, remedy);
  }
  const proposer = sender.kind === 'OpProposer' && sample.proposer?.ok ? sample.proposer.value : undefined;
  if (proposer && !bondIsCovered(proposer)) {
    const what = `${has}, not more than the bond of a proposal (${formatEther(proposer.bondWei)} ETH): ${AT_RISK.OpProposer}`;
    return condition('Funded', 'False', 'BondNotCovered', what, remedy);
  }
  if (below(warnBelow)) {
    const what = `${has}, less than spec.balance.warnBelow (${warnBelow} ETH)`;
    return condition('Funded', 'False', 'BalanceLow', what, remedy);
  }
  return lasting(has, balance, neededBy(sender, samples, sample, spending), spending, remedy);
}

/** A warning only: prices change, and bonds come back. */
function lasting(
  has: string,
  balance: bigint,
  needed: Spending | undefined,
  { fundsMinHours }: SpendingLimits,
  remedy: string,
): ConditionInput {
  if (needed === undefined) {
    return condition('Funded', 'True', 'Enough', `${has}; how long that lasts is not known yet`);
  }
  if (balance >= needed.wei) return condition('Funded', 'True', 'Enough', has);
  const what = `${has}, and needs ${formatEther(needed.wei)} ETH for ${fundsMinHours} h ${needed.rate}`;
  return condition('Funded', 'True', 'RunningLow', what, remedy);
}

function neededBy(
  { kind }: SenderLimits,
  samples: readonly Sample[],
  sample: Sample,
  limits: SpendingLimits,
): Spending | undefined {
  switch (kind) {
    case 'OpBatcher':
      return batchSpending(samples, limits);
    case 'OpProposer':
      return bondSpending(sample.proposer, limits);
    case 'OpChallenger':
      // Moves are answers to what somebody else does.
      return undefined;
  }
}

function accountOf(sample: Sample, { kind, name }: SenderLimits): Reading<SenderSample> | undefined {
  switch (kind) {
    case 'OpBatcher':
      return sample.batcher;
    case 'OpProposer':
      return sample.proposer;
    case 'OpChallenger':
      return sample.challengers?.find(({ challenger }) => challenger === name)?.account;
  }
}

/** All senders of a network as one condition: the worst of them decides, and every one that lacks something is named. */
export function funded(
  samples: readonly Sample[],
  sample: Sample,
  { senders, spending }: HealthLimits,
): ConditionInput[] {
  const all = senders.flatMap((sender) => fundedSender(samples, sample, sender, spending) ?? []);
  const worst =
    all.find(({ reason }) => reason === 'BalanceBelowMinimum') ??
    all.find(({ status }) => status === 'False') ??
    all.find(({ status }) => status === 'Unknown') ??
    all.find(({ reason }) => reason === 'RunningLow') ??
    all[0];
  if (!worst) return [];
  const isAsBad = ({ status, reason }: ConditionInput) =>
    status === worst.status && (worst.reason !== 'RunningLow' || reason === worst.reason);
  const said = all.filter(isAsBad).map(({ message }) => message);
  return [{ ...worst, message: said.join('\n') }];
}
