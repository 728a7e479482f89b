/** Whether what a plan has done can be undone by applying what ran before. Pure. */
import type { Begun, RolledBack } from './activities.ts';
import { componentKey, type Plan, type PlannedRender, type PointOfNoReturn, type Step } from './plan.ts';
import { isSameWish } from './wish-mark.ts';

/**
 * @param now milliseconds since the epoch
 * @param done steps that are known to be done
 * @returns why it can not, as a clause; undefined: it can
 */
export function whyNoWayBack(
  { kind, renders, rollsBack, pointOfNoReturn }: Plan,
  now: number,
  done: readonly Step[] = [],
): string | undefined {
  if (rollsBack) return 'this plan is the way back already: send retry, or abort';
  if (kind === 'teardown') return 'what is taken down does not come back by itself: apply its objects again';
  if (kind === 'drift') return 'a repair brings back what ran before: there is nothing else to go back to';
  if (!renders.some(({ from }) => from !== undefined))
    return `nothing ran in another form before this ${kind}: undo what asks for it in the spec, or send abort`;
  if (isPast(pointOfNoReturn, now)) return `${tooLate(pointOfNoReturn)}; go on instead, with retry`;
  return done.find((step) => step.pointOfNoReturn !== undefined)?.pointOfNoReturn;
}

/** @param now milliseconds since the epoch */
export function isPast(point: PointOfNoReturn | undefined, now: number): point is PointOfNoReturn {
  return point !== undefined && now >= point.time * 1000;
}

export function tooLate({ why }: PointOfNoReturn): string {
  return `${why}: what ran before does not go with the chain any more`;
}

export function earliest(points: readonly (PointOfNoReturn | undefined)[]): PointOfNoReturn | undefined {
  return points.filter((point) => point !== undefined).sort((a, b) => a.time - b.time)[0];
}

/**
 * Whether it ever can; when it is too late is told by whoever is asked.
 * @param halted id of the step that it has halted at
 */
export function isReversible(plan: Plan, halted?: string): boolean {
  return whyNoWayBack(plan, 0, stepsBefore(plan, halted)) === undefined;
}

/** Steps that are done in a plan that has come to this one; none where it is not known what it has come to. */
export function stepsBefore({ steps }: Plan, id: string | undefined): readonly Step[] {
  const index = steps.findIndex((step) => step.id === id);
  return index < 0 ? [] : steps.slice(0, index);
}

/** What the network goes back to, in place of what is wished. */
export function wayBackFrom(plan: Plan, said: Pick<RolledBack, 'by' | 'via' | 'verified' | 'at'>): RolledBack {
  const { hash, kind } = plan;
  return { ...departure(plan), plan: hash, kind, ...said };
}

function departure({ wish, renders, sequencer, pointOfNoReturn }: Plan): Begun {
  return {
    wish,
    renders: renders.map(({ component, digest, from }) => ({
      component,
      ...(from === undefined ? {} : { from }),
      digest,
    })),
    ...(sequencer === undefined ? {} : { sequencer }),
    ...(pointOfNoReturn ? { pointOfNoReturn } : {}),
  };
}

/** Whether a plan leads to what is wished: what is repaired, rolled back or taken down does not. */
export function leadsOn({ kind, rollsBack }: Pick<Plan, 'kind' | 'rollsBack'>): boolean {
  return kind !== 'drift' && kind !== 'teardown' && !rollsBack;
}

/** What is remembered of a plan that begins; undefined: there is nothing to go back to. */
export function begunBy(plan: Plan): Begun | undefined {
  return plan.renders.some(({ from }) => from !== undefined) ? departure(plan) : undefined;
}

/** A plan that goes on with what others of the same wish have begun leads back to where the first of them began. */
export function goingOn(plan: Plan, begun: Begun | undefined): Plan {
  if (!begun || !isSameWish(begun.wish, plan.wish) || !leadsOn(plan)) return plan;
  const keyOf = ({ component }: PlannedRender) => componentKey(component);
  const renderOf = (render: PlannedRender) => {
    const first = begun.renders.find((item) => keyOf(item) === keyOf(render));
    return first ? { ...first, digest: render.digest } : render;
  };
  const isLeft = (render: PlannedRender) => !plan.renders.some((item) => keyOf(item) === keyOf(render));
  const point = earliest([plan.pointOfNoReturn, begun.pointOfNoReturn]);
  return {
    ...plan,
    renders: [...plan.renders.map(renderOf), ...begun.renders.filter(isLeft)],
    ...(begun.sequencer === undefined ? {} : { sequencer: begun.sequencer }),
    ...(point ? { pointOfNoReturn: point } : {}),
  };
}
