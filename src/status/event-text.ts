/** What happened, as a Kubernetes event: one for each decision, and for each start, end and failure of a step. Pure. */
import type { Happening } from '../contract/activities.ts';
import type { Step } from '../contract/plan.ts';
import { shortHash } from './operator-commands.ts';

export interface EventText {
  readonly type: 'Normal' | 'Warning';
  /** One word in CamelCase. */
  readonly reason: string;
  /** What the operator was doing, one word in CamelCase. */
  readonly action: string;
  /** At most {@link MAX_NOTE} characters. */
  readonly note: string;
}

/** The API server refuses notes above 1 kB. */
export const MAX_NOTE = 1000;

const WARNINGS: readonly Happening['type'][] = [
  'planExpired',
  'decisionRefused',
  'driftFound',
  'repairHeld',
  'halted',
  'gateSkipped',
  'fencingConfirmed',
  'blocksGivenUp',
  'rolledBack',
];

export function happeningEvent({ type, planHash, message }: Happening): EventText {
  const plan = planHash === undefined ? '' : `Plan ${shortHash(planHash)}: `;
  return {
    type: WARNINGS.includes(type) ? 'Warning' : 'Normal',
    reason: capitalised(type),
    action: type.startsWith('plan') ? 'Plan' : 'Decide',
    note: cut(`${plan}${message}`),
  };
}

/** Somebody else has changed what the chain is: not by the operator, but of concern to whoever runs it. */
export function contractsChangedEvent(message: string): EventText {
  return {
    type: 'Warning',
    reason: 'ContractsChanged',
    action: 'Observe',
    note: cut(message),
  };
}

export type StepMoment = 'started' | 'finished' | 'failed' | 'skipped';

/** @param message what was done or seen; absent: the step's own sentence only */
export function stepEvent(step: Step, moment: StepMoment, message?: string): EventText {
  return {
    type: moment === 'failed' || moment === 'skipped' ? 'Warning' : 'Normal',
    reason: `Step${capitalised(moment)}`,
    action: capitalised(step.type),
    note: cut(message ? `${step.id}: ${step.summary}: ${message}` : `${step.id}: ${step.summary}`),
  };
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function cut(text: string): string {
  // A character can have three bytes; the limit is in bytes.
  let note = text.length > MAX_NOTE ? `${text.slice(0, MAX_NOTE - 1)}…` : text;
  while (new TextEncoder().encode(note).length > MAX_NOTE) note = `${note.slice(0, -20)}…`;
  return note.toWellFormed();
}
