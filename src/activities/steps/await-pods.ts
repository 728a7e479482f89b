/** Step `awaitPods`: the component's pods run the template that was applied, and are ready. */
import type { KubeObject } from '../../kube/index.ts';
import { isReady, type Pod } from '../gather/chain-targets.ts';
import { gatherWorkloads, podsOfComponent } from '../gather/live.ts';
import { explainPod } from '../gather/pod-problems.ts';
import { loadRender } from '../state/render-store.ts';
import { requireStatefulSet } from './lost-object.ts';
import type { StepContext } from './step-context.ts';
import { requireReplicas } from './wanted-replicas.ts';

type StatefulSet = KubeObject & {
  spec?: { replicas?: number; updateStrategy?: { rollingUpdate?: { partition?: number } } };
  status?: { observedGeneration?: number; updateRevision?: string };
};

export async function awaitPods(context: StepContext): Promise<string> {
  await requirePods(context);
  return `pods of ${context.input.step.component.name} are ready`;
}

/** @throws OperatorError NotReadyYet with what keeps them from it */
export async function requirePods(context: StepContext): Promise<void> {
  const { deps, input, at, signal } = context;
  const { step } = input;
  const render = await loadRender(deps.kube, at, step.render ?? '', signal);
  const expected = render.objects.filter(({ kind }) => kind === 'StatefulSet') as readonly StatefulSet[];
  const live = await gatherWorkloads(deps.kube, at, signal);
  const pods = podsOfComponent(live, step.component) as Pod[];
  for (const { metadata, spec } of expected) {
    const { name } = metadata;
    const set: StatefulSet = requireStatefulSet(context, live, name);
    const replicas = spec?.replicas ?? 1;
    await requireReplicas(context, set, replicas);
    if ((set.status?.observedGeneration ?? 0) < (set.metadata.generation ?? 0)) {
      throw context.notYet(
        `StatefulSet ${name} has not been seen by its controller yet`,
        'see that kube-controller-manager runs',
        1,
      );
    }
    const ordinals =
      step.ordinal === undefined ? Array.from({ length: replicas }, (_, ordinal) => ordinal) : [step.ordinal];
    for (const ordinal of ordinals)
      await requirePod(
        context,
        set,
        pods.find(({ metadata }) => metadata.name === `${name}-${ordinal}`),
        `${name}-${ordinal}`,
      );
  }
}

async function requirePod(context: StepContext, set: StatefulSet, pod: Pod | undefined, name: string): Promise<void> {
  const { deps, at, signal } = context;
  const explain = () => explainPod({ kube: deps.kube, namespace: at.namespace, now: deps.now(), signal }, set, pod);
  if (!pod) {
    const problem = await explain();
    throw context.notYet(
      problem?.message ?? `pod ${name} does not exist yet`,
      problem?.fix ?? 'see that kube-controller-manager runs',
      1,
    );
  }
  if (pod.metadata.deletionTimestamp)
    throw context.notYet(`pod ${name} is being replaced`, 'see that its node answers', 1);
  const partition = set.spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
  const ordinal = Number(name.slice(name.lastIndexOf('-') + 1));
  const updated = pod.metadata.labels?.['controller-revision-hash'] === set.status?.updateRevision;
  if (!updated && ordinal >= partition)
    throw context.notYet(`pod ${name} still runs the former template`, 'see that its node answers', 1);
  if (isReady(pod)) return;
  const problem = await explain();
  throw context.notYet(
    problem?.message ?? `pod ${name} is not ready yet`,
    problem?.fix ?? `look at its log: kubectl logs -n ${at.namespace} ${name} --all-containers`,
  );
}
