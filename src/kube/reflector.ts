/**
 * Keeps a copy of all objects of one type, and reports every change of it, in order, for as long as the process lives.
 *
 * List (in pages), then watch from the list's version; a watch that ends is continued from the last version that was
 * told, by an event or a bookmark. The stock informer of @kubernetes/client-node 2.0.1 dies on a reset socket, on 429
 * and on a failing list, swallows errors inside the stream, and opens a watch after stop(); each of that is a test of
 * ours. What no stream can promise, that nothing was left out, is verified: from time to time the list is read beside
 * the watch and compared, and a difference that the watch does not bring is counted as a cache miss and repaired.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type BackOffOptions, createBackOff } from './back-off.ts';
import type { KubeClient, Selection } from './client.ts';
import { isKubeStatus, KubeApiError } from './errors.ts';
import { type Change, createObjectCache, keyOf } from './object-cache.ts';
import type { KubeObject, ResourceType } from './objects.ts';
import { runWatch } from './watch-run.ts';

export interface ReflectorTimings {
  /** The server is asked to end each watch after a random time between these, seconds. */
  readonly serverTimeoutSeconds: readonly [number, number];
  /** A watch without an event or a bookmark (the server sends one about each minute) for this long is dead. */
  readonly idleMs: number;
  /** Between verifications, ±10 %. */
  readonly verifyIntervalMs: number;
  /** How long the watch may take to bring what a verification has found. */
  readonly verifyGraceMs: number;
  readonly backOff: BackOffOptions;
}

/** Back-off and watch time-outs are client-go's values. */
const DEFAULT_TIMINGS: ReflectorTimings = {
  serverTimeoutSeconds: [300, 600],
  idleMs: 180_000,
  verifyIntervalMs: 600_000,
  verifyGraceMs: 30_000,
  backOff: { initialMs: 800, maxMs: 30_000, resetAfterMs: 120_000 },
};

/** Told about what goes on, for logs and metrics. */
export interface ReflectorObserver {
  /** List or watch failed; the reflector goes on after `retryInMs`. */
  onFailure?(error: unknown, retryInMs: number): void;
  /** `onChange` threw. */
  onHandlerError?(error: unknown): void;
  /** Changes that the watch never brought. Must stay 0. */
  onCacheMiss?(keys: readonly string[]): void;
}

export interface ReflectorOptions<T extends KubeObject> extends Selection {
  readonly client: KubeClient;
  readonly type: ResourceType;
  /**
   * What to keep of each object; must keep name, namespace, uid and resourceVersion.
   * Default: everything but `managedFields`.
   */
  readonly transform?: ((object: KubeObject) => T) | undefined;
  /** Called for one change after the other, in order; the next waits for it. A throw is reported and skipped. */
  readonly onChange: (change: Change<T>) => void | Promise<void>;
  readonly observer?: ReflectorObserver | undefined;
  readonly timings?: Partial<ReflectorTimings> | undefined;
  /** Between 0 and 1. */
  readonly random?: (() => number) | undefined;
}

export interface Reflector<T extends KubeObject> {
  readonly type: ResourceType;
  /** Resolves when the first list has been reported; rejects when the reflector was closed before. */
  readonly synced: Promise<void>;
  readonly hasSynced: boolean;
  readonly size: number;
  get(ref: { readonly namespace?: string | undefined; readonly name: string }): T | undefined;
  /** All objects as they are known now. */
  objects(): IterableIterator<T>;
  /** Milliseconds since the API server last said something: a list, an event, a bookmark. */
  idleMs(): number;
  /** Stops; resolves when nothing runs any more. Don't await it inside `onChange`. */
  close(): Promise<void>;
}

