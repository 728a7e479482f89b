import type { Clock } from './clock.ts';

const INITIAL_SECONDS = 10;
const MAXIMUM_SECONDS = 300;

/**
 * The kubelet's back-off for restarts and image pulls: the first retry is immediate, then 10, 20, 40 … 300 s counted
 * from the failure; forgotten when nothing failed for twice the maximum.
 */
export class BackOff {
  readonly #clock: Clock;
  #seconds = 0;
  #advancedAt: Date | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Length of the current period in seconds of pod time; 0 before the first retry. */
  get seconds(): number {
    return this.#seconds;
  }

  /** Seconds of pod time until a retry is allowed, 0 when it is allowed now. */
  remaining(failedAt: Date): number {
    this.#forget();
    return Math.max(0, this.#seconds - this.#clock.secondsSince(failedAt));
  }

  /** To be called at each retry: the next period is twice as long. */
  advance(): void {
    this.#forget();
    this.#seconds = this.#seconds === 0 ? INITIAL_SECONDS : Math.min(this.#seconds * 2, MAXIMUM_SECONDS);
    this.#advancedAt = this.#clock.now();
  }

  #forget(): void {
    if (this.#advancedAt && this.#clock.secondsSince(this.#advancedAt) > 2 * MAXIMUM_SECONDS) this.#seconds = 0;
  }
}

/** As Go prints a duration of whole seconds: `40s`, `2m40s`. */
export function goDuration(seconds: number): string {
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
