/** Step `applyComponent`: the stored render, as it was approved, by server-side apply; then its pods, where it awaits them. */
import { ANNOTATIONS, FIELD_MANAGER } from '../../api/names.ts';
import type { KubeObject } from '../../kube/index.ts';
import type { KubeObject as Manifest } from '../../render/manifest.ts';
import { withPartition } from '../../render/stateful-set.ts';
import { gatherLive, isObjectOf } from '../gather/live.ts';
import { requireOurs } from '../ownership.ts';
import { sideBySide } from '../side-by-side.ts';
import { loadRender } from '../state/render-store.ts';
import { annotated } from './annotated.ts';
import { requirePods } from './await-pods.ts';
import { changeFinalizer } from './finalizers.ts';
import type { StepContext } from './step-context.ts';
import { requireNotSwitchedOff } from './wanted-replicas.ts';

/** Kinds that a render of a component may have had before and has no more. Never volumes. */
const PRUNED = ['Service', 'NetworkPolicy', 'PodDisruptionBudget', 'ServiceAccount'];

interface Kept {
  /** What was applied by an earlier attempt: from then on the step only waits. */
  readonly applied?: string;
}

export async function applyComponent(context: StepContext): Promise<string> {
  const { name } = context.input.step.component;
  const { applied = await apply(context) } = (context.kept ?? {}) as Kept;
  if (!context.input.step.awaitsPods) return applied;
  context.keep({ applied } satisfies Kept);
  await requirePods(context);
  return `${applied}, and pods of ${name} are ready`;
}

/** Safe to be done twice. @returns what was done */
async function apply(context: StepContext): Promise<string> {
  const { deps, input, at, signal } = context;
  const { step, revision } = input;
  const render = await loadRender(deps.kube, at, step.render ?? '', signal);
  const objects: readonly KubeObject[] =
    step.partition === undefined
      ? render.objects
      : withPartition(render.objects as unknown as Manifest[], step.partition);
  for (const object of objects) await requireNotSwitchedOff(context, object);
  // Whatever is created from here on is taken down again before its owner goes.
  await context.act('finalizer', () =>
    changeFinalizer(
      deps.kube,
      { kind: step.component.kind, namespace: at.namespace, name: step.component.name },
      true,
      signal,
    ),
  );
  const applyOne = async (object: KubeObject) => {
    await requireOurs({ kube: deps.kube, at, signal }, object, step.component);
    await context.act('apply', () =>
      deps.kube.apply(ofThisPlan(context, annotated(object, revision, step.render ?? '')), {
        fieldManager: FIELD_MANAGER,
        force: true,
        signal,
      }),
    );
  };
  // What makes pods comes when everything is there that they need.
  const makesPods = ({ kind }: KubeObject) => kind === 'StatefulSet';
  await sideBySide(
    objects.filter((object) => !makesPods(object)),
    applyOne,
  );
  await sideBySide(objects.filter(makesPods), applyOne);
  const live = await gatherLive(deps.kube, at, signal);
  const wanted = new Set(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`));
  const surplus = [...live.objects].filter(
    ([name, object]) => PRUNED.includes(object.kind) && isObjectOf(object, step.component) && !wanted.has(name),
  );
  for (const [, object] of surplus) {
    const { apiVersion, kind, metadata } = object;
    await context.act('prune', () =>
      deps.kube.delete({ apiVersion, kind, namespace: at.namespace, name: metadata.name }, { signal }),
    );
  }
  return `${objects.length} objects of ${step.component.name} are applied${surplus.length > 0 ? `, ${surplus.length} removed` : ''}`;
}

/** What makes pods says which plan has started it. */
function ofThisPlan({ workflowId }: StepContext, object: KubeObject): KubeObject {
  if (object.kind !== 'StatefulSet') return object;
  const annotations = { ...object.metadata.annotations, [ANNOTATIONS.workflowId]: workflowId };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
