/** A StatefulSet that somebody has scaled while a step waits for its pods: what its render says is what counts. */
import { FIELD_MANAGER } from '../../api/names.ts';
import { OperatorError } from '../../contract/failures.ts';
import type { KubeObject } from '../../kube/index.ts';
import type { StepContext } from './step-context.ts';

type StatefulSet = KubeObject & { readonly spec?: { readonly replicas?: number } };

/**
 * Scales it back. Not what must never be there twice and has been switched off: somebody may have put another one in its
 * place, and the next plan asks for that one first. Only replicas: the partition is not the step's to say.
 * @throws OperatorError NotReadyYet when it has been scaled back, ObjectLost for a new plan
 */
export async function requireReplicas(context: StepContext, set: StatefulSet, wanted: number): Promise<void> {
  const { deps, input, at, signal } = context;
  const { name, resourceVersion, labels } = set.metadata;
  const seen = set.spec?.replicas ?? 1;
  if (seen === wanted) return;
  const isNeverTwice =
    input.step.component.kind === 'OpBatcher' || labels?.['app.kubernetes.io/component'] === 'sequencer';
  if (seen === 0 && isNeverTwice)
    throw new OperatorError({
      type: 'ObjectLost',
      message: `somebody has scaled StatefulSet ${name} to nothing, although this plan needs it`,
      fix: 'nothing to do: a new plan starts it again, once nobody else does its work',
    });
  await context.act('replicas', () =>
    deps.kube.mergePatch(
      { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: at.namespace, name },
      { metadata: { resourceVersion }, spec: { replicas: wanted } },
      { fieldManager: FIELD_MANAGER, signal },
    ),
  );
  throw context.notYet(
    `somebody has scaled StatefulSet ${name} to ${seen}, it is scaled back to ${wanted}`,
    'see who scales it, such as an autoscaler: what runs is scaled by its own object',
    1,
  );
}
