import type { Plan } from '../../src/contract/plan.ts';
import type { PlanningInput } from '../../src/plan/desired.ts';
import { planOf } from '../../src/plan/plan-hash.ts';
import { makePlan } from '../../src/plan/planner.ts';
import { renderDigest } from '../../src/render/digest.ts';

/** The plan with its hash; undefined: there is nothing to do. @throws when it is refused */
export function numberedPlan(input: PlanningInput): Plan | undefined {
  const planned = makePlan(input);
  if (planned.type === 'refusal') throw new Error(`refused: ${JSON.stringify(planned.problems)}`);
  return planned.type === 'plan' ? planOf(planned.draft, renderDigest) : undefined;
}
