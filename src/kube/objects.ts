/**
 * Kubernetes objects as raw JSON. No client models on purpose: they drop, on read and on write, every field that they
 * do not know (reference: @kubernetes/client-node 2.0.1, measured).
 */

/** One entry of `metadata.managedFields`: which manager set which fields. */
export interface ManagedFieldsEntry {
  manager?: string;
  operation?: 'Apply' | 'Update';
  apiVersion?: string;
  /** RFC 3339, whole seconds. Moves only when this manager took fields. */
  time?: string;
  fieldsType?: string;
  fieldsV1?: unknown;
  subresource?: string;
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  /** RFC 3339; present while the object waits for its finalizers. */
  deletionTimestamp?: string;
  creationTimestamp?: string;
  managedFields?: ManagedFieldsEntry[];
}

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [key: string]: unknown;
}

/** Names a type of object, in one namespace or, without one, in all of them. */
export interface ResourceType {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
}

/** Names one object. `namespace` is absent for cluster-scoped kinds. */
export interface ResourceRef extends ResourceType {
  readonly name: string;
}

/** The reference of an object that is at hand. */
export function refOf(object: KubeObject): ResourceRef {
  const { apiVersion, kind, metadata } = object;
  return { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}

/**
 * Says what an object is. The server does not: items of a list carry no kind, and where only metadata was asked for
 * every object is a PartialObjectMetadata.
 */
export function withType<T extends { metadata: ObjectMeta }>(object: T, type: ResourceType): T & KubeObject {
  return Object.assign(object, { apiVersion: type.apiVersion, kind: type.kind });
}
