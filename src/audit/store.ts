/**
 * One append-only, hash-chained audit trail for each network. `seq` and `prev` are given by the append itself, under
 * compare-and-swap: any number of workers may append at once, there is never a fork and never a gap.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { OperatorError } from '../contract/failures.ts';
import { KubeApiError, type KubeClient } from '../kube/index.ts';
import {
  addLine,
  type Chunk,
  type ChunkPlace,
  createChunk,
  hasRoom,
  LostRace,
  lastChunkIndex,
  MAX_CHUNK_BYTES,
  readChunk,
  sealChunk,
} from './chunks.ts';
import { nextPlanNumberAfter } from './plan-number.ts';
import {
  type AuditEntry,
  type AuditHead,
  type AuditRecord,
  EMPTY_HEAD,
  makeRecord,
  parseRecord,
  recordLine,
} from './record.ts';
import type { AuditSink } from './sinks.ts';

export interface AuditStoreOptions {
  readonly kube: KubeClient;
  readonly network: { readonly namespace: string; readonly name: string; readonly uid: string };
  readonly sinks?: readonly AuditSink[];
  readonly now?: () => Date;
  /** For the back-off between two writers that collide; in [0, 1). */
  readonly random?: () => number;
  /** How long an append may take against other writers. Default 20,000 ms. */
  readonly timeoutMs?: number;
  readonly maxChunkBytes?: number;
}

export interface AuditStore {
  /**
   * Appends, or finds the record of the same idempotency key. When it returns, the record is stored.
   * @throws OperatorError `NamespaceTerminating` when nothing can be created any more (the sinks have the record),
   *   `KubernetesUnavailable` when others kept being quicker until the time-out; KubeApiError, KubeUnreachableError
   */
  append(entry: AuditEntry, control?: { readonly signal?: AbortSignal }): Promise<AuditHead>;
  /** All records that can be read, oldest first. Does not verify: see `verifyChain` with {@link lines}. */
  list(control?: { readonly signal?: AbortSignal }): Promise<AuditRecord[]>;
  /** The records as they are stored, oldest first, damaged ones included. */
  lines(control?: { readonly signal?: AbortSignal }): Promise<string[]>;
  /** The last record's `seq` and `hash`; seq 0: there is none. */
  head(control?: { readonly signal?: AbortSignal }): Promise<AuditHead>;
  /** Number for the next plan's workflow id: one more than the highest that any record knows. */
  nextPlanNumber(control?: { readonly signal?: AbortSignal }): Promise<number>;
}

const BACKOFF_START_MS = 20;
const BACKOFF_LIMIT_MS = 1000;
const REMEMBERED_KEYS = 1000;

/**
 * Keep one store for each uid where you can: sealed chunks are read once in the life of a store, and as long as nobody
 * else appends, an append is one request.
 */
