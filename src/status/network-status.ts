/** What the entity's report puts into an OptimismNetwork's status. Pure. */
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import type { ReportInput } from '../contract/activities.ts';
import { setConditions } from './conditions.ts';
import { networkConditions } from './network-conditions.ts';
import { addToHistory, type PlanStatus, planToStatus } from './plan-status.ts';
import { rememberedToStatus } from './remembered.ts';
import { boundStatus } from './status-size.ts';

export interface NetworkStatusOptions {
  /** The whole status as it is. */
  readonly before: OptimismNetworkStatus;
  readonly generation: number;
  readonly now: Date;
}

/**
 * The whole status with the report's part renewed: phase, conditions of network-conditions.ts, plan and history. What
 * other writers own is as it was. At most 32 KiB.
 */
export function reportedStatus(report: ReportInput, options: NetworkStatusOptions): OptimismNetworkStatus {
  const { before, generation, now } = options;
  const inputs = networkConditions(report, before.contracts);
  const { plan: planBefore, decisions: decisionsBefore, pendingOnChain, ...rest } = before;
  const decisions = rememberedToStatus(report.remembered, decisionsBefore, report.kept);
  const plan =
    report.plan === undefined
      ? planBefore
      : report.plan === null
        ? undefined
        : planToStatus(report.plan, { before: planBefore, halted: report.halted });
  return boundStatus({
    ...rest,
    phase: report.phase,
    observedGeneration: generation,
    conditions: setConditions(before.conditions ?? [], inputs, now, generation),
    ...(plan === undefined ? {} : { plan }),
    ...(pendingOnChain && isAwaited(plan) ? { pendingOnChain } : {}),
    ...(Object.keys(decisions).length === 0 ? {} : { decisions }),
    ...(report.applied ? { release: report.applied.release, appliedRevision: report.applied.revision } : {}),
    ...(report.finished ? { history: addToHistory(before.history, report.finished) } : {}),
  });
}

/** A plan that has left its step, or has ended, waits for nothing any more. */
function isAwaited(plan: PlanStatus | undefined): boolean {
  const step = plan?.steps?.find(({ action }) => action === 'awaitOnChain');
  return plan?.workflowId !== undefined && (step?.state === 'Waiting' || step?.state === 'Failed');
}
