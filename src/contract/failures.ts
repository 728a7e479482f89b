/**
 * The one list of failure types. Activities throw them, workflows decide by them, conditions show them as reasons.
 */

/** Failures that no retry can mend: a person or a new revision has to. */
export const NON_RETRYABLE_FAILURES = [
  'InvalidSpec',
  'ReferenceNotFound',
  'ChainMismatch',
  'DuplicateRole',
  'DuplicateChain',
  'Incompatible',
  'Forbidden',
  'ImmutableField',
  'NotSupportedYet',
  'NetworkDeleted',
  'NamespaceTerminating',
  'WrongCluster',
  'FencingRequired',
  'SequencerChanged',
  'GateFailed',
  'GateTimeout',
  'RenderNotFound',
  'ReferenceChanged',
  'ObjectLost',
  'TransactionReverted',
  'RolledBack',
] as const;

/** Failures that are waited out. The first three are normal while waiting and are not logged as errors. */
export const RETRYABLE_FAILURES = [
  'NotReadyYet',
  'AwaitingOnChainChange',
  'NotExecutor',
  'InsufficientFunds',
  'KubernetesUnavailable',
  'L1Unavailable',
  'NodeUnavailable',
] as const;

export type NonRetryableFailureType = (typeof NON_RETRYABLE_FAILURES)[number];
export type RetryableFailureType = (typeof RETRYABLE_FAILURES)[number];
export type FailureType = NonRetryableFailureType | RetryableFailureType;

/** Expected waits: reported as progress, never as errors. */
export const BENIGN_FAILURES: readonly FailureType[] = ['NotReadyYet', 'AwaitingOnChainChange', 'NotExecutor'];

/** A failure as it is shown: what is wrong, and what to do next. Never holds a secret. */
export interface Problem {
  readonly type: FailureType;
  readonly message: string;
  readonly fix: string;
  /** Object that the problem is about, `<Kind>/<name>`; absent: the network. */
  readonly object?: string;
}

/**
 * What domain code and activities throw. The activity interceptor turns it into Temporal's ApplicationFailure; it is
 * the only class that does.
 */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  readonly type: FailureType;
  readonly fix: string;
  readonly object: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(problem: Problem, options: { cause?: unknown; retryAfterSeconds?: number } = {}) {
    super(problem.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.type = problem.type;
    this.fix = problem.fix;
    this.object = problem.object;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  toProblem(): Problem {
    return {
      type: this.type,
      message: this.message,
      fix: this.fix,
      ...(this.object === undefined ? {} : { object: this.object }),
    };
  }
}

/** Whether another attempt of the same thing can succeed without anybody changing anything. */
export function isRetryable(type: FailureType): boolean {
  return (RETRYABLE_FAILURES as readonly string[]).includes(type);
}
