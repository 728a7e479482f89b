/**
 * Keeps a network's status within 32 KiB, however large the plan: what people can find elsewhere (audit, Temporal)
 * gives way first. What the operator itself needs again (renders, approval, the current step) is never dropped.
 */
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import { cutText } from './conditions.ts';
import type { PlanStatus, StepStatus } from './plan-status.ts';

export const MAX_STATUS_BYTES = 32 * 1024;
const SHORT_HISTORY = 5;
const SHORT_MESSAGE = 256;
const STEPS_AROUND = [15, 4];

type Reduction = (status: OptimismNetworkStatus) => OptimismNetworkStatus;

/** Least painful first; applied one after the other until the status fits. */
const REDUCTIONS: readonly Reduction[] = [
  // Last words of steps that are over are in the audit.
  mapSteps((step) => (isCurrent(step) ? step : without(step, 'message'))),
  (status) => ({ ...status, ...(status.history ? { history: status.history.slice(0, SHORT_HISTORY) } : {}) }),
  // When a step ran is in the audit and in Temporal.
  mapSteps((step) => (isCurrent(step) ? step : without(step, 'startedAt', 'finishedAt'))),
  (status) => ({ ...status, ...(status.conditions ? { conditions: status.conditions.map(shorten) } : {}) }),
  ...STEPS_AROUND.map(
    (many): Reduction =>
      (status) => ({ ...status, ...(status.plan ? { plan: aroundCurrent(status.plan, many) } : {}) }),
  ),
  // In the audit, and in the ConfigMap of the plan.
  ({ history: _, ...status }) => ({
    ...status,
    ...(status.plan ? { plan: { ...status.plan, warnings: undefined } } : {}),
  }),
];

export function statusBytes(status: OptimismNetworkStatus): number {
  return Buffer.byteLength(JSON.stringify(status));
}

/** @returns the status itself when it fits */
export function boundStatus(status: OptimismNetworkStatus, limit = MAX_STATUS_BYTES): OptimismNetworkStatus {
  let bounded = status;
  for (const reduce of REDUCTIONS) {
    if (statusBytes(bounded) <= limit) break;
    bounded = reduce(bounded);
  }
  return bounded;
}

function mapSteps(change: (step: StepStatus) => StepStatus): Reduction {
  return (status) =>
    status.plan?.steps ? { ...status, plan: { ...status.plan, steps: status.plan.steps.map(change) } } : status;
}

function isCurrent({ state }: StepStatus): boolean {
  return state === 'Running' || state === 'Waiting' || state === 'Failed';
}

function without(step: StepStatus, ...fields: ('message' | 'startedAt' | 'finishedAt')[]): StepStatus {
  const left = { ...step };
  for (const field of fields) delete left[field];
  return left;
}

function shorten<T extends { message: string }>(condition: T): T {
  return { ...condition, message: cutText(condition.message, SHORT_MESSAGE) };
}

/** The first that is not over; the last one when all are. */
function currentStep(steps: readonly StepStatus[]): number {
  const index = steps.findIndex(({ state }) => state !== 'Done' && state !== 'Skipped');
  return index === -1 ? Math.max(0, steps.length - 1) : index;
}

function aroundCurrent(plan: PlanStatus, many: number): PlanStatus {
  const steps = plan.steps ?? [];
  const current = currentStep(steps);
  return { ...plan, steps: steps.slice(Math.max(0, current - many), current + many) };
}
