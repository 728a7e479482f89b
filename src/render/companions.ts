/** The stateless objects beside a StatefulSet. */

import { OPERATOR_APP } from './labels.ts';
import type {
  IngressRule,
  KubeObject,
  ManifestMetadata,
  NetworkPeer,
  PodDisruptionBudgetSpec,
  ServiceSpec,
} from './manifest.ts';
import { type Port, servicePorts } from './ports.ts';

type Labels = Record<string, string>;

/** Account without any rights and, with `automountServiceAccountToken: false`, without a token in the pod. */
export function serviceAccount(metadata: ManifestMetadata): KubeObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false };
}

/**
 * Gives every pod its name, ready or not: peers and the batcher would else run into their start-up limits, and
 * reconnection to a name that was missing takes 60 s.
 */
export function headlessService(metadata: ManifestMetadata, selector: Labels, ports: readonly Port[]): KubeObject {
  const spec: ServiceSpec = { clusterIP: 'None', publishNotReadyAddresses: true, selector, ports: servicePorts(ports) };
  return { apiVersion: 'v1', kind: 'Service', metadata, spec };
}

/** For clients: ready pods only. */
export function clientService(
  metadata: ManifestMetadata,
  type: NonNullable<ServiceSpec['type']>,
  selector: Labels,
  ports: readonly Port[],
): KubeObject {
  const spec: ServiceSpec = { type, selector, ports: servicePorts(ports) };
  return { apiVersion: 'v1', kind: 'Service', metadata, spec };
}

/**
 * Only for pods of which another one can take over: a budget for a single pod would block every drain of its node. A
 * pod that does not run anyway never blocks one.
 */
export function disruptionBudget(metadata: ManifestMetadata, matchLabels: Labels, maxUnavailable: number): KubeObject {
  const spec: PodDisruptionBudgetSpec = {
    maxUnavailable,
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
    selector: { matchLabels },
  };
  return { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec };
}

/** Which peers may reach which ports; a rule without peers admits everybody. */
export interface Access {
  readonly peers?: readonly NetworkPeer[];
  readonly ports: readonly Port[];
}

/** Ingress of the selected pods: what no rule admits is refused. Egress is not limited, since L1 may be anywhere. */
export function networkPolicy(metadata: ManifestMetadata, selector: Labels, access: readonly Access[]): KubeObject {
  const ingress = access.filter(({ ports }) => ports.length > 0).map(ingressRule);
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata,
    spec: { podSelector: { matchLabels: selector }, policyTypes: ['Ingress'], ingress },
  };
}

function ingressRule({ peers, ports }: Access): IngressRule {
  return {
    ...(peers === undefined ? {} : { from: [...peers] }),
    ports: ports.map(({ number, protocol }) => ({ port: number, protocol })),
  };
}

/** The operator's pods, in whichever namespace they run. */
export const operatorPods: NetworkPeer = {
  namespaceSelector: {},
  podSelector: { matchLabels: { 'app.kubernetes.io/name': OPERATOR_APP } },
};

/** All pods of the cluster; for metrics, which hold no secrets. */
export const anyPod: NetworkPeer = { namespaceSelector: {} };

/** Pods of the same namespace by label. */
export function pods(matchLabels: Labels): NetworkPeer {
  return { podSelector: { matchLabels } };
}
