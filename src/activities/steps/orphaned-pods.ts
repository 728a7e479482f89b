/**
 * Pods of a component that nobody ends: `kubectl delete statefulset --cascade=orphan` leaves them running, without a
 * controller that could scale them down.
 */
import type { KubeObject } from '../../kube/index.ts';
import type { LiveObjects } from '../gather/live.ts';
import type { StepContext } from './step-context.ts';

/** Pure. */
export function orphanedPods({ objects }: Pick<LiveObjects, 'objects'>, pods: readonly KubeObject[]): KubeObject[] {
  return pods.filter(({ metadata }) => {
    const owner = metadata.ownerReferences?.find(({ controller }) => controller);
    if (!owner) return true;
    return owner.kind === 'StatefulSet' && objects.get(`StatefulSet/${owner.name}`)?.metadata.uid !== owner.uid;
  });
}

/** Deletes those of `pods` that nobody else ends. They end as they would if they were scaled down. */
export async function deleteOrphanedPods(
  { deps, at, act, signal }: StepContext,
  live: LiveObjects,
  pods: readonly KubeObject[],
): Promise<void> {
  for (const { metadata } of orphanedPods(live, pods)) {
    if (metadata.deletionTimestamp) continue;
    await act('delete-pod', () =>
      deps.kube.delete(
        { apiVersion: 'v1', kind: 'Pod', namespace: at.namespace, name: metadata.name },
        // Not the successor of the same name that a StatefulSet may have made meanwhile.
        { ...(metadata.uid ? { preconditions: { uid: metadata.uid } } : {}), signal },
      ),
    );
  }
}
