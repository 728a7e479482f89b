import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  RetryState,
  TimeoutFailure,
  TimeoutType,
} from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { Step } from '../../src/contract/plan.ts';
import { stepProblem, wasCancelled } from '../../src/workflows/failures.ts';

const STEP: Step = {
  id: '04-await-batching/acme-batcher',
  type: 'awaitGate',
  component: { kind: 'OpBatcher', name: 'acme-batcher' },
  summary: 'batches arrive',
  limitSeconds: 60,
  safePointAfter: true,
};

function failed(cause: Error, retryState: RetryState = RetryState.NON_RETRYABLE_FAILURE): ActivityFailure {
  return new ActivityFailure('activity failed', 'awaitGate', STEP.id, retryState, 'worker', cause);
}

describe('the failure of a step', () => {
  it('that no retry can mend is shown as the activity said it', () => {
    const cause = ApplicationFailure.create({
      type: 'FencingRequired',
      message: 'unknown',
      nonRetryable: true,
      details: [{ fix: 'switch it off' }],
    });
    expect(stepProblem(STEP, failed(cause))).toEqual({
      type: 'FencingRequired',
      message: 'unknown',
      fix: 'switch it off',
    });
  });

  it('that ran out of time between two attempts is a GateTimeout with the last words', () => {
    const cause = ApplicationFailure.create({
      type: 'NotReadyYet',
      message: 'safe head stands still',
      nonRetryable: false,
    });
    expect(stepProblem(STEP, failed(cause, RetryState.TIMEOUT))).toMatchObject({
      type: 'GateTimeout',
      message: 'batches arrive: not done within 60 s; last seen: safe head stands still',
    });
  });

  it('that ran out of time within an attempt is a GateTimeout', () => {
    const cause = new TimeoutFailure('heartbeat', undefined, TimeoutType.HEARTBEAT);
    expect(stepProblem(STEP, failed(cause))).toMatchObject({ type: 'GateTimeout' });
  });

  it('of a type that this version does not know still has words and a way on', () => {
    const cause = ApplicationFailure.create({ type: 'FromTheFuture', message: 'strange', nonRetryable: true });
    expect(stepProblem(STEP, failed(cause))).toMatchObject({
      message: 'batches arrive: strange',
      fix: expect.stringContaining('retry'),
    });
  });
});

describe('a cancelled activity', () => {
  it.each([
    ['that was running', failed(new CancelledFailure('cancelled'), RetryState.CANCEL_REQUESTED), true],
    [
      'that was between two attempts',
      failed(ApplicationFailure.create({ type: 'NotReadyYet' }), RetryState.CANCEL_REQUESTED),
      true,
    ],
    ['that had not begun', new CancelledFailure('cancelled'), true],
    ['is not one that failed', failed(ApplicationFailure.create({ type: 'InvalidSpec' })), false],
    [
      'is not one that timed out',
      failed(new TimeoutFailure('t', undefined, TimeoutType.START_TO_CLOSE), RetryState.TIMEOUT),
      false,
    ],
  ])('%s', (_, error, cancelled) => {
    expect(wasCancelled(error)).toBe(cancelled);
  });
});
