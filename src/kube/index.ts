/**
 * Kubernetes plumbing: client, server-side apply, Leases, events, reflectors and the work queue. Knows nothing of the
 * OP Stack. This file is the folder's public face.
 */
export {
  type ApplyControl,
  createKubeClient,
  type DeleteControl,
  type JsonPatchOperation,
  type KubeClient,
  type KubeClientOptions,
  type KubeList,
  type ListControl,
  type RequestControl,
  type WriteControl,
} from './client.ts';
export {
  isKubeStatus,
  isNotFound,
  KubeApiError,
  KubeConfigError,
  type KubeErrorCause,
  KubeUnreachableError,
  refusalOfPolicy,
} from './errors.ts';
export { createEventRecorder, type EventRecord, type EventRecorder, type EventRecorderOptions } from './events.ts';
export { type LeaseRecord, type LeaseSwap, microTime, readLease, swapLease } from './lease.ts';
export { type Change, keyOf } from './object-cache.ts';
export {
  type KubeObject,
  type ManagedFieldsEntry,
  type ObjectMeta,
  type OwnerReference,
  type ResourceRef,
  type ResourceType,
  refOf,
} from './objects.ts';
export { type Batch, createWorkQueue, type WorkQueue, type WorkQueueObserver } from './queue.ts';
export {
  type Reflector,
  type ReflectorObserver,
  type ReflectorOptions,
  type ReflectorTimings,
  startReflector,
} from './reflector.ts';
export { UnknownKindError } from './resources.ts';
export type { RequestSample } from './transport.ts';
