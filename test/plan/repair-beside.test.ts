import { expect, test } from 'vitest';
import type { Plan } from '../../src/contract/plan.ts';
import { planOf } from '../../src/plan/plan-hash.ts';
import { isRepairBeside, runningPlan } from '../../src/plan/repair-beside.ts';
import { draftOf, networkOf } from './network-of.ts';

const plan = (...given: Parameters<typeof networkOf>[0]): Plan => planOf(draftOf(networkOf(given)), () => 'hash');
const change = runningPlan(plan({ role: 'replica', state: 'changed, restarting' }));

test('a repair of something else is due beside a change', () => {
  expect(isRepairBeside(plan({ role: 'batcher', state: 'drifted' }), change)).toBe(true);
});

test('what the change touches looks broken while it is changed', () => {
  expect(isRepairBeside(plan({ role: 'replica', state: 'drifted' }), change)).toBe(false);
});

test('a StatefulSet that is gone is never the doing of a change', () => {
  expect(isRepairBeside(plan({ role: 'replica', state: 'lost' }), change)).toBe(true);
});

test('another change waits', () => {
  expect(isRepairBeside(plan({ role: 'batcher', state: 'changed' }), change)).toBe(false);
  expect(isRepairBeside(undefined, change)).toBe(false);
});

test('a repair is gone on with', () => {
  const repair = runningPlan(plan({ role: 'replica', state: 'lost' }));
  expect(isRepairBeside(plan({ role: 'batcher', state: 'lost' }), repair)).toBe(false);
});
