/**
 * Compare-and-swap on `coordination.k8s.io/v1` Leases: who holds a name, decided by the API server. There is no
 * renewal loop here. A holder that must not act after losing the Lease takes it again just before it acts.
 */
import type { KubeClient, RequestControl } from './client.ts';
import { isKubeStatus } from './errors.ts';
import type { KubeObject, ObjectMeta, ResourceRef } from './objects.ts';

/** A Lease as it was read: the basis of the next swap. */
export interface LeaseRecord {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Undefined: free. */
  readonly holder: string | undefined;
  /** When this holder got it. */
  readonly acquireTime: Date | undefined;
  /** When this holder last took or renewed it. */
  readonly renewTime: Date | undefined;
  readonly durationSeconds: number | undefined;
  /** How often it changed hands. */
  readonly transitions: number;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface LeaseSwap {
  readonly namespace: string;
  readonly name: string;
  /** What {@link readLease} or the last swap returned; undefined: the Lease must not exist yet. */
  readonly expected: LeaseRecord | undefined;
  /** Undefined frees it. */
  readonly holder: string | undefined;
  readonly durationSeconds?: number | undefined;
  readonly now: Date;
  /** Whatever it had is replaced by this, also by nothing. */
  readonly metadata?: Pick<ObjectMeta, 'labels' | 'annotations' | 'ownerReferences'> | undefined;
}

/** @returns undefined when there is no such Lease */
export async function readLease(
  client: KubeClient,
  lease: { readonly namespace: string; readonly name: string },
  control: RequestControl = {},
): Promise<LeaseRecord | undefined> {
  const object = await client.get<LeaseObject>(leaseRef(lease), control);
  return object === undefined ? undefined : toRecord(object);
}

/**
 * Takes, renews or frees the Lease if it still is what `expected` says.
 * @returns the Lease as it is now, or undefined when somebody else was faster: read it again
 * @throws KubeUnreachableError when it is unknown whether the swap happened: read it again, and compare the holder
 */
export async function swapLease(
  client: KubeClient,
  swap: LeaseSwap,
  control: RequestControl = {},
): Promise<LeaseRecord | undefined> {
  const object = nextLease(swap);
  try {
    const written =
      swap.expected === undefined ? await client.create(object, control) : await client.replace(object, control);
    return toRecord(written);
  } catch (error) {
    // 409: changed, or created by somebody else. 404: deleted meanwhile.
    if (isKubeStatus(error, 409) || (swap.expected !== undefined && isKubeStatus(error, 404))) return undefined;
    throw error;
  }
}

/** RFC 3339 with microseconds, the only form that the API server accepts for a MicroTime. */
export function microTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}

interface LeaseSpec {
  holderIdentity?: string;
  acquireTime?: string;
  renewTime?: string;
  leaseDurationSeconds?: number;
  leaseTransitions?: number;
}

type LeaseObject = KubeObject & { spec?: LeaseSpec };

function leaseRef({ namespace, name }: { readonly namespace: string; readonly name: string }): ResourceRef {
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace, name };
}

function nextLease({ namespace, name, expected, holder, durationSeconds, now, metadata }: LeaseSwap): LeaseObject {
  const same = expected !== undefined && expected.holder === holder;
  const spec: LeaseSpec = {
    leaseTransitions: (expected?.transitions ?? 0) + (expected === undefined || same ? 0 : 1),
  };
  if (holder !== undefined) {
    spec.holderIdentity = holder;
    spec.acquireTime = microTime((same ? expected.acquireTime : undefined) ?? now);
    spec.renewTime = microTime(now);
  }
  if (durationSeconds !== undefined) spec.leaseDurationSeconds = durationSeconds;
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name,
      namespace,
      ...metadata,
      // The uid too: a PUT of a Lease that is gone creates it, whatever its resourceVersion says (seen on 1.34).
      ...(expected === undefined ? {} : { uid: expected.uid, resourceVersion: expected.resourceVersion }),
    },
    spec,
  };
}

function toRecord({ metadata, spec }: LeaseObject): LeaseRecord {
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    holder: spec?.holderIdentity || undefined,
    acquireTime: toDate(spec?.acquireTime),
    renewTime: toDate(spec?.renewTime),
    durationSeconds: spec?.leaseDurationSeconds,
    transitions: spec?.leaseTransitions ?? 0,
    annotations: metadata.annotations ?? {},
  };
}

function toDate(time: string | undefined): Date | undefined {
  return time === undefined ? undefined : new Date(time);
}
