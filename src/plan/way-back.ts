/** Whether what a plan has done can be undone by applying what ran before. Pure. */
import type { RolledBack } from '../contract/activities.ts';
import type { Plan } from '../contract/plan.ts';

/** @param now milliseconds since the epoch. @returns why it can not, as a clause; undefined: it can */
export function whyNoWayBack({ kind, renders, rollsBack, pointOfNoReturn }: Plan, now: number): string | undefined {
  if (rollsBack) return 'this plan is the way back already: send retry, or abort';
  if (kind === 'teardown') return 'what is taken down does not come back by itself: apply its objects again';
  if (kind === 'drift') return 'a repair brings back what ran before: there is nothing else to go back to';
  if (!renders.some(({ from }) => from !== undefined))
    return `nothing ran in another form before this ${kind}: undo what asks for it in the spec, or send abort`;
  if (pointOfNoReturn && now >= pointOfNoReturn.time * 1000)
    return `${pointOfNoReturn.why}: what ran before would leave the chain; go on instead, with retry`;
  return undefined;
}

/** Whether it ever can; when it is too late is told by whoever is asked. */
export function isReversible(plan: Plan): boolean {
  return whyNoWayBack(plan, 0) === undefined;
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
