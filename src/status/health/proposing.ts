import { proposalTrial } from '../../chain/facts/proposal-trial.ts';
import { bondIsCovered } from '../../chain/facts/spending.ts';
import { count, ether, seconds } from '../../chain/facts/words.ts';
import type { Proposal, ProposerSample, Sample, SyncStatus } from '../../chain/samples.ts';
import type { ConditionInput } from '../conditions.ts';
import { condition } from './finding.ts';
import type { HealthLimits, ProposingLimits } from './limits.ts';

/** How long the first proposal may take beyond its interval: blocks have to become final. */
const FINALITY_SECONDS = 30 * 60;

/** Whether proposals come in time. A proposer that can not propose looks healthy: it tries again and again (recorded). */
export function proposing(
  last: Sample,
  best: SyncStatus | undefined,
  { proposing: limits }: HealthLimits,
): ConditionInput[] {
  if (!limits || !last.proposer) return [];
  if (!last.proposer.ok) {
    return [condition('Proposing', 'Unknown', 'NoReading', `Proposals can not be read: ${last.proposer.error}`)];
  }
  const proposer = last.proposer.value;
  return [refused(proposer, limits) ?? uncovered(proposer) ?? inTime(last.at, proposer, best, limits)];
}

function refused(proposer: ProposerSample, { gameType }: ProposingLimits): ConditionInput | undefined {
  const { trial } = proposer;
  if (!trial?.ok || trial.value.outcome !== 'refused') return undefined;
  const { isPermitted, message } = proposalTrial(trial.value, proposer, gameType);
  return isPermitted ? undefined : condition('Proposing', 'False', 'ProposalRefused', capitalised(message));
}

function uncovered(proposer: ProposerSample): ConditionInput | undefined {
  if (bondIsCovered(proposer)) return undefined;
  const { address, balanceWei, bondWei } = proposer;
  return condition(
    'Proposing',
    'False',
    'BondNotCovered',
    `The proposer ${address} has ${ether(BigInt(balanceWei))} on L1, not more than the bond of a proposal, ${ether(BigInt(bondWei))}`,
    `send ETH to ${address} on L1`,
  );
}

function inTime(
  now: number,
  proposer: ProposerSample,
  best: SyncStatus | undefined,
  limits: ProposingLimits,
): ConditionInput {
  const { trial, intervalSeconds = limits.intervalSeconds } = proposer;
  const last = proposer.lastProposal ?? limits.lastProposal;
  const since = waitsSince(last, limits);
  const waitedSeconds = since === undefined ? 0 : (now - since) / 1000;
  // Where L1 says when the next output is due, it is not late before that.
  const isNotDue = trial?.ok === true && trial.value.outcome === 'notDue';
  if (!isNotDue && waitedSeconds > 2 * intervalSeconds + FINALITY_SECONDS)
    return late(proposer, best, { ...limits, intervalSeconds, lastProposal: last }, waitedSeconds);
  if (last) {
    const ago = seconds(now / 1000 - last.timestamp);
    return condition('Proposing', 'True', 'InTime', `Block ${count(last.l2Block)} was proposed ${ago} ago`);
  }
  const finalBlock = best ? ` (now ${count(best.finalizedL2.number)})` : '';
  return condition(
    'Proposing',
    'Unknown',
    'ProposalPending',
    `The first proposal is made when a block after the genesis is final${finalBlock}`,
  );
}

/** The first proposal, and the next one after a stop, are waited for since the pod is there. */
function waitsSince(last: Proposal | undefined, { podSince }: ProposingLimits): number | undefined {
  const since = last ? last.timestamp * 1000 : podSince;
  return since === undefined ? undefined : Math.max(since, podSince ?? since);
}

function late(
  { trial }: ProposerSample,
  best: SyncStatus | undefined,
  { allowNonFinalized, intervalSeconds, lastProposal }: ProposingLimits,
  waitedSeconds: number,
): ConditionInput {
  const none = `No proposal for ${seconds(waitedSeconds)}`;
  if (!best) {
    const why = `${none}; whether there is a block to propose is not known: no node answers`;
    return condition('Proposing', 'Unknown', 'NoReading', why);
  }
  const head = allowNonFinalized ? best.safeL2 : best.finalizedL2;
  if (head.number <= (lastProposal?.l2Block ?? 0)) {
    const what = allowNonFinalized ? 'safe' : 'final';
    const block = `${none}: block ${count(head.number)}, the last ${what} one, is proposed already or is the genesis`;
    const behind = best.headL1.timestamp - best.finalizedL1.timestamp;
    const isL1 = !allowNonFinalized && best.finalizedL1.number > 0 && behind > FINALITY_SECONDS;
    return isL1
      ? condition(
          'Proposing',
          'False',
          'NothingToPropose',
          `${block}, and the last final block of L1 is ${seconds(behind)} old`,
          'neither proposer nor batcher is the cause: wait until L1 is final again, or ask its provider',
        )
      : condition(
          'Proposing',
          'False',
          'NothingToPropose',
          block,
          `the proposer is not the cause: nothing becomes ${what}; see the condition Batching`,
        );
  }
  return condition(
    'Proposing',
    'False',
    'ProposalOverdue',
    `${none}${whatL1Says(trial)}: expected every ${seconds(intervalSeconds)}`,
    'look at the log of op-proposer; deleting its pod does no harm',
  );
}

function whatL1Says(trial: ProposerSample['trial']): string {
  if (!trial) return '';
  if (!trial.ok) return ` (whether L1 would accept one can not be asked: ${trial.error})`;
  return trial.value.outcome === 'accepted' ? ', although L1 would accept one' : '';
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
