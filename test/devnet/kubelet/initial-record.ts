import type { ContainerRecord } from './container-record.ts';
import type { ContainerSpec, Pod, Terminated } from './pod-object.ts';

/**
 * Where a container begins: waiting. If the pod has a status of an earlier life of this node (the runner was started
 * again, the node lost its power), the container's former instance counts as dead with it.
 */
export function initialRecord({ kind, spec }: ContainerSpec, pod: Pod): ContainerRecord {
  const { status } = pod;
  const before = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].find(
    ({ name }) => name === spec.name,
  );
  const former: Terminated | undefined =
    before && 'terminated' in before.state
      ? before.state.terminated
      : before && 'running' in before.state
        ? {
            containerID: before.containerID ?? '',
            exitCode: 255,
            reason: 'Unknown',
            startedAt: before.state.running.startedAt,
            finishedAt: before.state.running.startedAt,
          }
        : before?.lastState.terminated;
  return {
    kind,
    name: spec.name,
    image: spec.image ?? '',
    state: { waiting: { reason: pod.spec.initContainers?.length ? 'PodInitializing' : 'ContainerCreating' } },
    lastTerminated: former,
    imageID: before?.imageID ?? '',
    containerID: before?.containerID,
    restartCount: before?.restartCount ?? 0,
    started: false,
    ready: false,
  };
}
