/** How long an attempt may act, and how it learns that it no longer may. */
import { Context } from '@temporalio/activity';
import { OperatorError } from '../contract/failures.ts';

/** An attempt stops this long before Temporal gives it up, so that it never acts beside its successor. */
const MARGIN_MS = 5000;
/** What has been done is still recorded in that time. */
const RECORD_MARGIN_MS = 500;

export interface Attempt {
  /** Aborted by cancellation, by a worker that shuts down, and at the deadline. Pass it to every request. */
  readonly signal: AbortSignal;
  /**
   * For records of what has been done, which are worth writing after a cancellation too: aborted when Temporal gives the
   * attempt up. Never for an effect.
   */
  readonly recordSignal: AbortSignal;
  /**
   * Call it right before a write. A process that was frozen (SIGSTOP, a suspended machine) goes on in the middle of a line,
   * before any timer has fired: only the clock says that another worker has taken over since.
   * @throws OperatorError NotExecutor; what the signal was aborted with
   */
  requireCurrent(): void;
}

const pulses = new WeakMap<Context, Pulse>();

/** When the running attempt was last known to be alive. Beats come from the interceptor, with each heartbeat. */
class Pulse {
  #lastBeat = Date.now();
  #frozen = false;
  readonly #limitMs: number;

  constructor(heartbeatTimeoutMs: number | undefined) {
    this.#limitMs = heartbeatTimeoutMs ?? Number.POSITIVE_INFINITY;
  }

  /** Once frozen, always frozen: the beats that come after waking up do not bring the attempt back. */
  get frozen(): boolean {
    this.#frozen ||= Date.now() - this.#lastBeat > this.#limitMs;
    return this.#frozen;
  }

  beat(): void {
    if (!this.frozen) this.#lastBeat = Date.now();
  }
}

function pulseOf(context: Context): Pulse {
  const known = pulses.get(context) ?? new Pulse(context.info.heartbeatTimeoutMs);
  pulses.set(context, known);
  return known;
}

/** The running attempt sends a heartbeat: it is not frozen. */
export function beat(context: Context): void {
  pulseOf(context).beat();
}

/** The running activity's attempt. Its clock is this machine's own: start and end are both measured here. */
export function currentAttempt(startedAt = Date.now()): Attempt {
  const context = Context.current();
  const pulse = pulseOf(context);
  const { startToCloseTimeoutMs } = context.info;
  const left = Math.max(startToCloseTimeoutMs - MARGIN_MS, 1000);
  const deadline = startedAt + left;
  const signal = AbortSignal.any([context.cancellationSignal, AbortSignal.timeout(left)]);
  return {
    signal,
    recordSignal: AbortSignal.timeout(Math.max(startToCloseTimeoutMs - RECORD_MARGIN_MS, left)),
    requireCurrent() {
      signal.throwIfAborted();
      if (!pulse.frozen && Date.now() <= deadline) return;
      throw new OperatorError({
        type: 'NotExecutor',
        message: 'this attempt was frozen and may no longer act',
        fix: 'nothing to do: it is tried again',
      });
    },
  };
}

/** Whether an error only says that somebody or the clock has ended the attempt. */
export function isInterruption(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.name === 'AbortError' || error.name === 'TimeoutError' || error.name === 'CancelledFailure')
  );
}
