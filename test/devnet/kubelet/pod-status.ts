/**
 * Pod status from what the runner knows, by the kubelet's rules (its functions getPhase and Generate…Condition); the
 * shapes are those of `fixtures/`.
 */
import type { ContainerRecord } from './container-record.ts';
import {
  type ContainerSpec,
  type ContainerStatus,
  containersOf,
  type Pod,
  type PodCondition,
  type PodPhase,
  type PodStatus,
  timestamp,
} from './pod-object.ts';

export interface PodFacts {
  readonly pod: Pod;
  /** One record for each container of the pod. */
  readonly records: readonly ContainerRecord[];
  readonly hostIP: string;
  /** Given once the sandbox exists. */
  readonly podIP: string | undefined;
  readonly startTime: string;
  /** The conditions last computed; they keep their transition time while they do not change. */
  readonly previous: readonly PodCondition[];
  readonly now: Date;
}

export function podStatus(facts: PodFacts): PodStatus {
  const { pod, records, hostIP, podIP } = facts;
  const specs = containersOf(pod);
  const status = (kinds: readonly string[]) =>
    records.filter((record) => kinds.includes(record.kind)).map((record) => containerStatus(record, specs));
  const init = status(['init', 'sidecar']);
  return {
    phase: phase(records, pod.spec.restartPolicy ?? 'Always'),
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    conditions: conditions(facts),
    containerStatuses: status(['main']),
    ...(init.length === 0 ? {} : { initContainerStatuses: init }),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(podIP === undefined ? {} : { podIP, podIPs: [{ ip: podIP }] }),
    startTime: facts.startTime,
  };
}

function containerStatus(record: ContainerRecord, specs: readonly ContainerSpec[]): ContainerStatus {
  const spec = specs.find((candidate) => candidate.spec.name === record.name)?.spec;
  const { limits, requests } = spec?.resources ?? {};
  const created = record.containerID !== undefined;
  const mounts = (spec?.volumeMounts ?? []).map(({ name, mountPath, readOnly }) =>
    readOnly ? { mountPath, name, readOnly, recursiveReadOnly: 'Disabled' } : { mountPath, name },
  );
  return {
    ...(record.containerID === undefined ? {} : { containerID: record.containerID }),
    image: record.image,
    imageID: record.imageID,
    lastState: record.lastTerminated === undefined ? {} : { terminated: record.lastTerminated },
    name: record.name,
    ready: record.ready,
    ...(created ? { resources: { ...(limits && { limits }), ...(requests && { requests }) } } : {}),
    ...(created && requests ? { allocatedResources: requests } : {}),
    restartCount: record.restartCount,
    started: record.started,
    state: record.state,
    ...(mounts.length === 0 ? {} : { volumeMounts: mounts }),
  };
}

function phase(records: readonly ContainerRecord[], restartPolicy: string): PodPhase {
  const failed = (record: ContainerRecord) => {
    const terminated = 'terminated' in record.state ? record.state.terminated : record.lastTerminated;
    return !('running' in record.state) && terminated !== undefined && terminated.exitCode !== 0;
  };
  const init = records.filter((record) => record.kind === 'init');
  const main = records.filter((record) => record.kind === 'main');
  if (init.some(failed)) return restartPolicy === 'Never' ? 'Failed' : 'Pending';
  if (init.some((record) => !record.ready)) return 'Pending';
  if (main.some((record) => 'waiting' in record.state && record.lastTerminated === undefined)) return 'Pending';
  if (restartPolicy === 'Always' || main.some((record) => 'running' in record.state)) return 'Running';
  if (!main.some(failed)) return main.every((record) => 'terminated' in record.state) ? 'Succeeded' : 'Running';
  return restartPolicy === 'Never' ? 'Failed' : 'Running';
}

function conditions(facts: PodFacts): PodCondition[] {
  const { records, pod } = facts;
  const current = phase(records, pod.spec.restartPolicy ?? 'Always');
  const incomplete = records.filter(
    (record) => (record.kind === 'init' && !record.ready) || (record.kind === 'sidecar' && !record.started),
  );
  // Once a main container has run, a restart of a sidecar does not undo the initialisation.
  const initialized =
    incomplete.length === 0 || records.some((record) => record.kind === 'main' && record.containerID !== undefined);
  const unready = records.filter((record) => record.kind !== 'init' && !record.ready);
  const readiness: Partial<PodCondition> =
    current === 'Succeeded'
      ? { status: 'False', reason: 'PodCompleted' }
      : current === 'Failed'
        ? { status: 'False', reason: 'PodFailed' }
        : unready.length === 0
          ? { status: 'True' }
          : {
              status: 'False',
              reason: 'ContainersNotReady',
              message: `containers with unready status: ${names(unready)}`,
            };
  const wanted: (Partial<PodCondition> & { type: string })[] = [
    { type: 'PodReadyToStartContainers', status: facts.podIP === undefined ? 'False' : 'True' },
    {
      type: 'Initialized',
      ...(initialized
        ? { status: 'True' }
        : {
            status: 'False',
            reason: 'ContainersNotInitialized',
            message: `containers with incomplete status: ${names(incomplete)}`,
          }),
    },
    { type: 'Ready', ...readiness },
    { type: 'ContainersReady', ...readiness },
    { type: 'PodScheduled', status: 'True' },
  ];
  return wanted.map((condition) => withTransitionTime({ status: 'False', ...condition }, facts));
}

function withTransitionTime(condition: PodCondition, { previous, now, pod }: PodFacts): PodCondition {
  const before = previous.find(({ type, status }) => type === condition.type && status === condition.status);
  return {
    ...condition,
    lastProbeTime: null,
    lastTransitionTime: before?.lastTransitionTime ?? timestamp(now),
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
  };
}

/** As Go prints a list of strings. */
function names(records: readonly ContainerRecord[]): string {
  return `[${records.map(({ name }) => name).join(' ')}]`;
}
