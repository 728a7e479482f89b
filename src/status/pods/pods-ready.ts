/** How a component's pods are, as a condition. Pure. */
import { type ConditionInput, sentence } from '../conditions.ts';
import type { PodProblem } from './pod-problems.ts';

export interface PodsState {
  readonly wanted: number;
  readonly ready: number;
  /** Name of the first pod that is not ready, or does not exist. */
  readonly missing?: string;
  /** What is wrong with it, if that is known. */
  readonly problem?: PodProblem;
}

export function podsReady({ wanted, ready, missing, problem }: PodsState): ConditionInput {
  if (missing === undefined)
    return { type: 'PodsReady', status: 'True', reason: 'Ready', message: sentence(`${ready} of ${wanted} ready`) };
  if (!problem)
    return { type: 'PodsReady', status: 'False', reason: 'Starting', message: sentence(`${missing} is not ready yet`) };
  return {
    type: 'PodsReady',
    status: 'False',
    reason: problem.reason,
    message: sentence(problem.message, undefined, problem.fix),
  };
}
