/** Exponential back-off with full jitter. */

export interface BackOffOptions {
  /** Upper end of the first delay, milliseconds. */
  readonly initialMs: number;
  /** Upper end of all delays, milliseconds. */
  readonly maxMs: number;
  /** A failure this long after the one before starts from the beginning; absent: only `reset` does. */
  readonly resetAfterMs?: number;
}

export interface BackOff {
  /** Milliseconds to wait after one more failure: anything between 0 and a bound that doubles each time. */
  next(): number;
  /** Call after a success. */
  reset(): void;
}

/**
 * @param random between 0 and 1
 * @param now a monotonic clock, milliseconds
 */
export function createBackOff(
  { initialMs, maxMs, resetAfterMs }: BackOffOptions,
  random: () => number = Math.random,
  now: () => number = () => performance.now(),
): BackOff {
  let failures = 0;
  let lastFailure = Number.NEGATIVE_INFINITY;
  return {
    next() {
      const time = now();
      if (resetAfterMs !== undefined && time - lastFailure > resetAfterMs) failures = 0;
      lastFailure = time;
      const bound = Math.min(maxMs, initialMs * 2 ** failures);
      if (bound < maxMs) failures += 1;
      return random() * bound;
    },
    reset() {
      failures = 0;
    },
  };
}
