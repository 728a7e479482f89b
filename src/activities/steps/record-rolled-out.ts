/**
 * End of the last step of a component: it is as it was planned. Its StatefulSet is put to rest (no pod takes a template
 * any more without a step), and the render is noted as the one that drift is repaired with.
 */

import { FIELD_MANAGER } from '../../api/names.ts';
import type { OptimismNetworkStatus } from '../../api/optimism-network.ts';
import { OperatorError } from '../../contract/failures.ts';
import { changeStatus } from '../state/change-status.ts';
import { loadRender } from '../state/render-store.ts';
import { annotated } from './annotated.ts';
import type { StepContext } from './step-context.ts';

type ComponentStatus = NonNullable<OptimismNetworkStatus['components']>[number];

export async function recordRolledOut(context: StepContext): Promise<void> {
  const { deps, input, at, signal } = context;
  const { step, uid } = input;
  const digest = step.render ?? '';
  const render = await loadRender(deps.kube, at, digest, signal);
  for (const object of render.objects.filter(({ kind }) => kind === 'StatefulSet')) {
    await context.act(
      'rest',
      () =>
        deps.kube.apply(annotated(object, input.revision, digest), {
          fieldManager: FIELD_MANAGER,
          force: true,
          signal,
        }),
      'complete',
    );
  }
  const { kind, name } = step.component;
  const isIt = (component: ComponentStatus) => component.kind === kind && component.name === name;
  const found = await context.act(
    'status',
    () =>
      changeStatus<OptimismNetworkStatus>(
        deps.kube,
        { kind: 'OptimismNetwork', ...at, uid },
        (status) => {
          const before = status.components?.find(isIt);
          if (before?.render === digest) return status;
          const after: ComponentStatus = {
            kind,
            name,
            render: digest,
            ...(before?.render ? { previousRender: before.render } : {}),
          };
          return {
            ...status,
            components: [...(status.components ?? []).filter((component) => !isIt(component)), after],
          };
        },
        context.attempt,
      ),
    'complete',
  );
  if (!found)
    throw new OperatorError({
      type: 'NetworkDeleted',
      message: `OptimismNetwork "${at.name}" is gone`,
      fix: 'nothing to do: the next look decides',
    });
}
