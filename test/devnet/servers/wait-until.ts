import { setTimeout as delay } from 'node:timers/promises';

/** Asked often at first, then less: a long wait must not keep the servers busy that it waits for. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 150;

/**
 * Resolves with the first value that is not undefined; what is thrown meanwhile counts as "not yet".
 * Rejects after `timeoutMs` (default 30 s) with the last error, naming what was waited for.
 */
export async function waitUntil<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  timeoutMs = 30_000,
): Promise<T> {
  const start = performance.now();
  let problem: unknown;
  while (true) {
    try {
      const value = await look();
      if (value !== undefined) return value;
      problem = undefined;
    } catch (error) {
      problem = error;
    }
    const waited = performance.now() - start;
    if (waited > timeoutMs) {
      throw new Error(`not within ${timeoutMs / 1000} s: ${what}`, { cause: problem });
    }
    await delay(Math.min(FIRST_PAUSE_MS + waited / 20, LONGEST_PAUSE_MS));
  }
}
