/** Time-outs and retries of every activity, by class (design: one proxy for each profile, not one for each call). */

import type { RetryPolicy } from '@temporalio/common';
import { ActivityCancellationType, type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { EntityActivities, StepActivities } from '../contract/activities.ts';
import { NON_RETRYABLE_FAILURES } from '../contract/failures.ts';
import type { StepProfile } from '../contract/plan.ts';

const untilItWorks: RetryPolicy = { initialInterval: '1 second', maximumInterval: '10 seconds', backoffCoefficient: 2 };

/** A step that no retry can mend halts its plan. */
const retry: RetryPolicy = { ...untilItWorks, nonRetryableErrorTypes: [...NON_RETRYABLE_FAILURES] };

/**
 * The cancellation type is always written: left out, the SDK behaves as TRY_CANCEL whatever its types say, and a
 * cancelled step would still be acting while the next plan begins.
 */
const whileActing = { retry, cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED } as const;

const STEP_PROFILES: Record<StepProfile, ActivityOptions> = {
  quick: { ...whileActing, startToCloseTimeout: '10 seconds', heartbeatTimeout: '5 seconds' },
  apply: { ...whileActing, startToCloseTimeout: '30 seconds', heartbeatTimeout: '5 seconds' },
  gate: { ...whileActing, startToCloseTimeout: '15 seconds', heartbeatTimeout: '5 seconds' },
  chain: { ...whileActing, startToCloseTimeout: '60 seconds', heartbeatTimeout: '5 seconds' },
};

export function stepActivities(profile: StepProfile) {
  return proxyActivities<StepActivities>(STEP_PROFILES[profile]);
}

/** Nobody is there to handle a failure of these: whatever it is, the pending activity says it until it works again. */
export const entityActivities = proxyActivities<Pick<EntityActivities, 'look' | 'report'>>({
  retry: untilItWorks,
  startToCloseTimeout: '60 seconds',
  heartbeatTimeout: '10 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

/** Asks nobody and so needs no beats: one that was lost with its worker is soon begun again. */
export const settleActivity = proxyActivities<Pick<EntityActivities, 'settle'>>({
  retry: untilItWorks,
  startToCloseTimeout: '5 seconds',
  cancellationType: ActivityCancellationType.TRY_CANCEL,
});

/**
 * One attempt is one probe; between attempts nothing runs and nothing is written to history. TRY_CANCEL: whoever
 * cancels an observation does not wait for a probe of a node that may hang.
 */
export const observeActivity = proxyActivities<Pick<EntityActivities, 'observe'>>({
  retry: { initialInterval: '5 seconds', maximumInterval: '5 minutes', backoffCoefficient: 1 },
  startToCloseTimeout: '60 seconds',
  heartbeatTimeout: '10 seconds',
  cancellationType: ActivityCancellationType.TRY_CANCEL,
});
