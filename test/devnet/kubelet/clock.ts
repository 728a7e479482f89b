import { setTimeout as delay } from 'node:timers/promises';

/** Time as the pods see it: with `timeScale` 0.1 their 10 s last 1 s here. */
export interface Clock {
  now(): Date;
  /** Seconds of pod time since a moment. */
  secondsSince(moment: Date): number;
  /** Wall-clock milliseconds of a number of seconds of pod time. */
  milliseconds(seconds: number): number;
}

/** @param timeScale factor on every period and back-off; 1 is real time */
export function createClock(timeScale: number): Clock {
  return {
    now: () => new Date(),
    secondsSince: (moment) => (Date.now() - moment.getTime()) / (1000 * timeScale),
    milliseconds: (seconds) => Math.max(0, seconds * 1000 * timeScale),
  };
}

/** @returns false when the signal ended the wait early */
export async function sleep(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(milliseconds, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
