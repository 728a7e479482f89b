/** The approval that a person gave covers what a repair, or a crash, has left of the plan. */
import type { ApprovalRecord } from '../contract/activities.ts';
import { componentKey, type Plan, type PlanKind } from '../contract/plan.ts';

/** What a person has approved. Plain data: it is carried over continue-as-new. */
export interface CoveringApproval {
  readonly revision: string;
  readonly kind: PlanKind;
  readonly steps: readonly string[];
  readonly approval: ApprovalRecord;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number | undefined;
}

export function coveringApproval(
  plan: Plan,
  approval: ApprovalRecord,
  expiresAt: number | undefined,
): CoveringApproval {
  return { revision: plan.desiredRevision, kind: plan.kind, steps: plan.steps.map(stepKey), approval, expiresAt };
}

/** @returns the approval, when it has not expired and every step of `plan` was approved for the same revision */
export function approvalCovering(
  plan: Plan,
  covering: CoveringApproval | undefined,
  now: number,
): ApprovalRecord | undefined {
  if (covering?.revision !== plan.desiredRevision || covering.kind !== plan.kind) return undefined;
  if (covering.expiresAt !== undefined && now >= covering.expiresAt) return undefined;
  return plan.steps.every((step) => covering.steps.includes(stepKey(step))) ? covering.approval : undefined;
}

/** As in src/plan/inherited-approval.ts, which finds the same in the status. */
function stepKey({ type, component, gate }: Plan['steps'][number]): string {
  return `${type} ${componentKey(component)} ${gate ?? ''}`;
}
