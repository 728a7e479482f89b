import { formatEther, parseEther } from 'ethers';
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
export function fundedSender(sample: Sample, sender: SenderLimits): ConditionInput | undefined {
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
  const below = (floor: string | undefined) => floor !== undefined && balance < parseEther(floor);
  if (balance === 0n || below(minimum)) {
    const floor = minimum === undefined ? '' : `, less than spec.balance.minimum (${minimum} ETH)`;
    return condition(
      'Funded',
      'False',
      'BalanceBelowMinimum',
      `${has}${floor}: no plan starts it, and ${AT_RISK[sender.kind]}`,
      `send ETH to ${address} on L1`,
    );
  }
  if (below(warnBelow)) {
    const what = `${has}, less than spec.balance.warnBelow (${warnBelow} ETH)`;
    return condition('Funded', 'False', 'BalanceLow', what, `send ETH to ${address} on L1`);
  }
  return condition('Funded', 'True', 'Enough', has);
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
export function funded(sample: Sample, { senders }: HealthLimits): ConditionInput[] {
  const all = senders.flatMap((sender) => fundedSender(sample, sender) ?? []);
  const worst =
    all.find(({ reason }) => reason === 'BalanceBelowMinimum') ??
    all.find(({ status }) => status === 'False') ??
    all.find(({ status }) => status === 'Unknown') ??
    all[0];
  if (!worst) return [];
  const said = all.filter(({ status }) => status === worst.status).map(({ message }) => message);
  return [{ ...worst, message: said.join('\n') }];
}
