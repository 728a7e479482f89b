/**
 * Where the audit chain is kept: ConfigMaps `<network>-audit-<n>`, one record per line.
 *
 * Protocol of the writers (there may be many at once): only the last chunk is written, by compare-and-swap of its
 * resourceVersion. A chunk that is full is sealed (`immutable: true`, which the API server enforces) before its
 * successor is created. So what the successor's first record names as its predecessor can't change any more, and a
 * writer that still has an older view of the full chunk fails its compare-and-swap. A crash between the two leaves a
 * sealed last chunk; the next writer creates the successor.
 */
import { API_VERSION, FIELD_MANAGER, LABELS } from '../api/names.ts';
import { isKubeStatus, type KubeClient, type KubeObject } from '../kube/index.ts';
import { parseRecord } from './record.ts';

/** Limit of the records in one chunk. A ConfigMap may hold 1 MiB; smaller ones are quicker to read and to write. */
export const MAX_CHUNK_BYTES = 256 * 1024;

/** Value of the component label of audit chunks. */
const AUDIT_COMPONENT = 'audit';

const RECORDS_KEY = 'records.jsonl';

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
  immutable?: boolean;
}

export interface Chunk {
  readonly index: number;
  readonly lines: readonly string[];
  readonly sealed: boolean;
  readonly object: Readonly<ConfigMap>;
}

export interface ChunkPlace {
  readonly kube: KubeClient;
  readonly namespace: string;
  readonly network: string;
  /** Uid of the OptimismNetwork: the chain goes with it. Empty: only for reading. */
  readonly uid: string;
  readonly maxChunkBytes: number;
}

/** Somebody else was quicker: read again and start over. */
export class LostRace extends Error {
  override readonly name = 'LostRace';
}

export function chunkName(network: string, index: number): string {
  return `${network}-audit-${index}`;
}

/** Index of the last chunk; -1: there is none. */
export async function lastChunkIndex(place: ChunkPlace, signal?: AbortSignal): Promise<number> {
  const { items } = await place.kube.list(
    { apiVersion: 'v1', kind: 'ConfigMap', namespace: place.namespace },
    {
      labelSelector: `${LABELS.network}=${place.network},${LABELS.component}=${AUDIT_COMPONENT}`,
      metadataOnly: true,
      signal,
    },
  );
  const prefix = chunkName(place.network, 0).slice(0, -1);
  const indexes = items
    .filter((item) => !isLeftOver(place, item))
    .map(({ metadata }) => metadata.name)
    .filter((name) => name.startsWith(prefix))
    .map((name) => Number(name.slice(prefix.length)))
    .filter((index) => Number.isSafeInteger(index) && index >= 0);
  return Math.max(-1, ...indexes);
}

/** @returns undefined when there is no such chunk */
export async function readChunk(place: ChunkPlace, index: number, signal?: AbortSignal): Promise<Chunk | undefined> {
  const object = await place.kube.get<ConfigMap>(
    { apiVersion: 'v1', kind: 'ConfigMap', namespace: place.namespace, name: chunkName(place.network, index) },
    { signal },
  );
  return object && !isLeftOver(place, object) ? chunkOf(object, index) : undefined;
}

/**
 * Chunks of an earlier network of the same name, which are about to go with it: what is written to them is lost. Where
 * the owner was taken off (`--cascade=orphan`) the records say whose they are. A reader that names no uid takes whatever
 * is there.
 */
function isLeftOver({ uid }: ChunkPlace, chunk: ConfigMap): boolean {
  if (uid === '') return false;
  const owners = (chunk.metadata.ownerReferences ?? []).filter(({ kind }) => kind === 'OptimismNetwork');
  if (owners.length > 0) return owners.every((owner) => owner.uid !== uid);
  const [first] = linesOf(chunk).flatMap((line) => parseRecord(line) ?? []);
  return first !== undefined && first.networkUid !== uid;
}

/**
 * Gives all chunks of the network their owner again, who was taken off by `--cascade=orphan`: garbage collection takes
 * them as soon as the network is gone, whatever is written to them until then. Safe to repeat.
 * @throws LostRace when a chunk has changed meanwhile
 */
export async function ownChunks(place: ChunkPlace, signal?: AbortSignal): Promise<void> {
  const last = await lastChunkIndex(place, signal);
  for (let index = 0; index <= last; index++) {
    const chunk = await readChunk(place, index, signal);
    if (chunk && !isOwned(place, chunk.object)) await replace(place, chunk.object, signal);
  }
}

