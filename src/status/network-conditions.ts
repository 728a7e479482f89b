/** Conditions of an OptimismNetwork as its entity sees it. Pure. */
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import type { EntityPhase, ReportInput } from '../contract/activities.ts';
import { isReversible } from '../contract/way-back.ts';
import { type ConditionInput, sentence } from './conditions.ts';
import { fightSentence, wayOutOfFight } from './fight-words.ts';
import {
  abortCommand,
  approveCommand,
  passGateCommands,
  rejectCommand,
  resumeCommand,
  retryCommand,
  rollbackCommand,
  shortHash,
  statusCommand,
} from './operator-commands.ts';
import { PHASE_SENTENCES } from './phase-sentences.ts';
import { describeProblems, problemsToConditions } from './problem-conditions.ts';
import { startsInWindow } from './window-words.ts';

export type NetworkView = Pick<ReportInput, 'network' | 'phase' | 'problems' | 'paused' | 'plan' | 'halted'>;

/** Phases in which a plan is being executed. */
const MOVING: readonly EntityPhase[] = ['Installing', 'Changing', 'Repairing', 'Upgrading', 'Rotating', 'Deleting'];

/**
 * @param contracts what discovery has found so far, from the status as it is
 */
export function networkConditions(view: NetworkView, contracts: OptimismNetworkStatus['contracts']): ConditionInput[] {
  const fromProblems = problemsToConditions(view.problems);
  const discovered = fromProblems.some(({ type }) => type === 'ContractsDiscovered')
    ? []
    : [contractsDiscovered(contracts)];
  return [...fromProblems, ...discovered, ready(view), progressing(view), awaitingApproval(view), paused(view)];
}

/** What the contracts of a network are known to be. */
export function contractsDiscovered(contracts: OptimismNetworkStatus['contracts']): ConditionInput {
  if (contracts?.blockNumber === undefined) {
    return {
      type: 'ContractsDiscovered',
      status: 'Unknown',
      reason: 'NotReadYet',
      message: sentence('The contracts on L1 have not been read yet'),
    };
  }
  const generation = contracts.generation ? `, generation ${contracts.generation}` : '';
  const systemConfig = contracts.systemConfig ?? 'unknown';
  const read = `Contracts were read at L1 block ${contracts.blockNumber} (SystemConfig ${systemConfig}${generation})`;
  const { version = '', unknownVersion = false, contradictions = [], unread = [] } = contracts;
  const known = { type: 'ContractsDiscovered', status: 'True' } as const;
  const notRead = unread.length > 0 ? `not read: ${unread.join(', ')}` : undefined;
  if (unknownVersion) {
    return {
      ...known,
      reason: 'UnknownVersion',
      message: sentence(
        read,
        [
          `SystemConfig ${version} is newer than this operator knows`,
          ...(notRead ? [notRead] : []),
          ...contradictions,
        ].join('; '),
        'look for a release of the operator that knows it before you change anything of the chain',
      ),
    };
  }
  if (contradictions.length > 0) {
    return {
      ...known,
      reason: 'Contradiction',
      message: sentence(read, contradictions.join('; '), 'correct spec.contracts: what it says counts'),
    };
  }
  return { ...known, reason: 'Discovered', message: sentence(read, notRead) };
}

function ready(view: NetworkView): ConditionInput {
  if (view.phase === 'Ready') {
    return { type: 'Ready', status: 'True', reason: 'Ready', message: sentence(PHASE_SENTENCES.Ready) };
  }
  const { halted, problems, phase } = view;
  if (halted) {
    return {
      type: 'Ready',
      status: 'False',
      reason: halted.problem.type,
      message: sentence(`Halted at step ${halted.step}`, halted.problem.message, halted.problem.fix),
    };
  }
  const [problem] = problems;
  if (problem) return { type: 'Ready', status: 'False', reason: problem.type, message: describeProblems(problems) };
  return {
    type: 'Ready',
    status: phase === 'Pending' ? 'Unknown' : 'False',
    reason: phase,
    message: sentence(PHASE_SENTENCES[phase], undefined, `see ${statusCommand(view.network)}`),
  };
}

