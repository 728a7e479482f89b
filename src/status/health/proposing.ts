import type { Sample, SyncStatus } from '../../chain/samples.ts';
import { trialVerdict } from '../../plan/gates/proposer-permitted.ts';
import { count, seconds } from '../../plan/gates/words.ts';
import type { ConditionInput } from '../conditions.ts';
import { condition } from './finding.ts';
import type { HealthLimits } from './limits.ts';

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
  const { lastProposal, trial } = last.proposer.value;
  if (trial?.ok && trial.value.outcome === 'refused') {
    const { message } = trialVerdict(trial.value, last.proposer.value, limits.gameType);
    return [condition('Proposing', 'False', 'ProposalRefused', capitalised(message))];
  }
  const finalBlock = best?.finalizedL2.number ?? 0;
  const since = lastProposal ? lastProposal.timestamp * 1000 : limits.pendingSince;
  const waitedSeconds = since === undefined ? 0 : (last.at - since) / 1000;
  const isLate = waitedSeconds > 2 * limits.intervalSeconds + FINALITY_SECONDS;
  if (isLate && (!best || finalBlock <= (lastProposal?.l2Block ?? 0))) {
    return [
      condition(
        'Proposing',
        'False',
        'NothingToPropose',
        `No proposal for ${seconds(waitedSeconds)}: block ${count(finalBlock)}, the last final one, is proposed already or is the genesis`,
        'the proposer is not the cause: nothing becomes final; see the condition Batching',
      ),
    ];
  }
  if (isLate) {
    return [
      condition(
        'Proposing',
        'False',
        'ProposalOverdue',
        `No proposal for ${seconds(waitedSeconds)}, although L1 would accept one: expected every ${seconds(limits.intervalSeconds)}`,
        'look at the log of op-proposer; deleting its pod does no harm',
      ),
    ];
  }
  if (!lastProposal) {
    return [
      condition(
        'Proposing',
        'Unknown',
        'ProposalPending',
        `The first proposal is made when a block after the genesis is final (now ${count(finalBlock)})`,
      ),
    ];
  }
  return [
    condition(
      'Proposing',
      'True',
      'InTime',
      `Block ${count(lastProposal.l2Block)} was proposed ${seconds(waitedSeconds)} ago`,
    ),
  ];
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
