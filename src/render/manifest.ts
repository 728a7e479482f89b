/**
 * Rendered objects: plain JSON, ready for server-side apply. The field types come from the Kubernetes client library
 * (types only), so that a misspelt field does not compile.
 */
import type {
  V1Container,
  V1EnvVar,
  V1NetworkPolicyPeer,
  V1NetworkPolicyPort,
  V1PodDisruptionBudgetSpec,
  V1PodTemplateSpec,
  V1Probe,
  V1ServiceSpec,
  V1StatefulSetSpec,
  V1Volume,
  V1VolumeMount,
} from '@kubernetes/client-node';

export type Container = V1Container;
export type EnvVar = V1EnvVar;
export type Probe = V1Probe;
export type Volume = V1Volume;
export type VolumeMount = V1VolumeMount;
export type PodTemplate = V1PodTemplateSpec;
export type ServiceSpec = V1ServiceSpec;
export type StatefulSetSpec = V1StatefulSetSpec;
export type PodDisruptionBudgetSpec = V1PodDisruptionBudgetSpec;

/** One rule of a NetworkPolicy. The library calls the field `_from`; the API calls it `from`. */
export interface IngressRule {
  readonly from?: V1NetworkPolicyPeer[];
  readonly ports: V1NetworkPolicyPort[];
}
export type NetworkPeer = V1NetworkPolicyPeer;

/** An entry of `metadata.ownerReferences`; never a controller, see owner.ts. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** `namespace` is always set: rendered objects are applied where their network lives, and nowhere else. */
export interface ManifestMetadata {
  name: string;
  namespace: string;
  labels: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
}

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ManifestMetadata;
  [field: string]: unknown;
}
