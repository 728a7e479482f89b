/**
 * What the watcher keeps of each object, and which changes concern a network. Pure.
 *
 * Thousands of objects are held in memory, so only what decisions need is kept: of the five kinds a digest of what a
 * user can change, of managed objects a digest of who wrote which field.
 */
import { createHash } from 'node:crypto';
import { LABELS } from '../api/names.ts';
import type { Change, KubeObject, ManagedFieldsEntry } from '../kube/index.ts';

/** Our own field managers begin with this: operator, plan, watcher. */
const OWN_MANAGER_PREFIX = 'op-stack-';
/** Decisions of people are annotations with this prefix. */
const OWN_ANNOTATION_PREFIX = 'optimism.io/';

/** A condition as it is in a status. */
export interface StoredCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
  readonly lastTransitionTime?: string;
}

/** One of the five kinds. */
export interface OwnObject extends KubeObject {
  /** Network that the object belongs to; undefined for a component without `networkRef`. */
  readonly network: string | undefined;
  /** Changes when uid, generation, deletionTimestamp or an `optimism.io/*` annotation does. */
  readonly digest: string;
  /** The conditions that the watcher itself may write. */
  readonly conditions: readonly StoredCondition[];
}

/** An object that the operator made, metadata only. */
export interface ManagedObject extends KubeObject {
  readonly network: string | undefined;
  readonly writers: Writers;
}

/** Who wrote an object, as far as `metadata.managedFields` tell. */
interface Writers {
  /** Digest of what others have written, status apart. */
  readonly others: string;
  /** When we wrote last, whole seconds. */
  readonly ownTime: string;
  /** How many fields are ours. */
  readonly ownFields: number;
}

/** @param kept types of conditions to keep */
export function toOwnObject(kept: readonly string[]): (object: KubeObject) => OwnObject {
  return (object) => {
    const { apiVersion, kind, metadata } = object;
    const spec = object['spec'] as { networkRef?: { name?: unknown } } | undefined;
    const status = object['status'] as { conditions?: StoredCondition[] } | undefined;
    const referenced = spec?.networkRef?.name;
    return {
      apiVersion,
      kind,
      metadata: identity(object),
      network: kind === 'OptimismNetwork' ? metadata.name : typeof referenced === 'string' ? referenced : undefined,
      digest: digestOf([metadata.uid, metadata.generation, metadata.deletionTimestamp, ownAnnotations(object)]),
      conditions: (status?.conditions ?? []).filter(({ type }) => kept.includes(type)),
    };
  };
}

export function toManagedObject(object: KubeObject): ManagedObject {
  const { apiVersion, kind, metadata } = object;
  return {
    apiVersion,
    kind,
    metadata: identity(object),
    network: metadata.labels?.[LABELS.network],
    writers: writersOf(metadata.managedFields ?? []),
  };
}

/** Why the network should look again after this change of one of the five kinds; undefined when it need not. */
export function whyOwnChangeConcerns(change: Change<OwnObject>): string | undefined {
  const { kind, metadata } = change.object;
  const what = `${kind} ${metadata.name}`;
  switch (change.type) {
    case 'added':
      return `${what} appeared`;
    case 'deleted':
      return `${what} is gone`;
    case 'updated':
      if (change.object.digest === change.previous.digest) return undefined;
      if (metadata.deletionTimestamp !== change.previous.metadata.deletionTimestamp) return `${what} is being deleted`;
      return metadata.generation === change.previous.metadata.generation
        ? `annotation of ${what} changed`
        : `${what} changed to generation ${metadata.generation}`;
  }
}

/**
 * Why the network should look again after this change of a managed object. Appearing is no reason: either we made it,
 * or a controller did for a reason that we have seen; and after a start each network is looked at anyway.
 */
export function whyManagedChangeConcerns(change: Change<ManagedObject>): string | undefined {
  const what = `${change.object.kind} ${change.object.metadata.name}`;
  switch (change.type) {
    case 'added':
      return undefined;
    case 'deleted':
      return `${what} is gone`;
    case 'updated': {
      if (wasWrittenByOthers(change.previous.writers, change.object.writers))
        return `${what} was changed by somebody else`;
      const { deletionTimestamp } = change.object.metadata;
      // A pod that stops is news when it is gone; anything else that lingers in deletion is.
      if (change.object.kind === 'Pod' || deletionTimestamp === change.previous.metadata.deletionTimestamp)
        return undefined;
      return `${what} is being deleted`;
    }
  }
}

/**
 * Whoever sets a field gets an entry with the time. Whoever only removes fields of ours leaves no entry: ours shrinks,
 * and its time stays.
 */
function wasWrittenByOthers(before: Writers, after: Writers): boolean {
  if (before.others !== after.others) return true;
  return after.ownFields < before.ownFields && after.ownTime === before.ownTime;
}

function writersOf(entries: readonly ManagedFieldsEntry[]): Writers {
  const lasting = entries.filter(({ subresource }) => subresource !== 'status');
  const own = lasting.filter(({ manager }) => manager?.startsWith(OWN_MANAGER_PREFIX) === true);
  const others = lasting.filter((entry) => !own.includes(entry));
  return {
    others: digestOf(others),
    ownTime: own.reduce((latest, { time = '' }) => (time > latest ? time : latest), ''),
    ownFields: own.reduce((sum, { fieldsV1 }) => sum + countFields(fieldsV1), 0),
  };
}

function countFields(fields: unknown): number {
  if (typeof fields !== 'object' || fields === null) return 0;
  return Object.values(fields).reduce<number>((sum, inner) => sum + 1 + countFields(inner), 0);
}

function identity({ metadata }: KubeObject): KubeObject['metadata'] {
  const { name, namespace, uid, resourceVersion, generation, deletionTimestamp } = metadata;
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(generation === undefined ? {} : { generation }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
  };
}

function ownAnnotations({ metadata }: KubeObject): [string, string][] {
  return Object.entries(metadata.annotations ?? {})
    .filter(([name]) => name.startsWith(OWN_ANNOTATION_PREFIX))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}
