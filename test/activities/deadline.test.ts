import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Attempt, beat, currentAttempt } from '../../src/activities/deadline.ts';

const INFO = { startToCloseTimeoutMs: 60_000, heartbeatTimeoutMs: 5000 };

/** Only the clock: what a process sees that was frozen is that time has passed and no timer has fired. */
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

function within(play: (attempt: Attempt, environment: MockActivityEnvironment) => void): Promise<void> {
  const environment = new MockActivityEnvironment(INFO);
  return environment.run(async () => play(currentAttempt(), environment));
}

describe('an attempt', () => {
  it('may act while its heartbeats go out', () =>
    within((attempt, { context }) => {
      for (let second = 0; second < 50; second += 4) {
        vi.advanceTimersByTime(0);
        vi.setSystemTime(1_000_000 + second * 1000);
        beat(context);
      }
      expect(() => attempt.requireCurrent()).not.toThrow();
    }));

  it('may no longer act when it was frozen for longer than its heartbeat time-out', () =>
    within((attempt) => {
      vi.setSystemTime(1_000_000 + 5001);
      expect(() => attempt.requireCurrent()).toThrow('this attempt was frozen and may no longer act');
    }));

  it('does not come back by the heartbeats that follow when it wakes up', () =>
    within((attempt, { context }) => {
      vi.setSystemTime(1_000_000 + 6000);
      beat(context);
      vi.setSystemTime(1_000_000 + 7000);
      beat(context);
      expect(() => attempt.requireCurrent()).toThrow('frozen');
    }));

  it('stops five seconds before Temporal gives it up, however alive it is', () =>
    within((attempt, { context }) => {
      for (let second = 0; second <= 56; second += 4) {
        vi.setSystemTime(1_000_000 + second * 1000);
        beat(context);
      }
      expect(() => attempt.requireCurrent()).toThrow('may no longer act');
    }));

  it('stops when it is cancelled', () =>
    within((attempt, environment) => {
      environment.cancel();
      expect(attempt.signal.aborted).toBe(true);
      expect(() => attempt.requireCurrent()).toThrow();
    }));
});
