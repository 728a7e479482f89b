/** Whether an approval that was given for a plan covers what is left of it: nobody is woken for the remainder. */
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import type { ApprovalRecord } from '../contract/activities.ts';
import { componentKey, type Plan } from '../contract/plan.ts';

/**
 * @param shown the plan in status, as it was approved
 * @returns its approval, when it has not expired and every step of `plan` is one of its steps for the same revision
 */
export function inheritedApproval(
  plan: Plan,
  shown: OptimismNetworkStatus['plan'],
  now: number,
): ApprovalRecord | undefined {
  const approval = shown?.approval;
  if (!shown || !approval || approval.via === 'Policy' || shown.kind !== plan.kind) return undefined;
  if (shown.hash === plan.hash) return notExpired(shown.expiresAt, now) ? asRecord(approval) : undefined;
  if (!shown.revision || shown.revision !== plan.desiredRevision || !notExpired(shown.expiresAt, now)) return undefined;
  const approved = (shown.steps ?? []).map(({ action, component, gate }) => `${action} ${component} ${gate ?? ''}`);
  const covered = plan.steps.every(({ type, component, gate }) =>
    approved.includes(`${type} ${componentKey(component)} ${gate ?? ''}`),
  );
  return covered ? asRecord(approval) : undefined;
}

/**
 * Whether a person is asked already: the plan in status waits, is rejected or has expired. An entity that was terminated
 * meanwhile must not let the policy start what somebody has aborted or rejected.
 */
export function asksAlready(plan: Plan, shown: OptimismNetworkStatus['plan']): boolean {
  return shown?.hash === plan.hash && shown.approval === undefined && shown.expiresAt !== undefined;
}

function notExpired(expiresAt: string | undefined, now: number): boolean {
  return expiresAt === undefined || Date.parse(expiresAt) > now;
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
