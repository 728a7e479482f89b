import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Batch, createWorkQueue, type WorkQueue, type WorkQueueOptions } from '../../src/kube/queue.ts';

let queue: WorkQueue;
afterEach(() => queue.close());

interface Run extends Batch {
  key: string;
  at: number;
}

function start(options: Partial<WorkQueueOptions> = {}): Run[] {
  const runs: Run[] = [];
  queue = createWorkQueue({
    process: async (key, batch) => {
      runs.push({ key, at: performance.now(), ...batch });
    },
    minIntervalMs: 100,
    concurrency: 4,
    backOff: { initialMs: 20, maxMs: 40 },
    ...options,
  });
  return runs;
}

const until = (assertion: () => void): Promise<void> => vi.waitFor(assertion, { timeout: 5000, interval: 2 });

describe('a work queue', () => {
  it('runs the first addition of a key at once', async () => {
    const runs = start({ minIntervalMs: 10_000 });
    const added = performance.now();
    queue.add('a', 'one');
    await until(() => expect(runs).toMatchObject([{ key: 'a', reasons: ['one'], count: 1 }]));
    expect((runs[0]?.at ?? 0) - added).toBeLessThan(5000);
  });

  it('makes one run of all further additions, a distance later', async () => {
    const runs = start();
    for (let i = 0; i < 50; i++) queue.add('a', `change ${i % 3}`);
    await until(() => expect(runs).toHaveLength(2));
    expect(runs[1]).toMatchObject({ count: 49, reasons: ['change 1', 'change 2', 'change 0'] });
    expect((runs[1]?.at ?? 0) - (runs[0]?.at ?? 0)).toBeGreaterThanOrEqual(95); // timers count whole milliseconds
    expect(queue.depth).toBe(0);
  });

  it('does not delay other keys', async () => {
    const runs = start({ minIntervalMs: 10_000 });
    queue.add('a', 'x');
    queue.add('a', 'x');
    queue.add('b', 'x');
    await until(() => expect(runs.map(({ key }) => key)).toEqual(['a', 'b']));
    expect(queue.depth).toBe(1);
  });

  it('runs again what is added during the run, after it and never beside it', async () => {
    const released = Promise.withResolvers<void>();
    let beside = 0;
    const runs = start({
      minIntervalMs: 0,
      process: async (key, batch) => {
        beside += 1;
        expect(beside).toBe(1);
        runs.push({ key, at: performance.now(), ...batch });
        await released.promise;
        beside -= 1;
      },
    });
    queue.add('a', 'first');
    await until(() => expect(runs).toHaveLength(1));
    queue.add('a', 'during');
    released.resolve();
    await until(() => expect(runs.map(({ reasons }) => reasons)).toEqual([['first'], ['during']]));
  });

  it('comes back to a key that failed, with all its reasons', async () => {
    let failures = 3;
    const retries: unknown[] = [];
    const runs = start({
      minIntervalMs: 0,
      process: async (key, batch) => {
        if (failures-- > 0) throw new Error('away');
        runs.push({ key, at: performance.now(), ...batch });
      },
      observer: { onRetry: (_, error) => retries.push(error) },
    });
    queue.add('a', 'one');
    queue.add('a', 'two');
    await until(() => expect(runs).toMatchObject([{ reasons: ['one', 'two'], count: 2 }]));
    expect(retries).toHaveLength(3);
  });

  it('does not let an addition shorten a back-off, but retryNow does', async () => {
    let away = true;
    let attempts = 0;
    const runs = start({
      minIntervalMs: 0,
      backOff: { initialMs: 60_000, maxMs: 60_000 },
      random: () => 1,
      process: async (key, batch) => {
        attempts += 1;
        if (away) throw new Error('away');
        runs.push({ key, at: performance.now(), ...batch });
      },
    });
    queue.add('a', 'one');
    await until(() => expect(attempts).toBe(1));
    queue.add('a', 'two');
    queue.add('b', 'other'); // proves that the queue is alive
    await until(() => expect(attempts).toBe(2));
    away = false;
    queue.retryNow();
    await until(() => expect(runs.map(({ reasons }) => reasons)).toEqual([['one', 'two'], ['other']]));
  });

  it('runs as many keys at once as it may, and not more', async () => {
    const released = Promise.withResolvers<void>();
    let beside = 0;
    let most = 0;
    let done = 0;
    start({
      concurrency: 3,
      process: async () => {
        beside += 1;
        most = Math.max(most, beside);
        await released.promise;
        beside -= 1;
        done += 1;
      },
    });
    for (let i = 0; i < 10; i++) queue.add(`key ${i}`, 'x');
    await until(() => expect(beside).toBe(3));
    released.resolve();
    await until(() => expect(done).toBe(10));
    expect(most).toBe(3);
  });

  it('waits on closing for what is under way, and starts nothing more', async () => {
    const events: string[] = [];
    start({
      process: async (key, _, signal) => {
        events.push(`start ${key}`);
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        events.push(`end ${key}`);
      },
      concurrency: 1,
    });
    queue.add('a', 'x');
    queue.add('b', 'x');
    await until(() => expect(events).toEqual(['start a']));
    await queue.close();
    queue.add('c', 'x');
    expect(events).toEqual(['start a', 'end a']);
  });

  it('loses no addition in a storm', async () => {
    let processed = 0;
    start({
      minIntervalMs: 1,
      concurrency: 8,
      process: async (_, batch) => {
        if (Math.random() < 0.2) throw new Error('flaky');
        processed += batch.count;
      },
      backOff: { initialMs: 1, maxMs: 4 },
    });
    for (let i = 0; i < 5000; i++) {
      queue.add(`key ${i % 40}`, 'x');
      if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => expect(processed).toBe(5000));
    expect(queue.depth).toBe(0);
  });
});
