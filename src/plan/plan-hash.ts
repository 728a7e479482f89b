/** The identity of a plan: what people approve is bound to it. */
import type { Plan } from '../contract/plan.ts';
import type { PlanDraft } from './plan-draft.ts';

/**
 * The plan with its hash: over what is done, in which order, to which content, and whether pods restart. Not over prose
 * (summaries, warnings, field values as they are shown) and not over estimates: another wording is no other plan.
 * @param digest of plain JSON values; equal ones give equal text
 */
export function planOf(
  { kinds, stopsBlocks: _, ...draft }: PlanDraft,
  digest: (content: readonly unknown[]) => string,
): Plan {
  const steps = draft.steps.map(({ type, component, gates = [], render = '', ...step }) => {
    const { partition = null, ordinal = null, awaitsPods = false, completes = false, from = null } = step;
    const onChain = step.onChain ? [step.onChain] : [];
    return [type, component, render, partition, ordinal, gates, awaitsPods, completes, from, ...onChain];
  });
  const changes = draft.changes.map(({ object, action, restartsPods }) => [object, action, restartsPods]);
  return { ...draft, hash: digest([draft.desiredRevision, kinds, draft.rollsBack ?? false, steps, changes]) };
}
