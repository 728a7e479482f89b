/** Whether what a plan has done can be undone by applying what ran before. Pure. */
import type { RolledBack } from './activities.ts';
import type { Plan, Step } from './plan.ts';

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
  if (pointOfNoReturn && now >= pointOfNoReturn.time * 1000)
    return `${pointOfNoReturn.why}: what ran before would leave the chain; go on instead, with retry`;
  return done.find((step) => step.pointOfNoReturn !== undefined)?.pointOfNoReturn;
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
export function wayBackFrom(
  { hash, kind, desiredRevision, renders }: Plan,
  said: Pick<RolledBack, 'by' | 'via' | 'verified' | 'at'>,
): RolledBack {
  return {
    revision: desiredRevision,
    plan: hash,
    kind,
    renders: renders.map(({ component, digest, from }) => ({
      component,
      ...(from === undefined ? {} : { from }),
      digest,
    })),
    ...said,
  };
}
