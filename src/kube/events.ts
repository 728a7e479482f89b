/**
 * Kubernetes Events (`events.k8s.io/v1`): what happened to an object, for `kubectl events` and `describe`. A repetition
 * within some minutes becomes a series of the first event, and an object that produces events without end is throttled.
 */
import { randomBytes } from 'node:crypto';
import type { KubeClient } from './client.ts';
import { isKubeStatus } from './errors.ts';
import { microTime } from './lease.ts';
import type { KubeObject, ResourceRef } from './objects.ts';

/** A repetition within this time continues the series; later it is a new event (client-go's value). */
const SERIES_WINDOW_MS = 6 * 60_000;
/**
 * Events of one type for one object at once, and how long it takes to earn one more. A rollout of 40 steps must be told
 * whole, and however much went well, a warning still gets through.
 */
const BURST = 100;
const REFILL_MS = 30_000;
const MAX_NOTE_BYTES = 1024;
/** The server accepts 253 characters; the random suffix and the dot need 17. */
const MAX_NAME_PREFIX = 236;

export interface EventRecord {
  /** What the event is about; with its uid, so that it is not taken for one of a successor of the same name. */
  readonly regarding: KubeObject | (ResourceRef & { readonly uid: string });
  readonly type: 'Normal' | 'Warning';
  /** Why, one word in CamelCase: `StepFinished`. */
  readonly reason: string;
  /** What was done, one word in CamelCase: `HandOverSequencer`. */
  readonly action: string;
  /** A sentence for people; longer than 1 kB is cut. */
  readonly note: string;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

export interface EventRecorder {
  /** Resolves when the event is written or given up. Never rejects: an event must not decide whether work succeeds. */
  record(event: EventRecord): Promise<void>;
}

export interface EventRecorderOptions {
  readonly client: KubeClient;
  /** Qualified name of who reports, e.g. `optimism.io/op-stack-operator`. */
  readonly reportingController: string;
  /** Which instance of it, e.g. the pod's name. */
  readonly reportingInstance: string;
  /** Told about each event that could not be written. */
  readonly onError?: ((error: unknown, event: EventRecord) => void) | undefined;
  readonly now?: (() => Date) | undefined;
}

interface Series {
  readonly name: string;
  count: number;
  lastSeen: number;
}

interface Budget {
  tokens: number;
  refilledAt: number;
}

export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { client, reportingController, reportingInstance, onError } = options;
  const now = options.now ?? (() => new Date());
  const series = new Map<string, Series>();
  const budgets = new Map<string, Budget>();

  function forgetOld(time: number): void {
    for (const [key, entry] of series) if (time - entry.lastSeen > SERIES_WINDOW_MS) series.delete(key);
    for (const [key, budget] of budgets) if (time - budget.refilledAt > BURST * REFILL_MS) budgets.delete(key);
  }

  function spend(of: string, time: number): boolean {
    const budget = budgets.get(of) ?? { tokens: BURST, refilledAt: time };
    const earned = Math.floor((time - budget.refilledAt) / REFILL_MS);
    budget.tokens = Math.min(BURST, budget.tokens + earned);
    budget.refilledAt += earned * REFILL_MS;
    budgets.set(of, budget);
    if (budget.tokens === 0) return false;
    budget.tokens -= 1;
    return true;
  }

  async function writeFirst(event: EventRecord, regarding: Regarding, name: string, at: Date): Promise<void> {
    await client.create({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: {
        name,
        namespace: eventNamespace(regarding),
        ...(event.annotations === undefined ? {} : { annotations: { ...event.annotations } }),
      },
      eventTime: microTime(at),
      reportingController,
      reportingInstance: reportingInstance.slice(0, 128),
      type: event.type,
      reason: event.reason,
      action: event.action,
      note: cutToBytes(event.note, MAX_NOTE_BYTES),
      regarding,
    });
  }

  /** @returns false when the first event of the series has expired on the server */
  async function writeRepetition(entry: Series, regarding: Regarding, at: Date): Promise<boolean> {
    try {
      await client.mergePatch(
        { apiVersion: 'events.k8s.io/v1', kind: 'Event', namespace: eventNamespace(regarding), name: entry.name },
        { series: { count: entry.count, lastObservedTime: microTime(at) } },
      );
      return true;
    } catch (error) {
      if (isKubeStatus(error, 404)) return false;
      throw error;
    }
  }

  async function write(event: EventRecord): Promise<void> {
    const at = now();
    const time = at.getTime();
    const regarding = regardingOf(event.regarding);
    forgetOld(time);
    const key = JSON.stringify([regarding.uid, event.type, event.reason, event.action, event.note]);
    const known = series.get(key);
    if (known !== undefined) {
      known.count += 1;
      known.lastSeen = time;
    }
    // A repetition that finds no budget is still counted, and told by the next one that does.
    if (!spend(`${regarding.uid}/${event.type}`, time)) return;
    if (known !== undefined && (await writeRepetition(known, regarding, at))) return;
    const name = `${regarding.name.slice(0, MAX_NAME_PREFIX)}.${randomBytes(8).toString('hex')}`;
    series.set(key, { name, count: 1, lastSeen: time });
    try {
      await writeFirst(event, regarding, name, at);
    } catch (error) {
      series.delete(key);
      throw error;
    }
  }

  return {
    async record(event) {
      try {
        await write(event);
      } catch (error) {
        onError?.(error, event);
      }
    },
  };
}

interface Regarding {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
}

function regardingOf(about: EventRecord['regarding']): Regarding {
  const { apiVersion, kind } = about;
  const { name, namespace, uid } = 'metadata' in about ? (about as KubeObject).metadata : (about as RefWithUid);
  return { apiVersion, kind, name, uid: uid ?? '', ...(namespace === undefined ? {} : { namespace }) };
}

type RefWithUid = ResourceRef & { readonly uid: string };

/** Events of cluster-scoped objects live in `default`; the server refuses any other namespace. */
function eventNamespace(regarding: Regarding): string {
  return regarding.namespace ?? 'default';
}

/** Cuts at a character boundary; the limit counts bytes. */
function cutToBytes(text: string, bytes: number): string {
  const encoded = Buffer.from(text);
  if (encoded.length <= bytes) return text;
  const ellipsis = '…';
  let end = bytes - Buffer.byteLength(ellipsis);
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end -= 1; // not inside a multi-byte character
  return `${encoded.subarray(0, end).toString('utf8')}${ellipsis}`;
}