function isOwned({ uid }: ChunkPlace, { metadata }: KubeObject): boolean {
  return (metadata.ownerReferences ?? []).some((owner) => owner.uid === uid);
}

function ownersOf({ network, uid }: ChunkPlace) {
  return [{ apiVersion: API_VERSION, kind: 'OptimismNetwork', name: network, uid }];
}

/** Whether one more line keeps the chunk within its limit. The first line always fits. */
export function hasRoom(place: ChunkPlace, chunk: Chunk, line: string): boolean {
  const text = chunk.object.data?.[RECORDS_KEY] ?? '';
  return chunk.lines.length === 0 || Buffer.byteLength(text) + Buffer.byteLength(line) + 1 <= place.maxChunkBytes;
}

/**
 * @returns the chunk as it is now
 * @throws LostRace when it has changed since it was read
 */
export async function addLine(place: ChunkPlace, chunk: Chunk, line: string, signal?: AbortSignal): Promise<Chunk> {
  const changed = { ...chunk.object, data: recordsOf([...chunk.lines, line]) };
  return chunkOf(await replace(place, changed, signal), chunk.index);
}

/**
 * @returns the chunk as it is now
 * @throws LostRace when it has changed since it was read
 */
export async function sealChunk(place: ChunkPlace, chunk: Chunk, signal?: AbortSignal): Promise<Chunk> {
  return chunkOf(await replace(place, { ...chunk.object, immutable: true }, signal), chunk.index);
}

/** @throws LostRace when it exists already */
export async function createChunk(
  place: ChunkPlace,
  index: number,
  line: string,
  signal?: AbortSignal,
): Promise<Chunk> {
  const chunk: ConfigMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: chunkName(place.network, index),
      namespace: place.namespace,
      // Garbage collection takes the chain, also what is written while the last finalizer goes. A foreground deletion takes
      // it before the teardown has ended: then the log has the rest.
      ownerReferences: ownersOf(place),
      labels: {
        [LABELS.network]: place.network,
        [LABELS.component]: AUDIT_COMPONENT,
        'app.kubernetes.io/managed-by': FIELD_MANAGER,
      },
    },
    data: recordsOf([line]),
  };
  try {
    return chunkOf(await losing(place.kube.create(chunk, { fieldManager: FIELD_MANAGER, signal }), 409), index);
  } catch (error) {
    if (error instanceof LostRace) await removeLeftOvers(place, index, signal);
    throw error;
  }
}

/** Garbage collection may take its time, and takes nothing that has lost its owner; until then the names are taken. */
async function removeLeftOvers(place: ChunkPlace, from: number, signal?: AbortSignal): Promise<void> {
  for (let index = from; ; index++) {
    const name = chunkName(place.network, index);
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: place.namespace, name };
    const found = await place.kube.get<ConfigMap>(ref, { signal });
    const uid = found?.metadata.uid;
    if (!found || !uid || !isLeftOver(place, found)) return;
    await losing(place.kube.delete(ref, { preconditions: { uid }, signal }), 409);
  }
}

function chunkOf(object: ConfigMap, index: number): Chunk {
  return { index, lines: linesOf(object), sealed: object.immutable === true, object };
}

function linesOf({ data }: ConfigMap): string[] {
  return (data?.[RECORDS_KEY] ?? '').split('\n').filter((line) => line !== '');
}

function recordsOf(lines: readonly string[]): Record<string, string> {
  return { [RECORDS_KEY]: `${lines.join('\n')}\n` };
}

async function replace(place: ChunkPlace, chunk: ConfigMap, signal?: AbortSignal): Promise<ConfigMap> {
  const object = { ...chunk, metadata: { ...chunk.metadata, ownerReferences: ownersOf(place) } };
  // 404: somebody has deleted the chunk. A chunk that was sealed meanwhile is a conflict like any other change.
  return losing(place.kube.replace(object, { fieldManager: FIELD_MANAGER, signal }), 404, 409);
}

async function losing<T>(write: Promise<T>, ...statuses: number[]): Promise<T> {
  try {
    return await write;
  } catch (error) {
    if (isKubeStatus(error, ...statuses)) throw new LostRace(error.message, { cause: error });
    throw error;
  }
}
