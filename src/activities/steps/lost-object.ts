/** An object that this plan has applied, or has found applied, and that somebody has deleted since. */
import { OperatorError } from '../../contract/failures.ts';
import type { KubeObject } from '../../kube/index.ts';
import type { LiveObjects } from '../gather/live.ts';
import type { StepContext } from './step-context.ts';

/** One that is deleted and created anew within moments is not lost. */
const PATIENCE_MS = 5000;

/**
 * The StatefulSet of a component that is waited for. Looks propose nothing while a plan runs, so nobody else puts it back.
 * @throws OperatorError ObjectLost: the plan ends, and the next one has the missing steps again
 */
export function requireStatefulSet({ waitedMs, notYet }: StepContext, live: LiveObjects, name: string): KubeObject {
  const set = live.objects.get(`StatefulSet/${name}`);
  if (set) return set;
  if (waitedMs() < PATIENCE_MS) throw notYet(`StatefulSet ${name} does not exist`, 'nothing to do: it is put back', 1);
  throw new OperatorError({
    type: 'ObjectLost',
    message: `StatefulSet ${name} is gone, although this plan needs it`,
    fix: 'nothing to do: a new plan puts it back',
  });
}
