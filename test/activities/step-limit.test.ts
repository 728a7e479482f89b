import { describe, expect, it } from 'vitest';
import { isOutage, stepFailure, type Waited, waitedUntil } from '../../src/activities/steps/step-limit.ts';
import { OperatorError } from '../../src/contract/failures.ts';
import { KubeApiError, KubeUnreachableError } from '../../src/kube/index.ts';

/** Waiting time, in seconds, after attempts that began at these seconds. */
function waitedAfter(...seconds: number[]): number {
  const kept = seconds.reduce<Waited>((before, second) => waitedUntil(second * 1000, before), {});
  return (kept.waitedMs ?? 0) / 1000;
}

describe('how long a step has been tried', () => {
  it('is nothing at the first attempt', () => expect(waitedAfter(1000)).toBe(0));

  it('counts from the first attempt on', () => expect(waitedAfter(1000, 1002, 1012, 1022)).toBe(22));

  it('has an hour without a worker as one pause', () => expect(waitedAfter(1000, 1010, 4610, 4612)).toBe(42));

  it('is not less after a clock was set back', () => expect(waitedAfter(1000, 1010, 900, 905)).toBe(15));

  it('has nothing of what was given back, and goes on from there', () => {
    expect(waitedUntil(9_000_000, { waitedMs: 7000, attemptAt: undefined })).toEqual({
      waitedMs: 7000,
      attemptAt: 9_000_000,
    });
  });
});

const kubeError = (status: number) => new KubeApiError({ status, reason: '', message: `answered ${status}` });
const problem = (type: OperatorError['type']) => new OperatorError({ type, message: 'the words', fix: 'the fix' });

describe('a failure', () => {
  it.each([
    ['a gate that waits', problem('NotReadyYet')],
    ['a webhook that answers 500', kubeError(500)],
    ['a conflict that never ends', kubeError(409)],
    ['an error that nobody knows', new TypeError('x is undefined')],
    ['an L1 that does not answer', problem('L1Unavailable')],
  ])('past the limit is final, with its last words: %s', (_, error) => {
    const before = stepFailure(error, 59_000, 60);
    expect(before.type).not.toBe('GateTimeout');
    const after = stepFailure(error, 60_000, 60);
    expect(after).toMatchObject({ type: 'GateTimeout', fix: before.fix });
    expect(after.message).toBe(`${before.message} (waited 60 s, the limit is 60 s)`);
  });

  it.each(['NotExecutor', 'FencingRequired', 'InvalidSpec'] as const)('%s is the same past the limit', (type) => {
    expect(stepFailure(problem(type), 3_600_000, 60)).toMatchObject({ type, message: 'the words' });
  });
});

describe('an outage of the API server', () => {
  it.each([
    ['nobody answered', new KubeUnreachableError('no answer'), true],
    ['nobody answered whoever was asked on behalf', new Error('audit', { cause: new KubeUnreachableError('x') }), true],
    ['only the load balancer answered', kubeError(503), true],
    ['a webhook answered', kubeError(500), false],
    ['the answer was no', kubeError(403), false],
    ['something else does not answer', problem('L1Unavailable'), false],
  ])('%s', (_, error, expected) => expect(isOutage(error)).toBe(expected));
});
