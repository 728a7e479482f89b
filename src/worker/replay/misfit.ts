/** Why a workflow can't go on with this version, for people and programs. */
import type { HistoryStep } from './history-steps.ts';
import type { ReplayFailure } from './replay-failure.ts';

export interface Misfit extends ReplayFailure {
  /** Absent where the SDK names none, and where it is no step: a timer, a marker. */
  readonly step?: HistoryStep;
}

/** `step 04-await-batching/op-batcher (awaitGate), event 23: the history has awaitGate, this version does storeConfig` */
export function misfitText({ mismatch, step, message, at }: Misfit): string {
  if (!mismatch) return `${message.split('\n')[0]}${at ? ` (${at})` : ''}`;
  const where = step
    ? `step ${step.id} (${step.type}), event ${step.eventId}`
    : mismatch.by === 'event'
      ? `event ${mismatch.eventId}`
      : 'a step';
  return `${where}: the history has ${mismatch.had}, this version does ${mismatch.does}`;
}

/** What to do about any of them. */
export const MISFIT_FIX =
  'do not update the operator while this runs: let it end with the version that it began with ' +
  '(opstack abort <network> ends a plan after its step), or terminate the workflow of the network in Temporal: ' +
  'the next one looks and goes on from what the cluster says';
