/** What is read of pods, StatefulSets and events: structural, so that objects of any client fit. */

interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly deletionTimestamp?: string;
}

export interface ContainerSpec {
  readonly name: string;
  readonly image?: string;
  readonly resources?: { readonly limits?: Readonly<Record<string, string>> };
}

export interface Terminated {
  readonly exitCode: number;
  readonly reason?: string;
  readonly message?: string;
  readonly startedAt?: string | null;
  readonly finishedAt?: string | null;
}

export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string | null };
  readonly terminated?: Terminated;
}

export interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly started?: boolean | null;
  readonly restartCount: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

export interface VolumeSpec {
  readonly name: string;
  readonly configMap?: { readonly name?: string };
  readonly secret?: { readonly secretName?: string };
}

export interface PodObject {
  readonly kind: string;
  readonly metadata: Metadata;
  readonly spec?: {
    readonly nodeName?: string;
    readonly containers?: readonly ContainerSpec[];
    readonly initContainers?: readonly ContainerSpec[];
    readonly volumes?: readonly VolumeSpec[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

export interface StatefulSetObject {
  readonly kind: string;
  readonly metadata: Metadata;
  readonly spec?: { readonly podManagementPolicy?: string };
  readonly status?: { readonly updateRevision?: string };
}

/** An event of either API group. */
export interface EventObject {
  readonly reason?: string;
  readonly message?: string;
  readonly note?: string;
  readonly regarding?: { readonly kind?: string; readonly name?: string };
  readonly involvedObject?: { readonly kind?: string; readonly name?: string };
}
