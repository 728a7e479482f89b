/** A plan with what its start needs: nobody, a person, or an approval that covers it already. Pure. */
import type { OptimismNetworkSpec, OptimismNetworkStatus } from '../api/optimism-network.ts';
import type { ApprovalRecord } from '../contract/activities.ts';
import type { Plan } from '../contract/plan.ts';
import { approvalRequired, asksAfterAbort } from './approval-policy.ts';
import { asksAlready, inheritedApproval } from './inherited-approval.ts';
import type { PlanDraft } from './plan-draft.ts';
import { planOf } from './plan-hash.ts';

export interface ProposedPlan {
  readonly plan: Plan;
  readonly required: boolean;
  /** Approval of an earlier plan of the same revision that covers this one. */
  readonly inherited: ApprovalRecord | undefined;
  /** Nothing of it is done before a person has decided. */
  readonly waits: boolean;
  /** The status shows it as waiting for a decision already. Times are RFC 3339. */
  readonly awaiting?: { readonly hash: string; readonly createdAt: string; readonly expiresAt: string };
}

export interface ApprovalFacts {
  /** `spec.approval`; absent when the spec can not be read. */
  readonly policy: OptimismNetworkSpec['approval'] | undefined;
  /** `status.plan`. */
  readonly shown: OptimismNetworkStatus['plan'];
  /** Mark of the wish whose plan a person has aborted; empty: none. */
  readonly abortedWish: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export function proposedPlan(
  draft: PlanDraft,
  { policy, shown, abortedWish, now }: ApprovalFacts,
  digest: (content: readonly unknown[]) => string,
): ProposedPlan {
  const plan = planOf(draft, digest);
  const inherited = inheritedApproval(plan, shown, now);
  // Whoever has it rolled back has said so.
  const required = !plan.rollsBack && (approvalRequired(draft, policy) || asksAlready(plan, shown));
  const waits = asksAfterAbort(plan, abortedWish) || (required && inherited === undefined);
  const { hash, createdAt, expiresAt, approval } = shown ?? {};
  const isAsked = hash === plan.hash && approval === undefined;
  return {
    plan,
    required,
    inherited,
    waits,
    ...(isAsked && createdAt !== undefined && expiresAt !== undefined
      ? { awaiting: { hash, createdAt, expiresAt } }
      : {}),
  };
}
