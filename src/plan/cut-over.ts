/**
 * A contracts upgrade, as far as it is ours: L1 begins to respect another type of game, and its owners do that. Whoever
 * answers the new games is ready before; who proposes is stopped before, since L1 would refuse, or count for nothing,
 * what it proposes afterwards (op-stack.md 5.5), and comes up with the new type when L1 has it. Pure.
 */
import { type ComponentRef, type ContractsUpgrade, componentKey } from '../contract/plan.ts';
import type { DesiredComponent, PlanningInput, StepLimits } from './desired.ts';
import { awaitUpgrade, confirmChallenger, type StepDraft, startProposer, stop } from './sections.ts';
import type { Work } from './work.ts';

export interface CutOver {
  readonly network: ComponentRef;
  readonly upgrade: ContractsUpgrade;
  /** What they are to run with is rendered for the L1 that is waited for. */
  readonly proposers: readonly Work[];
  /** Challengers that change nothing, and have to be ready all the same. */
  readonly challengers: readonly DesiredComponent[];
}

/** @returns undefined where nobody proposes, or what is proposed stays as it is: then there is nothing to wait for */
export function cutOverOf(
  { network: name, upgrade, rollsBack, desired }: PlanningInput,
  work: readonly Work[],
): CutOver | undefined {
  if (!upgrade || rollsBack) return undefined;
  const proposers = work.filter(
    (item) => item.desired.role === 'proposer' && item.desired.replicas > 0 && item.transition !== 'drift',
  );
  if (proposers.length === 0) return undefined;
  const isTouched = ({ component }: DesiredComponent) =>
    work.some((item) => componentKey(item.desired.component) === componentKey(component));
  return {
    network: { kind: 'OptimismNetwork', name },
    upgrade,
    proposers,
    challengers: desired.filter((item) => item.role === 'challenger' && item.replicas > 0 && !isTouched(item)),
  };
}

/** Challengers that play the new games, proposers stopped, the wait for L1, and then its proposers up to the plan's end. */
export function cutOverSteps({ network, upgrade, proposers, challengers }: CutOver, limits: StepLimits): StepDraft[] {
  const running = proposers.filter(({ transition }) => transition !== 'install');
  return [
    ...challengers.flatMap((challenger) => confirmChallenger(challenger, limits)),
    ...running.flatMap(({ desired: { component, role } }) => stop(component, role)),
    awaitUpgrade(network, upgrade, limits),
    ...proposers.flatMap(({ desired }) => startProposer(desired, limits)).map(withoutSafePoint),
  ];
}

/** But after the last one, which is the end of the plan. */
function withoutSafePoint(draft: StepDraft): StepDraft {
  return { ...draft, safePointAfter: draft.completes === true };
}
