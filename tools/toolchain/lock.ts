/**
 * A lock between processes: a folder, because creating one is atomic everywhere. Its owner touches it while it works;
 * a lock that nobody touched for a while belonged to a process that was killed and is taken over. Two that take over
 * at the same moment both work: the result is renamed into place, so that costs time, never correctness.
 */
import { mkdir, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface LockTiming {
  /** A lock untouched for this long is stale, in milliseconds. */
  staleMs: number;
  touchMs: number;
  pollMs: number;
}

const USUAL: LockTiming = { staleMs: 15_000, touchMs: 2_000, pollMs: 250 };

/** Runs `work` while holding the lock folder `path`; `onWait` is called once if somebody else holds it. */
export async function withLock<T>(
  path: string,
  onWait: () => void,
  work: () => Promise<T>,
  timing: LockTiming = USUAL,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  let waiting = false;
  while (!(await tryCreate(path))) {
    if (!waiting) onWait();
    waiting = true;
    if (await isStale(path, timing.staleMs)) await rm(path, { recursive: true, force: true });
    else await delay(timing.pollMs);
  }
  const touch = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {}); // taken over by somebody who thought us dead: see above
  }, timing.touchMs);
  try {
    return await work();
  } finally {
    clearInterval(touch);
    await rm(path, { recursive: true, force: true });
  }
}

async function tryCreate(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function isStale(path: string, staleMs: number): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs > staleMs;
  } catch {
    return false; // released between two looks
  }
}