export function createAuditStore(options: AuditStoreOptions): AuditStore {
  const { kube, network, sinks = [], now = () => new Date(), random = Math.random, timeoutMs = 20_000 } = options;
  const place: ChunkPlace = {
    kube,
    namespace: network.namespace,
    network: network.name,
    uid: network.uid,
    maxChunkBytes: options.maxChunkBytes ?? MAX_CHUNK_BYTES,
  };
  const sealed = new Map<number, Chunk>();
  /** As the last append has left them. Whoever has appended since makes the next one lose its race, and it reads again. */
  let lately: readonly Chunk[] | undefined;
  /** What this store has appended or found lately: a step that polls appends its start with every attempt. */
  const appended = new Map<string, AuditHead>();
  /** Appends of one store queue up instead of racing each other. */
  let queue: Promise<unknown> = Promise.resolve();

  /** All chunks, oldest first; missing ones are left out (verification names what is missing). */
  async function chunks(signal?: AbortSignal): Promise<Chunk[]> {
    const found: Chunk[] = [];
    const last = await lastChunkIndex(place, signal);
    // One beyond the last: its label may be missing, or it was created just now.
    for (let index = 0; index <= last + 1 || found.at(-1)?.index === index - 1; index++) {
      const chunk = sealed.get(index) ?? (await readChunk(place, index, signal));
      if (!chunk) continue;
      if (chunk.sealed) sealed.set(index, chunk);
      found.push(chunk);
    }
    return found;
  }

  async function attempt(entry: AuditEntry, signal?: AbortSignal): Promise<AuditRecord> {
    const all = lately ?? (await chunks(signal));
    lately = undefined;
    const known = findByKey(all, entry.idempotencyKey);
    if (known) return known;
    const record = makeRecord(entry, headOf(all), network.uid, now());
    const line = recordLine(record);
    const last = all.at(-1);
    try {
      if (last && !last.sealed && hasRoom(place, last, line)) {
        lately = [...all.slice(0, -1), await addLine(place, last, line, signal)];
      } else {
        const full = last && !last.sealed ? await sealChunk(place, last, signal) : last;
        const next = await createChunk(place, last ? last.index + 1 : 0, line, signal);
        lately = [...all.slice(0, -1), ...(full ? [full] : []), next];
      }
    } catch (error) {
      if (!isNamespaceTerminating(error)) throw error;
      await tell(record, false);
      throw new OperatorError(
        {
          type: 'NamespaceTerminating',
          message: `Namespace ${network.namespace} is being deleted: the audit record was written to the log only`,
          fix: 'nothing to do: finalizers are released without a drain',
        },
        { cause: error },
      );
    }
    return record;
  }

  async function tell(record: AuditRecord, chained: boolean): Promise<void> {
    await Promise.all(sinks.map((sink) => sink(record, { chained })));
  }

  async function append(entry: AuditEntry, signal?: AbortSignal): Promise<AuditHead> {
    const deadline = performance.now() + timeoutMs;
    for (let failures = 0; ; failures++) {
      try {
        const record = await attempt(entry, signal);
        await tell(record, true);
        const head = { seq: record.seq, hash: record.hash };
        appended.set(entry.idempotencyKey, head);
        if (appended.size > REMEMBERED_KEYS) appended.delete(appended.keys().next().value ?? '');
        return head;
      } catch (error) {
        if (!(error instanceof LostRace)) throw error;
        if (performance.now() > deadline) throw contended(network, failures + 1, error);
        await delay(random() * Math.min(BACKOFF_LIMIT_MS, BACKOFF_START_MS * 2 ** failures), undefined, { signal });
      }
    }
  }

  return {
    async append(entry, { signal } = {}) {
      const known = appended.get(entry.idempotencyKey);
      if (known) return known;
      const result = queue.then(() => append(entry, signal));
      queue = result.catch(() => undefined);
      return result;
    },
    list: async ({ signal } = {}) => recordsOf(await chunks(signal)),
    lines: async ({ signal } = {}) => (await chunks(signal)).flatMap(({ lines }) => lines),
    head: async ({ signal } = {}) => headOf(await chunks(signal)),
    nextPlanNumber: async ({ signal } = {}) => nextPlanNumberAfter(recordsOf(await chunks(signal))),
  };
}

function recordsOf(chunks: readonly Chunk[]): AuditRecord[] {
  return chunks
    .flatMap(({ lines }) => lines)
    .map(parseRecord)
    .filter((record) => record !== undefined);
}

function findByKey(chunks: readonly Chunk[], idempotencyKey: string): AuditRecord | undefined {
  const wanted = JSON.stringify(idempotencyKey);
  for (const { lines } of chunks.toReversed()) {
    for (const line of lines.toReversed()) {
      if (!line.includes(wanted)) continue;
      const record = parseRecord(line);
      if (record?.idempotencyKey === idempotencyKey) return record;
    }
  }
  return undefined;
}

/** The last record that can be read: a damaged line must not stop operations; verification names it. */
function headOf(chunks: readonly Chunk[]): AuditHead {
  for (const { lines } of chunks.toReversed()) {
    for (const line of lines.toReversed()) {
      const record = parseRecord(line);
      if (record) return { seq: record.seq, hash: record.hash };
    }
  }
  return EMPTY_HEAD;
}

function isNamespaceTerminating(error: unknown): boolean {
  return (
    error instanceof KubeApiError &&
    error.status === 403 &&
    error.causes.some(({ reason }) => reason === 'NamespaceTerminating')
  );
}

function contended(network: AuditStoreOptions['network'], attempts: number, cause: unknown): OperatorError {
  return new OperatorError(
    {
      type: 'KubernetesUnavailable',
      message: `Audit record of ${network.namespace}/${network.name} was not written: others were quicker ${attempts} times`,
      fix: 'it is tried again by itself; if it stays so, look for several operators that manage the same network',
    },
    { cause },
  );
}
