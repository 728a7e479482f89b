/** How long a step may be tried, and what its failures mean when that is over. Pure. */
import { isRetryable, OperatorError } from '../../contract/failures.ts';
import { isKubeStatus, KubeUnreachableError } from '../../kube/index.ts';
import { toOperatorError } from '../interceptor.ts';

/** Attempts of a step that waits begin at least this often while a worker is there. */
const LONGEST_PAUSE_MS = 30_000;

/** How long a step has been tried, by the attempts themselves. */
export interface Waited {
  readonly waitedMs?: number | undefined;
  /** When the last attempt began; milliseconds since the epoch. Absent: what came before counts for nothing. */
  readonly attemptAt?: number | undefined;
}

/**
 * What an attempt that begins now adds. Time in which no worker was there does not count against the limit of a step:
 * an operator that comes back after an hour finds a plan that goes on, not one that has halted.
 */
export function waitedUntil(now: number, { waitedMs = 0, attemptAt = now }: Waited) {
  return { waitedMs: waitedMs + Math.min(Math.max(now - attemptAt, 0), LONGEST_PAUSE_MS), attemptAt: now };
}

/**
 * Whether the API server could not be reached: nobody, or only what stands in front of it, has answered. An outage is
 * waited out, however long it lasts, and needs no person afterwards. A 500 is no outage: so answers a broken webhook.
 */
export function isOutage(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof KubeUnreachableError || isKubeStatus(cause, 502, 503, 504)) return true;
  }
  return false;
}

/**
 * A failure of an attempt, in our own terms. What would be tried again is final when the step has been tried for longer
 * than its limit, whatever it is: a person can retry or abort a plan that halts, and not one that only goes on. The
 * executor lease bounds its own wait.
 */
export function stepFailure(error: unknown, waitedMs: number, limitSeconds: number): OperatorError {
  const problem = toOperatorError(error);
  const waited = Math.round(waitedMs / 1000);
  if (!isRetryable(problem.type) || problem.type === 'NotExecutor' || waited < limitSeconds) return problem;
  return new OperatorError(
    {
      type: 'GateTimeout',
      message: `${problem.message} (waited ${waited} s, the limit is ${limitSeconds} s)`,
      fix: problem.fix,
    },
    { cause: problem },
  );
}
