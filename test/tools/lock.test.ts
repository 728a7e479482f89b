import { mkdir, mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withLock } from '../../tools/toolchain/lock.ts';

const TIMING = { staleMs: 400, touchMs: 50, pollMs: 10 };
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lock-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('the lock', () => {
  test('lets one work at a time, also when the work takes longer than a lock stays fresh untouched', async () => {
    let inside = 0;
    let waits = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      expect(inside).toBe(1);
      await delay(TIMING.staleMs * 1.5);
      inside -= 1;
    };
    const onWait = (): void => {
      waits += 1;
    };
    await Promise.all([1, 2].map(() => withLock(join(dir, 'x'), onWait, work, TIMING)));
    expect(waits).toBe(1);
  });

  test('of a process that was killed is taken over', async () => {
    const path = join(dir, 'x');
    await mkdir(path);
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(path, longAgo, longAgo);
    expect(
      await withLock(
        path,
        () => {},
        async () => 'done',
        TIMING,
      ),
    ).toBe('done');
  });

  test('is given back when the work fails', async () => {
    const failed = withLock(
      join(dir, 'x'),
      () => {},
      () => Promise.reject(new Error('no')),
      TIMING,
    );
    await expect(failed).rejects.toThrow('no');
    expect(
      await withLock(
        join(dir, 'x'),
        () => {},
        async () => 'next',
        TIMING,
      ),
    ).toBe('next');
  });
});
