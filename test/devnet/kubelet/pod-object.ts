/**
 * The parts of a Pod, as JSON from the API server, that the pod runner reads and writes.
 * Specs use the client library's types; statuses are our own, because there dates are `Date` and in JSON they are not.
 */
import type { V1Container, V1PodSpec } from '@kubernetes/client-node';

export interface ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
}

export interface Pod {
  readonly metadata: ObjectMeta;
  readonly spec: V1PodSpec;
  readonly status?: PodStatus;
}

export interface Waiting {
  readonly reason: string;
  readonly message?: string;
}

export interface Terminated {
  readonly containerID: string;
  readonly exitCode: number;
  readonly reason: string;
  readonly message?: string;
  readonly startedAt: string;
  readonly finishedAt: string;
}

export type ContainerState =
  | { readonly waiting: Waiting }
  | { readonly running: { readonly startedAt: string } }
  | { readonly terminated: Terminated };

export interface ContainerStatus {
  readonly name: string;
  readonly image: string;
  readonly imageID: string;
  readonly containerID?: string;
  readonly state: ContainerState;
  readonly lastState: { readonly terminated?: Terminated };
  readonly restartCount: number;
  readonly ready: boolean;
  readonly started: boolean;
  readonly resources?: object;
  readonly allocatedResources?: object;
  readonly volumeMounts?: readonly object[];
}

export interface PodCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly lastProbeTime?: string | null;
  readonly lastTransitionTime?: string;
  readonly observedGeneration?: number;
}

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

export interface PodStatus {
  readonly phase?: PodPhase;
  readonly observedGeneration?: number;
  readonly conditions?: readonly PodCondition[];
  readonly containerStatuses?: readonly ContainerStatus[];
  readonly initContainerStatuses?: readonly ContainerStatus[];
  readonly hostIP?: string;
  readonly hostIPs?: readonly { readonly ip: string }[];
  readonly podIP?: string;
  readonly podIPs?: readonly { readonly ip: string }[];
  readonly startTime?: string;
}

/** `init` runs to its end, `sidecar` is an init container with `restartPolicy: Always`. */
export type ContainerKind = 'init' | 'sidecar' | 'main';

export interface ContainerSpec {
  readonly kind: ContainerKind;
  readonly spec: V1Container;
}

/** All containers of a pod in the order in which they start. */
export function containersOf(pod: Pod): ContainerSpec[] {
  return [
    ...(pod.spec.initContainers ?? []).map(
      (spec): ContainerSpec => ({ kind: spec.restartPolicy === 'Always' ? 'sidecar' : 'init', spec }),
    ),
    ...pod.spec.containers.map((spec): ContainerSpec => ({ kind: 'main', spec })),
  ];
}

/** The API's time format: whole seconds, UTC. */
export function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
