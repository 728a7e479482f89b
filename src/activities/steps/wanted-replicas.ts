/** A StatefulSet that somebody has scaled while a step waits for its pods: what its render says is what counts. */
import { ANNOTATIONS, FIELD_MANAGER } from '../../api/names.ts';
import { OperatorError } from '../../contract/failures.ts';
import type { ComponentRef } from '../../contract/plan.ts';
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
  const { name, resourceVersion } = set.metadata;
  const seen = set.spec?.replicas ?? 1;
  if (seen === wanted) return;
  if (seen === 0 && isNeverTwice(input.step.component, set)) throw switchedOff(set);
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

/**
 * The same where the plan's own apply would be done again, by a retry or after a crash: what was applied by this plan
 * and has been switched off since is not started, for its gates were asked before that. What another plan has applied
 * is: this one has asked, or has switched it off itself.
 * @throws OperatorError ObjectLost for a new plan
 */
export async function requireNotSwitchedOff(context: StepContext, object: StatefulSet): Promise<void> {
  const { deps, input, at, signal, workflowId } = context;
  if (object.kind !== 'StatefulSet' || object.spec?.replicas === 0) return;
  if (!isNeverTwice(input.step.component, object)) return;
  const ref = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: at.namespace, name: object.metadata.name };
  const set = await deps.kube.get<StatefulSet>(ref, { signal });
  if (set?.spec?.replicas === 0 && set.metadata.annotations?.[ANNOTATIONS.workflowId] === workflowId)
    throw switchedOff(set);
}

function isNeverTwice({ kind }: ComponentRef, { metadata: { labels } }: StatefulSet): boolean {
  return kind === 'OpBatcher' || labels?.['app.kubernetes.io/component'] === 'sequencer';
}

const switchedOff = ({ metadata: { name } }: StatefulSet): OperatorError =>
  new OperatorError({
    type: 'ObjectLost',
    message: `somebody has scaled StatefulSet ${name} to nothing, although this plan needs it`,
    fix: 'nothing to do: a new plan starts it again, once nobody else does its work',
  });