function progressing(view: NetworkView): ConditionInput {
  const { network, plan, halted, phase } = view;
  const summary = plan ? `Plan ${shortHash(plan.plan.hash)} (${plan.plan.summary})` : 'No plan';
  if (halted) {
    const gates = plan?.plan.steps.find(({ id }) => id === halted.step)?.gates;
    const passing = passGateCommands(network, gates).map(([, command]) => command);
    const back = plan && isReversible(plan.plan, halted.step) ? [rollbackCommand(network)] : [];
    const ways = [retryCommand(network), ...passing, ...back, abortCommand(network)];
    return {
      type: 'Progressing',
      status: 'False',
      reason: 'Halted',
      message: sentence(`${summary} halted at step ${halted.step}`, undefined, ways.join(', or ')),
    };
  }
  if (plan?.heldUntil) {
    return {
      type: 'Progressing',
      status: 'False',
      reason: 'RepairHeld',
      message: sentence(
        `${summary} is made again at ${plan.heldUntil}`,
        fightSentence(plan.plan.changes),
        `${wayOutOfFight(plan.plan.changes)}; ${retryCommand(network)} has it made now`,
      ),
    };
  }
  if (plan?.window && phase === 'AwaitingWindow') {
    const by = plan.approval ? ` was approved by ${plan.approval.by} and` : '';
    return {
      type: 'Progressing',
      status: 'False',
      reason: 'AwaitingWindow',
      message: sentence(
        `${summary}${by} ${startsInWindow(plan.window)}`,
        undefined,
        `take the approval back with ${rejectCommand(network, plan.plan.hash)}`,
      ),
    };
  }
  if (plan && MOVING.includes(phase)) {
    const by = plan.workflowId ? ` is executed by workflow ${plan.workflowId}` : ' is about to start';
    return {
      type: 'Progressing',
      status: 'True',
      reason: phase,
      message: sentence(`${summary}${by}`, undefined, `follow it with ${statusCommand(network)} --watch`),
    };
  }
  return {
    type: 'Progressing',
    status: 'False',
    reason: phase === 'Ready' ? 'Idle' : phase,
    message: sentence(plan ? `${summary} is not running` : 'No plan is running'),
  };
}

function awaitingApproval({ network, plan, phase }: NetworkView): ConditionInput {
  if (phase !== 'AwaitingApproval' || !plan || plan.approval) {
    return {
      type: 'AwaitingApproval',
      status: 'False',
      reason: plan?.approval ? 'Approved' : 'NothingToApprove',
      message: sentence(
        plan?.approval
          ? `Plan ${shortHash(plan.plan.hash)} was approved by ${plan.approval.by}`
          : 'No plan waits for a decision',
      ),
    };
  }
  const { hash, summary, gapExpectedSeconds } = plan.plan;
  if (plan.declined) {
    return {
      type: 'AwaitingApproval',
      status: 'False',
      reason: plan.declined === 'rejected' ? 'Rejected' : 'Expired',
      message: sentence(
        `Plan ${shortHash(hash)} (${summary}) ${plan.declined === 'rejected' ? 'was rejected' : 'has expired: nobody decided in time'}`,
        undefined,
        `change the spec, or have it proposed again with ${retryCommand(network)}`,
      ),
    };
  }
  const until = plan.expiresAt ? ` until ${plan.expiresAt}` : '';
  const gap = gapExpectedSeconds > 0 ? `It means about ${gapExpectedSeconds} s without new blocks` : undefined;
  return {
    type: 'AwaitingApproval',
    status: 'True',
    reason: 'ApprovalRequired',
    message: sentence(
      `Plan ${shortHash(hash)} (${summary}) waits for approval${until}`,
      gap,
      `${approveCommand(network, hash)}, or ${rejectCommand(network, hash)}`,
    ),
  };
}

function paused(view: NetworkView): ConditionInput {
  return view.paused
    ? {
        type: 'Paused',
        status: 'True',
        reason: 'Paused',
        message: sentence(PHASE_SENTENCES.Paused, undefined, `${resumeCommand(view.network)}, or spec.paused: false`),
      }
    : { type: 'Paused', status: 'False', reason: 'NotPaused', message: sentence('Plans start as soon as they may') };
}
