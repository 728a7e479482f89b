import { setTimeout as delay } from 'node:timers/promises';

/**
 * Resolves with the first value that is not undefined; what is thrown meanwhile counts as "not yet".
 * Rejects after `timeoutMs` (default 30 s) with the last error, naming what was waited for.
 */
export async function waitUntil<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  timeoutMs = 30_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let problem: unknown;
  while (true) {
    try {
      const value = await look();
      if (value !== undefined) return value;
      problem = undefined;
    } catch (error) {
      problem = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`not within ${timeoutMs / 1000} s: ${what}`, { cause: problem });
    }
    await delay(20);
  }
}
