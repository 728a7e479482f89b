import { expect, test } from 'vitest';
import type { Plan } from '../../src/contract/plan.ts';
import { planOf } from '../../src/plan/plan-hash.ts';
import { isRepairBeside, runningPlan } from '../../src/plan/repair-beside.ts';
import { change as changeOf, draftOf, networkOf, refOf } from './network-of.ts';

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

/** The active one restarts, the standby stands in. */
const relayed = (returns: boolean) =>
  runningPlan(
    planOf(
      draftOf(
        networkOf(
          [
            { role: 'sequencer', state: 'changed, restarting' },
            { role: 'standby', state: 'as wished' },
          ],
          { succession: { returns, deputies: ['standby'] } },
        ),
      ),
      () => 'hash',
    ),
  );
/** Somebody has to be started: nobody sequences. */
const start = (name: string) => plan({ role: 'sequencer', name, state: 'drifted in its template' });

test('there is nobody any more who could hand over: the other one is started in place of the plan', () => {
  expect(isRepairBeside(start('standby'), relayed(false))).toBe(true);
});

test('the one that sequences again at the end is not started before it has restarted', () => {
  expect(relayed(true).heirs).toEqual([]);
  expect(isRepairBeside(start('sequencer'), relayed(true))).toBe(false);
});

test('a second sequencer is never the doing of a plan that hands none over', () => {
  const pod = { object: 'Pod/standby-0', fields: [{ path: 'admin_sequencerActive' }] };
  const input = networkOf([{ role: 'standby', state: 'as wished' }]);
  const observed = input.observed.map((item) => ({ ...item, drift: [changeOf(refOf('standby'), pod)] }));
  const stop = planOf(draftOf({ ...input, observed }), () => 'hash');
  const moved = runningPlan(plan({ role: 'standby', state: 'changed, restarting' }));
  expect(isRepairBeside(stop, moved)).toBe(true);
  expect(isRepairBeside(stop, relayed(true))).toBe(false);
});
