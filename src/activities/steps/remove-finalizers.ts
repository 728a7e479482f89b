/** Step `removeFinalizers`: nothing of the object is left, so it may go. */

import { changeFinalizer } from './finalizers.ts';
import type { StepContext } from './step-context.ts';

export async function removeFinalizers(context: StepContext): Promise<string> {
  const { deps, input, at, signal } = context;
  const { kind, name } = input.step.component;
  // A network that is deleted and created anew within moments must not lose the finalizer of its second life.
  const target = { kind, namespace: at.namespace, name, ...(kind === 'OptimismNetwork' ? { uid: input.uid } : {}) };
  await context.act('finalizer', () => changeFinalizer(deps.kube, target, false, signal));
  return `${kind} ${name} may go`;
}
