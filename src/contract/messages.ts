/**
 * Messages between watcher, people and workflows. Each takes one JSON object (the Temporal UI sends exactly one). Names
 * are wire names. A signal carries no desired state: it says "look again".
 */
import type { NetworkRef } from './ids.ts';

export const SIGNALS = {
  poke: 'poke',
  approve: 'approve',
  reject: 'reject',
  pause: 'pause',
  resume: 'resume',
  retry: 'retry',
  rollback: 'rollback',
  abort: 'abort',
  skipGate: 'skipGate',
  confirmFenced: 'confirmFenced',
  giveUpBlocks: 'giveUpBlocks',
} as const;

/** The same decisions as updates: these answer, and refuse what does not fit with a reason. */
export const UPDATES = {
  approvePlan: 'approvePlan',
  rejectPlan: 'rejectPlan',
  pause: 'pauseRollout',
  resume: 'resumeRollout',
  retry: 'retryStep',
  rollback: 'rollBackPlan',
  abort: 'abortRollout',
  skipGate: 'skipGateOnce',
  confirmFenced: 'confirmNodeFenced',
  giveUpBlocks: 'giveUpBlocksAbove',
} as const;

export const QUERIES = { status: 'status', plan: 'plan', history: 'history' } as const;

/** What people ask of whatever goes on. */
export const MOVES = [
  'pause',
  'resume',
  'retry',
  'rollback',
  'abort',
  'skipGate',
  'confirmFenced',
  'giveUpBlocks',
] as const;
export type MoveAction = (typeof MOVES)[number];

/** Everything that people decide, in the order in which it is taken. */
export const DECISION_ACTIONS = ['approve', 'reject', ...MOVES] as const;
export type DecisionAction = (typeof DECISION_ACTIONS)[number];

/** What says nothing where no plan runs. */
export const NEEDS_RUNNING_PLAN: readonly DecisionAction[] = [
  'rollback',
  'abort',
  'skipGate',
  'confirmFenced',
  'giveUpBlocks',
];

/** Watcher → entity: "look again". */
export interface Poke {
  readonly cluster: string;
  readonly network: string;
  readonly reason: string;
}

/** Approval or rejection of the plan whose hash starts with `plan` (at least 8 characters). */
export interface Decision {
  readonly plan: string;
  readonly approver: string;
  readonly comment?: string;
}

/** Input of the entity workflow; `state` only after continue-as-new. */
export interface EntityInput {
  readonly network: NetworkRef;
  /** Schema number of the carried state. */
  readonly schema: 1;
  readonly state?: unknown;
}
