/**
 * A work queue by key: many additions of a key become one run, runs of one key never overlap and keep a distance, and a
 * failed run comes again with a back-off. What is added while its key runs is run afterwards, never lost.
 */
import { type BackOff, type BackOffOptions, createBackOff } from './back-off.ts';

/** Reasons that one run carries at most; the rest is only counted. */
const MAX_REASONS = 10;

/** Why a key is run. */
export interface Batch {
  /** The first reasons, without repetitions. */
  readonly reasons: readonly string[];
  /** How many additions this run stands for. */
  readonly count: number;
  /** When the first of them came, by `performance.now()`. */
  readonly since: number;
}

/** Told about what goes on, for metrics. Durations in seconds. */
export interface WorkQueueObserver {
  onAdd?(key: string): void;
  /** A run starts, `waited` after its first addition. */
  onStart?(key: string, waited: number): void;
  onEnd?(key: string, worked: number): void;
  onRetry?(key: string, error: unknown, retryInMs: number): void;
}

export interface WorkQueueOptions {
  /** A rejection runs the key again after a back-off. `signal` is aborted by `close()`. */
  readonly process: (key: string, batch: Batch, signal: AbortSignal) => Promise<void>;
  /** Milliseconds between the starts of two runs of one key. */
  readonly minIntervalMs: number;
  /** Runs at the same time, each of another key. */
  readonly concurrency: number;
  readonly backOff: BackOffOptions;
  readonly observer?: WorkQueueObserver | undefined;
  /** Between 0 and 1. */
  readonly random?: (() => number) | undefined;
}

export interface WorkQueue {
  /** Keys that wait for a run, also those in their back-off. */
  readonly depth: number;
  add(key: string, reason: string): void;
  /** Whether the key waits for a run or is running. */
  isPending(key: string): boolean;
  /** Runs what is in its back-off at once: whatever it failed at has come back. */
  retryNow(): void;
  /** Takes no more; resolves when the runs that are under way have ended. */
  close(): Promise<void>;
}

interface Entry {
  readonly key: string;
  batch: { reasons: string[]; count: number; since: number } | undefined;
  state: 'idle' | 'delayed' | 'ready' | 'running';
  timer: NodeJS.Timeout | undefined;
  lastStart: number;
  backOff: BackOff | undefined;
}

export function createWorkQueue(options: WorkQueueOptions): WorkQueue {
  const { process, minIntervalMs, concurrency, observer, random } = options;
  const entries = new Map<string, Entry>();
  const ready: Entry[] = [];
  const closing = new AbortController();
  const running = new Set<Promise<void>>();

  function makeReady(entry: Entry): void {
    clearTimeout(entry.timer);
    entry.state = 'ready';
    ready.push(entry);
    startReady();
  }

  function delay(entry: Entry, ms: number): void {
    if (ms <= 0) {
      makeReady(entry);
      return;
    }
    entry.state = 'delayed';
    entry.timer = setTimeout(() => makeReady(entry), ms);
  }

  function startReady(): void {
    while (running.size < concurrency && !closing.signal.aborted) {
      const entry = ready.shift();
      if (entry === undefined) return;
      const run = runOnce(entry).finally(() => {
        running.delete(run);
        startReady();
      });
      running.add(run);
    }
  }

  async function runOnce(entry: Entry): Promise<void> {
    const batch = entry.batch ?? { reasons: [], count: 0, since: performance.now() };
    entry.batch = undefined;
    entry.state = 'running';
    entry.lastStart = performance.now();
    observer?.onStart?.(entry.key, (entry.lastStart - batch.since) / 1000);
    try {
      await process(entry.key, batch, closing.signal);
      entry.backOff = undefined;
    } catch (error) {
      entry.batch = merge(batch, entry.batch);
      entry.backOff ??= createBackOff(options.backOff, random);
      if (closing.signal.aborted) return;
      const retryInMs = Math.max(entry.backOff.next(), minIntervalMs);
      observer?.onRetry?.(entry.key, error, retryInMs);
      delay(entry, retryInMs);
      return;
    } finally {
      observer?.onEnd?.(entry.key, (performance.now() - entry.lastStart) / 1000);
    }
    if (closing.signal.aborted) return;
    rest(entry);
  }

  /** After a success: the next run if something was added meanwhile, else forget the key when its distance is kept. */
  function rest(entry: Entry): void {
    const wait = entry.lastStart + minIntervalMs - performance.now();
    if (entry.batch !== undefined) {
      delay(entry, wait);
      return;
    }
    entry.state = 'idle';
    entry.timer = setTimeout(() => entries.delete(entry.key), Math.max(0, wait));
  }

  return {
    get depth() {
      let waiting = 0;
      for (const entry of entries.values()) if (entry.batch !== undefined) waiting += 1;
      return waiting;
    },
    add(key, reason) {
      if (closing.signal.aborted) return;
      observer?.onAdd?.(key);
      let entry = entries.get(key);
      if (entry === undefined) {
        entry = { key, batch: undefined, state: 'idle', timer: undefined, lastStart: -Infinity, backOff: undefined };
        entries.set(key, entry);
      }
      entry.batch = merge(entry.batch, { reasons: [reason], count: 1, since: performance.now() });
      if (entry.state !== 'idle') return;
      clearTimeout(entry.timer);
      delay(entry, entry.lastStart + minIntervalMs - performance.now());
    },
    isPending(key) {
      const entry = entries.get(key);
      return entry !== undefined && entry.state !== 'idle';
    },
    retryNow() {
      for (const entry of entries.values()) {
        if (entry.state === 'delayed' && entry.backOff !== undefined) makeReady(entry);
      }
    },
    async close() {
      closing.abort(new Error('the work queue was closed'));
      for (const entry of entries.values()) clearTimeout(entry.timer);
      await Promise.all(running);
    },
  };
}

function merge(
  first: Batch | undefined,
  second: Batch | undefined,
): { reasons: string[]; count: number; since: number } {
  const parts = [first, second].filter((part) => part !== undefined);
  return {
    reasons: [...new Set(parts.flatMap((part) => part.reasons))].slice(0, MAX_REASONS),
    count: parts.reduce((sum, part) => sum + part.count, 0),
    since: Math.min(...parts.map((part) => part.since)),
  };
}