/** Starts at once and never gives up; errors go to the observer. */
export function startReflector<T extends KubeObject = KubeObject>(options: ReflectorOptions<T>): Reflector<T> {
  const { client, type, labelSelector, fieldSelector, metadataOnly, onChange, observer } = options;
  const timings: ReflectorTimings = { ...DEFAULT_TIMINGS, ...options.timings };
  const random = options.random ?? Math.random;
  const transform = options.transform ?? (withoutManagedFields as (object: KubeObject) => T);
  const selection: Selection = { labelSelector, fieldSelector, metadataOnly };

  const cache = createObjectCache<T>();
  const backOff = createBackOff(timings.backOff, random);
  const closing = new AbortController();
  const firstSync = Promise.withResolvers<void>();
  firstSync.promise.catch(() => {}); // who does not wait for it need not handle its rejection

  let hasSynced = false;
  let version: string | undefined;
  let lastActivity = performance.now();
  let expiredInARow = 0;
  /** The watch that is connected now. */
  let watching: { readonly abort: AbortController; readonly touched: Set<string> } | undefined;

  async function report(changes: readonly Change<T>[]): Promise<void> {
    for (const change of changes) {
      if (closing.signal.aborted) return;
      try {
        await onChange(change);
      } catch (error) {
        observer?.onHandlerError?.(error);
      }
    }
  }

  async function list(): Promise<{ items: T[]; resourceVersion: string }> {
    const { items, resourceVersion } = await client.list(type, { ...selection, signal: closing.signal });
    lastActivity = performance.now();
    return { items: items.map(transform), resourceVersion };
  }

  async function relist(): Promise<void> {
    const { items, resourceVersion } = await list();
    await report(cache.replaceAll(items));
    if (closing.signal.aborted) return;
    version = resourceVersion;
    hasSynced = true;
    firstSync.resolve();
  }

  /** One watch from a version until the server ends it. @throws what the client or the stream throws */
  async function watchOnce(from: string): Promise<void> {
    const abort = new AbortController();
    const touched = new Set<string>();
    try {
      await runWatch({
        client,
        type,
        selection,
        from,
        serverTimeoutSeconds: between(timings.serverTimeoutSeconds, random),
        idleMs: timings.idleMs,
        abort,
        signal: closing.signal,
        onOpen: () => {
          lastActivity = performance.now();
          watching = { abort, touched };
        },
        onEvent: async (event) => {
          lastActivity = performance.now();
          expiredInARow = 0;
          if (event.type === 'BOOKMARK') {
            version = event.resourceVersion;
            return;
          }
          const object = transform(event.object);
          touched.add(keyOf(object));
          await report(event.type === 'DELETED' ? cache.remove(object) : cache.upsert(object));
          version = object.metadata.resourceVersion ?? version;
        },
      });
    } finally {
      watching = undefined;
    }
  }

  /** What a failure means for the next attempt. @returns milliseconds to wait */
  function afterFailure(error: unknown): number {
    if (needsNewVersion(error)) {
      version = undefined;
      expiredInARow += 1;
      if (expiredInARow === 1) return 0;
    } else {
      expiredInARow = 0;
    }
    const delay = backOff.next();
    const asked = error instanceof KubeApiError ? error.retryAfterSeconds : undefined;
    return asked === undefined ? delay : asked * 1000 + delay; // jitter, so that not all come back at that moment
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        if (version === undefined) await relist();
        else await watchOnce(version);
      } catch (error) {
        if (closing.signal.aborted) break;
        if (error === MISSED) {
          version = undefined;
          continue;
        }
        const retryInMs = afterFailure(error);
        observer?.onFailure?.(error, retryInMs);
        await sleep(retryInMs, undefined, { signal: closing.signal }).catch(() => {});
      }
    }
  }

  /** Reads the list beside the watch; what it has and the watch does not bring within the grace time was missed. */
  async function verify(): Promise<void> {
    const watch = watching;
    if (watch === undefined) return;
    watch.touched.clear();
    const { items } = await list();
    const suspects = new Set(cache.difference(items).map((change) => keyOf(change.object)));
    if (suspects.size === 0) return;
    await sleep(timings.verifyGraceMs, undefined, { signal: closing.signal });
    if (watching !== watch) return; // a new connection catches up first
    const missed = [...suspects].filter((key) => !watch.touched.has(key));
    if (missed.length === 0) return;
    observer?.onCacheMiss?.(missed);
    watch.abort.abort(MISSED);
  }

  async function verifyForEver(): Promise<void> {
    while (!closing.signal.aborted) {
      const interval = timings.verifyIntervalMs * (0.9 + random() * 0.2);
      await sleep(interval, undefined, { signal: closing.signal }).catch(() => {});
      if (closing.signal.aborted) return;
      await verify().catch((error: unknown) => {
        if (!closing.signal.aborted) observer?.onFailure?.(error, interval);
      });
    }
  }

  const running = Promise.all([run(), verifyForEver()]);
  return {
    type,
    synced: firstSync.promise,
    get hasSynced() {
      return hasSynced;
    },
    get size() {
      return cache.size;
    },
    get: ({ namespace, name }) => cache.get(namespace === undefined ? name : `${namespace}/${name}`),
    objects: () => cache.values(),
    idleMs: () => performance.now() - lastActivity,
    async close() {
      closing.abort(new Error(`the reflector of ${type.kind} was closed`));
      firstSync.reject(closing.signal.reason);
      await running;
    },
  };
}

/** Reason for which a verification ends a watch. */
const MISSED = new Error('the watch missed changes');

/**
 * 410: the version is too old. 400: it is not one of this server. 504: it is newer than the server knows, which does
 * not pass by itself when the cluster was restored from a backup. A list needs no version.
 */
function needsNewVersion(error: unknown): boolean {
  return isKubeStatus(error, 400, 410, 504);
}

function between([low, high]: readonly [number, number], random: () => number): number {
  return Math.round(low + random() * (high - low));
}

function withoutManagedFields(object: KubeObject): KubeObject {
  delete object.metadata.managedFields;
  return object;
}
