/** Whether a repair is due beside a plan that runs: what is broken never waits for a gate of something else. Pure. */
import { componentKey, type Plan, type PlanKind } from '../contract/plan.ts';

/** What a plan that runs is at. */
export interface RunningPlan {
  readonly kind: PlanKind;
  /** `<Kind>/<name>`. */
  readonly components: readonly string[];
  /** OpNodes that it hands the sequencer over to. */
  readonly heirs?: readonly string[];
  /** It changes who sequences: for a moment a second one may be there. */
  readonly handsOver?: boolean;
}

export function runningPlan({ kind, steps }: Plan): RunningPlan {
  const handOvers = steps.filter(({ type }) => type === 'handOverSequencer');
  // Of one that sequences again at the end nothing is left to be started before.
  const heirs = handOvers
    .map(({ component }) => component.name)
    .filter((name) => !handOvers.some(({ from }) => from === name));
  const components = [...new Set(steps.map(({ component }) => componentKey(component)))];
  return { kind, components, heirs, handsOver: handOvers.length > 0 };
}

/**
 * A component that the running plan touches looks broken while it is being changed: only a StatefulSet that is gone is
 * never the plan's own doing, a second sequencer where it hands none over, and a sequencer that has to be started because
 * there is nobody any more to hand over to it. Repairs and teardowns are gone on with.
 * @param plan what a look came to
 */
export function isRepairBeside(plan: Plan | undefined, running: RunningPlan): boolean {
  if (plan?.kind !== 'drift' || running.kind === 'drift' || running.kind === 'teardown') return false;
  const isElsewhere = plan.steps.every(({ component }) => !running.components.includes(componentKey(component)));
  const isLeft = plan.steps.some(
    ({ type, component }) => type === 'startSequencer' && running.heirs?.includes(component.name),
  );
  const isSecond = running.handsOver === false && plan.steps.some(({ type }) => type === 'stopSequencer');
  return (
    isElsewhere ||
    isLeft ||
    isSecond ||
    plan.changes.some(({ action, object }) => action === 'create' && object.startsWith('StatefulSet/'))
  );
}
