/** What a failed activity means to a workflow. */
import { ActivityFailure, ApplicationFailure, CancelledFailure, RetryState, TimeoutFailure } from '@temporalio/common';
import { type FailureType, NON_RETRYABLE_FAILURES, type Problem, RETRYABLE_FAILURES } from '../contract/failures.ts';
import type { Step } from '../contract/plan.ts';

/**
 * With WAIT_CANCELLATION_COMPLETED a cancelled activity that was between two attempts arrives as its last
 * ApplicationFailure with retryState CANCEL_REQUESTED, for which the SDK's isCancellation is false.
 */
export function wasCancelled(error: unknown): boolean {
  if (error instanceof CancelledFailure) return true;
  return (
    error instanceof ActivityFailure &&
    (error.cause instanceof CancelledFailure || error.retryState === RetryState.CANCEL_REQUESTED)
  );
}

function isFailureType(type: string | null | undefined): type is FailureType {
  return [...NON_RETRYABLE_FAILURES, ...RETRYABLE_FAILURES].some((known) => known === type);
}

/** The failure of a step, as it is shown to people. */
export function stepProblem(step: Step, error: unknown): Problem {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure && isFailureType(cause.type) && cause.nonRetryable !== false) {
    const [details] = cause.details ?? [];
    const fix = typeof details === 'object' && details !== null && 'fix' in details ? String(details.fix) : '';
    return { type: cause.type, message: cause.message, fix: fix || 'look at the message, mend the cause, then retry' };
  }
  const last = cause instanceof Error ? cause.message : String(cause);
  const timedOut =
    cause instanceof TimeoutFailure || (error instanceof ActivityFailure && error.retryState === RetryState.TIMEOUT);
  return {
    type: 'GateTimeout',
    message: timedOut
      ? `${step.summary}: not done within ${step.limitSeconds} s; last seen: ${last}`
      : `${step.summary}: ${last}`,
    fix: 'find out why with `opstack status`, then retry, or abort the plan',
  };
}
