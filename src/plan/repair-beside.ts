/** Whether a repair is due beside a plan that runs: what is broken never waits for a gate of something else. Pure. */
import { componentKey, type Plan, type PlanKind } from '../contract/plan.ts';

/** What a plan that runs is at. */
export interface RunningPlan {
  readonly kind: PlanKind;
  /** `<Kind>/<name>`. */
  readonly components: readonly string[];
}

export function runningPlan({ kind, steps }: Plan): RunningPlan {
  return { kind, components: [...new Set(steps.map(({ component }) => componentKey(component)))] };
}

/**
 * A component that the running plan touches looks broken while it is being changed: only a StatefulSet that is gone is
 * never the plan's own doing. Repairs and teardowns are gone on with.
 * @param plan what a look came to
 */
export function isRepairBeside(plan: Plan | undefined, running: RunningPlan): boolean {
  if (plan?.kind !== 'drift' || running.kind === 'drift' || running.kind === 'teardown') return false;
  const isElsewhere = plan.steps.every(({ component }) => !running.components.includes(componentKey(component)));
  return (
    isElsewhere || plan.changes.some(({ action, object }) => action === 'create' && object.startsWith('StatefulSet/'))
  );
}
