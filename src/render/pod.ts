import type { OptimismNetwork } from '../api/optimism-network.ts';
import type { PodOverrides } from '../api/pod-overrides.ts';
import type { Container, PodTemplate, Volume } from './manifest.ts';
import { containerSecurity, podSecurity } from './security.ts';

/** What a component decides about a container; security settings are the same for all. */
export type ContainerOptions = Omit<Container, 'securityContext'>;

export interface PodOptions {
  readonly network: OptimismNetwork;
  /** `spec.pod` of the component. */
  readonly overrides: PodOverrides | undefined;
  /** Ours; they win over the user's. */
  readonly labels: Record<string, string>;
  /** Ours; they win over the user's. */
  readonly annotations?: Record<string, string>;
  readonly serviceAccountName: string;
  /** Selects the component's pods. */
  readonly selector: Record<string, string>;
  /** Selects the pods that should be on other nodes than this one; absent: there are none. */
  readonly apartFrom?: Record<string, string>;
  readonly initContainers?: readonly ContainerOptions[];
  readonly containers: readonly ContainerOptions[];
  readonly volumes: readonly Volume[];
}

/**
 * Seconds between SIGTERM and SIGKILL. The batcher ends its transaction in flight, which takes up to a receipt
 * interval; everything else is gone in under 0.2 s, and minutes would only prolong an outage when one hangs.
 */
export const GRACE_SECONDS = 60;

/** A pod of ours: the component's overrides over the network's defaults over what was seen to work. */
export function podTemplate(options: PodOptions): PodTemplate {
  const { network, overrides, labels, initContainers = [], containers, volumes } = options;
  const { defaults } = network.spec;
  return {
    metadata: {
      labels: { ...overrides?.labels, ...labels },
      ...annotationsOf(options),
    },
    spec: {
      serviceAccountName: options.serviceAccountName,
      automountServiceAccountToken: false,
      // Variables of service links collide with the programs' own: a Service "geth" would set GETH_PORT (seen).
      enableServiceLinks: false,
      terminationGracePeriodSeconds: overrides?.terminationGracePeriodSeconds ?? GRACE_SECONDS,
      securityContext: podSecurity({ ...defaults.securityContext, ...overrides?.securityContext }),
      ...placement(options),
      ...(initContainers.length === 0 ? {} : { initContainers: initContainers.map(secured) }),
      containers: containers.map(secured),
      ...(volumes.length === 0 ? {} : { volumes: [...volumes] }),
    },
  };
}

function annotationsOf({ overrides, annotations }: PodOptions): Partial<PodTemplate['metadata']> {
  const all = { ...overrides?.annotations, ...annotations };
  return Object.keys(all).length === 0 ? {} : { annotations: all };
}

function secured(container: ContainerOptions): Container {
  return { ...container, securityContext: containerSecurity };
}

/** Where the pod runs. Each field is the component's or, if it says nothing, the network's. */
function placement({ network, overrides, selector, apartFrom }: PodOptions): Partial<NonNullable<PodTemplate['spec']>> {
  const { defaults } = network.spec;
  const spread = overrides?.topologySpreadConstraints ?? defaults.topologySpreadConstraints;
  const fields = {
    nodeSelector: overrides?.nodeSelector ?? defaults.nodeSelector,
    tolerations: overrides?.tolerations ?? defaults.tolerations,
    affinity: overrides?.affinity ?? defaults.affinity,
    priorityClassName: overrides?.priorityClassName ?? defaults.priorityClassName,
    imagePullSecrets: overrides?.imagePullSecrets ?? defaults.imagePullSecrets,
    schedulerName: overrides?.schedulerName,
    runtimeClassName: overrides?.runtimeClassName,
    topologySpreadConstraints:
      spread?.map((constraint) => ({ ...constraint, labelSelector: { matchLabels: apartFrom ?? selector } })) ??
      (apartFrom === undefined ? undefined : spreadOverNodes(apartFrom)),
  };
  return withoutAbsent(fields) as Partial<NonNullable<PodTemplate['spec']>>;
}

/** Where possible: a chain in a small cluster should start rather than wait for a node. */
function spreadOverNodes(matchLabels: Record<string, string>) {
  return [
    {
      maxSkew: 1,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels },
    },
  ];
}

function withoutAbsent<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
