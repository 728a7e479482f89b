/**
 * The approval of a plan that has not begun, while a repair goes first or the plan can not be made for a moment. It counts
 * when the plan comes back, or what is left of it, and is void as soon as another one does.
 */
import type { ApprovalRecord } from '../contract/activities.ts';
import type { Plan } from '../contract/plan.ts';
import { type ApprovedPlan, approvalCovering, approvedPlan } from '../plan/inherited-approval.ts';

/** Plain data: an entity carries it over continue-as-new. */
export interface SetAside extends ApprovedPlan {
  readonly hash: string;
}

export class ApprovalSetAside {
  #kept: SetAside | undefined;

  constructor(carried: SetAside | undefined) {
    this.#kept = carried;
  }

  carry(): SetAside | undefined {
    return this.#kept;
  }

  keep(plan: Plan, approval: ApprovalRecord, expiresAt: number | undefined): void {
    this.#kept = { hash: plan.hash, ...approvedPlan(plan, approval, expiresAt) };
  }

  forget(): void {
    this.#kept = undefined;
  }

  /**
   * The approval, once: a plan comes that is no repair.
   * @param plan undefined: nothing is left to do
   * @returns what covers the plan, or what is void now
   */
  take(plan: Plan | undefined, now: number): { covers?: ApprovalRecord; void?: SetAside } {
    const kept = this.#kept;
    this.#kept = undefined;
    if (!kept) return {};
    const covers = plan && approvalCovering(plan, kept, now);
    return covers ? { covers } : { void: kept };
  }
}
