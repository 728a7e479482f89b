/** Whether an approval that was given for a plan covers what is left of it: nobody is woken for the remainder. */
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import type { ApprovalRecord } from '../contract/activities.ts';
import { componentKey, type Plan, type PlanKind, type Step } from '../contract/plan.ts';

/** What a person has approved. Plain data: an entity carries it over continue-as-new. */
export interface ApprovedPlan {
  readonly revision: string | undefined;
  readonly kind: PlanKind;
  /** A way back: whoever wants one has not said that what it undoes may come again. */
  readonly rollsBack?: true;
  readonly steps: readonly string[];
  readonly approval: ApprovalRecord;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number | undefined;
}

export function approvedPlan(plan: Plan, approval: ApprovalRecord, expiresAt: number | undefined): ApprovedPlan {
  const { desiredRevision: revision, kind, rollsBack } = plan;
  return { revision, kind, ...(rollsBack ? { rollsBack } : {}), steps: plan.steps.map(stepKey), approval, expiresAt };
}

/**
 * @returns the approval, when it has not expired and every step of `plan` was approved for the same revision; what only
 *   asks the chain needs nobody's word
 */
export function approvalCovering(
  plan: Plan,
  approved: ApprovedPlan | undefined,
  now: number,
): ApprovalRecord | undefined {
  if (approved?.revision !== plan.desiredRevision || !isRemainder(plan.kind, approved.kind)) return undefined;
  if (approved.rollsBack !== plan.rollsBack) return undefined;
  // Written so that a time that can not be read counts as over.
  if (approved.expiresAt !== undefined && !(now < approved.expiresAt)) return undefined;
  const isCovered = (step: Step) => step.type === 'awaitGate' || approved.steps.includes(stepKey(step));
  return plan.steps.every(isCovered) ? approved.approval : undefined;
}

/** What is left of an upgrade may be called a change, or an install. Nothing of it is a repair, or a way back. */
const ROLLOUTS: readonly PlanKind[] = ['install', 'change', 'upgrade'];

function isRemainder(kind: PlanKind, of: PlanKind): boolean {
  return kind === of || (ROLLOUTS.includes(kind) && ROLLOUTS.includes(of));
}

/**
 * @param shown the plan in status, as it was approved
 * @returns its approval, when it covers `plan` or `plan` is the very same
 */
export function inheritedApproval(
  plan: Plan,
  shown: OptimismNetworkStatus['plan'],
  now: number,
): ApprovalRecord | undefined {
  const approval = shown?.approval;
  if (!shown || !approval || approval.via === 'Policy') return undefined;
  const approved: ApprovedPlan = {
    revision: shown.revision,
    kind: shown.kind,
    ...(shown.rollsBack ? { rollsBack: true } : {}),
    steps: (shown.steps ?? []).map(({ action, component, gates }) => keyOf(action, component, gates)),
    approval: asRecord(approval),
    expiresAt: shown.expiresAt === undefined ? undefined : Date.parse(shown.expiresAt),
  };
  // A status may be too small for all steps of a plan, and lacks the revision of an old one; the hash says the same.
  const isSame = shown.hash === plan.hash && shown.kind === plan.kind;
  return approvalCovering(plan, isSame ? approvedPlan(plan, approved.approval, approved.expiresAt) : approved, now);
}

function stepKey({ type, component, gates }: Step): string {
  return keyOf(type, componentKey(component), gates);
}

function keyOf(action: string, component: string, gates: readonly string[] = []): string {
  return [action, component, ...gates].join(' ');
}

/**
 * Whether a person is asked already: the plan in status waits, is rejected or has expired. An entity that was terminated
 * meanwhile must not let the policy start what somebody has aborted or rejected.
 */
export function asksAlready(plan: Plan, shown: OptimismNetworkStatus['plan']): boolean {
  return shown?.hash === plan.hash && shown.approval === undefined && shown.expiresAt !== undefined;
}

function asRecord({
  by,
  at,
  via,
  verified,
  comment,
}: NonNullable<NonNullable<OptimismNetworkStatus['plan']>['approval']>): ApprovalRecord {
  return { by, at, via, verified, ...(comment === undefined ? {} : { comment }) };
}
