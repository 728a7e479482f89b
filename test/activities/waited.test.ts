import { expect, test } from 'vitest';
import { type Waited, waitedUntil } from '../../src/activities/steps/step-context.ts';

/** Waiting time, in seconds, after attempts that began at these seconds. */
function waitedAfter(...seconds: number[]): number {
  const kept = seconds.reduce<Waited>((before, second) => waitedUntil(second * 1000, before), {});
  return (kept.waitedMs ?? 0) / 1000;
}

test('the first attempt has not waited', () => expect(waitedAfter(1000)).toBe(0));

test('attempts that follow each other count from the first one on', () =>
  expect(waitedAfter(1000, 1002, 1012, 1022)).toBe(22));

test('an hour without a worker counts as one pause', () => expect(waitedAfter(1000, 1010, 4610, 4612)).toBe(42));

test('a clock that was set back takes nothing away', () => expect(waitedAfter(1000, 1010, 900, 905)).toBe(15));
