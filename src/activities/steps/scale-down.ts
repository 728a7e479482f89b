/** Step `scaleDown`: the component is scaled to nothing, and its pod is gone. */
import { FIELD_MANAGER } from '../../api/names.ts';
import type { KubeObject } from '../../kube/index.ts';
import { gatherWorkloads, podsOfComponent } from '../gather/live.ts';
import { deleteOrphanedPods, orphanedPods } from './orphaned-pods.ts';
import type { StepContext } from './step-context.ts';

type StatefulSet = KubeObject & { spec?: { replicas?: number }; status?: { observedGeneration?: number } };

export async function scaleDown(context: StepContext): Promise<string> {
  const { name } = context.input.step.component;
  const waiting = await scaledToNothing(context);
  if (waiting.ends) throw context.notYet(`the pod of ${name} is ending`, 'see that the node of the pod answers', 1);
  return `${name} ${waiting.exists ? 'has ended' : 'does not run'}`;
}

export interface ScaledToNothing {
  /** It has a pod, or may still make one. */
  readonly ends: boolean;
  /** There is a StatefulSet. */
  readonly exists: boolean;
}

/**
 * Scales the step's component to nothing. One attempt: whether its pod is gone is said, not waited for.
 * @param mayEnd called while something still runs; nothing has happened when it throws
 */
export async function scaledToNothing(
  context: StepContext,
  mayEnd: () => Promise<void> = async () => undefined,
): Promise<ScaledToNothing> {
  const { deps, input, at, signal } = context;
  const { component } = input.step;
  const name = `StatefulSet/${component.name}`;
  const seen = await gatherWorkloads(deps.kube, at, signal);
  // Without a StatefulSet a pod may still run: it was orphaned, or its end has not begun yet. Asked again, since pods and
  // StatefulSets are listed at the same time, and the one may have made the other in between.
  const live = seen.objects.has(name) ? seen : await gatherWorkloads(deps.kube, at, signal);
  const set: StatefulSet | undefined = live.objects.get(name);
  const pods = podsOfComponent(live, component);
  const stands = set !== undefined && set.spec?.replicas !== 0;
  if (stands || orphanedPods(live, pods).some(({ metadata }) => !metadata.deletionTimestamp)) await mayEnd();
  if (stands) {
    const ref = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: at.namespace, name: component.name };
    // Only the one that was read: a request that arrives late must not stop what has been started again since.
    const { resourceVersion } = set.metadata;
    await context.act('scale', () =>
      deps.kube.mergePatch(
        ref,
        { metadata: { resourceVersion }, spec: { replicas: 0 } },
        { fieldManager: FIELD_MANAGER, signal },
      ),
    );
  }
  await deleteOrphanedPods(context, live, pods);
  return { ends: pods.length > 0 || (set !== undefined && mayStillStart(set)), exists: set !== undefined };
}

/** Until its controller has seen that it is to have no pod, it may make one. */
function mayStillStart({ spec, status, metadata }: StatefulSet): boolean {
  if (metadata.deletionTimestamp) return false;
  return spec?.replicas !== 0 || (status?.observedGeneration ?? 0) < (metadata.generation ?? 0);
}
