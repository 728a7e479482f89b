import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Step } from '../../src/contract/plan.ts';
import type { PlanningInput } from '../../src/plan/desired.ts';
import { planOf } from '../../src/plan/plan-hash.ts';
import { makePlan } from '../../src/plan/planner.ts';
import { renderDigest } from '../../src/render/digest.ts';
import { leaving, networkOf, type State } from './network-of.ts';

const STATES: readonly State[] = [
  'new',
  'as wished',
  'changed',
  'changed, restarting',
  'scaled up',
  'scaled down',
  'drifted',
  'drifted in its template',
  'lost',
  'changed and lost',
  'changed and half-way',
  'rendered differently',
  'rendered differently, restarting',
];

const state = fc.constantFrom(...STATES);
const strayPods = fc.constantFrom([], [], ['stray-0']);
const component = fc.oneof(
  fc.record({ role: fc.constant('network' as const), state }),
  fc.record({ role: fc.constant('sequencer' as const), state, strayPods }),
  fc.record({ role: fc.constant('standby' as const), state, strayPods }),
  fc.record({ role: fc.constant('batcher' as const), state, strayPods }),
  fc.record({
    role: fc.constant('replica' as const),
    name: fc.constantFrom('replica-a', 'replica-b', 'replica-c'),
    state,
    strayPods,
    desired: fc.record({ replicas: fc.integer({ min: 0, max: 4 }), changesForks: fc.boolean() }),
  }),
);
const rollouts = fc
  .uniqueArray(component, { selector: (item) => ('name' in item ? item.name : item.role), maxLength: 6 })
  .map((given) => networkOf(given));
const teardowns = fc
  .record({
    roles: fc.uniqueArray(
      fc.constantFrom('sequencer' as const, 'standby' as const, 'batcher' as const, 'replica' as const),
      {
        minLength: 1,
      },
    ),
    deleting: fc.boolean(),
    namespaceTerminating: fc.boolean(),
  })
  .map(({ roles, deleting, namespaceTerminating }) =>
    networkOf([], {
      deleting,
      namespaceTerminating,
      leaving: leaving(...roles, ...(deleting ? ['network' as const] : [])),
    }),
  );
const inputs = fc.oneof({ arbitrary: rollouts, weight: 4 }, { arbitrary: teardowns, weight: 1 });

function planFor(input: PlanningInput) {
  const planned = makePlan(input);
  return planned.type === 'plan' ? planOf(planned.draft, renderDigest) : undefined;
}

/** Without what is asked of all nodes together, after all of them. */
function ofComponents(steps: readonly Step[]): readonly Step[] {
  return steps.filter(({ gates }) => !gates?.includes('same-chain'));
}

/** Plans by all inputs, with the check that most inputs have one: a property of nothing proves nothing. */
function forAllPlans(check: (plan: NonNullable<ReturnType<typeof planFor>>, input: PlanningInput) => void): void {
  let plans = 0;
  fc.assert(
    fc.property(inputs, (input) => {
      const plan = planFor(input);
      if (!plan) return;
      plans += 1;
      check(plan, input);
    }),
    { numRuns: 500 },
  );
  expect(plans).toBeGreaterThan(250);
}

describe('every plan', () => {
  it('is the same for the same input, in a thousand looks', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const first = JSON.stringify(makePlan(input));
        for (let look = 0; look < 10; look++) expect(JSON.stringify(makePlan(structuredClone(input)))).toBe(first);
      }),
      { numRuns: 100 },
    );
  });

  it('has ids that are unique', () => {
    forAllPlans(({ steps }) => expect(new Set(steps.map(({ id }) => id)).size).toBe(steps.length));
  });

  it('asks whether somebody else sequences before it starts a sequencer', () => {
    forAllPlans(({ steps }) => {
      for (const [index, { type, component }] of steps.entries()) {
        if (type !== 'startSequencer') continue;
        expect(steps[index - 1]).toMatchObject({ gates: ['no-foreign-sequencer'], component });
      }
    });
  });

  it('stops a batcher that it changes before the new one starts', () => {
    forAllPlans(({ kind, changes, steps }) => {
      const restarted = changes.some(({ component, restartsPods }) => component.kind === 'OpBatcher' && restartsPods);
      // One that was scaled to nothing is not there to be stopped.
      const ran = !changes.some(
        ({ component, fields }) =>
          component.kind === 'OpBatcher' &&
          fields.some(({ path, from, to }) => path === 'spec.replicas' && Number(to) > Number(from)),
      );
      if (kind === 'drift' || !restarted || !ran) return;
      // Nor does it hurt to ask first whether somebody else has taken over from one that does not run.
      const own = steps
        .filter(({ component, gates }) => component.kind === 'OpBatcher' && !gates?.includes('no-foreign-batcher'))
        .map(({ type }) => type);
      expect(own.slice(0, 2)).toEqual(['stopBatcher', 'applyComponent']);
    });
  });

  it('asks whether somebody else batches before it applies a batcher that was not there', () => {
    forAllPlans(({ steps }, { observed }) => {
      const isNew = observed.some(({ component, verified }) => component.kind === 'OpBatcher' && !verified);
      const own = steps.filter(({ component }) => component.kind === 'OpBatcher');
      const [first] = own;
      if (isNew && first && first.type !== 'stopBatcher') expect(first.gates).toContain('no-foreign-batcher');
    });
  });

  it('has the section of the network first in a rollout, and nothing but finalizers after the first of them', () => {
    forAllPlans(({ kind, steps }) => {
      const types = steps.map(({ type }) => type);
      const ofNetwork = ofComponents(steps).map(({ component }) => component.kind === 'OptimismNetwork');
      if (kind !== 'teardown') expect(ofNetwork).toEqual([...ofNetwork].sort((a, b) => Number(b) - Number(a)));
      const firstFinalizer = types.indexOf('removeFinalizers');
      expect(
        types.slice(firstFinalizer < 0 ? types.length : firstFinalizer).every((type) => type === 'removeFinalizers'),
      ).toBe(true);
    });
  });

  it('lets go of every object that it deletes, and of no other', () => {
    forAllPlans(({ steps }) => {
      const of = (type: string) => steps.filter((step) => step.type === type).map(({ component }) => component.name);
      expect(of('removeFinalizers').sort()).toEqual(of('deleteComponent').sort());
    });
  });

  it('notes each component that it applies as rolled out with the last of its steps', () => {
    forAllPlans(({ steps }) => {
      for (const { type, component, render } of steps) {
        if (type !== 'applyComponent' && type !== 'storeConfig') continue;
        const last = ofComponents(steps).findLast(
          (step) => step.component.kind === component.kind && step.component.name === component.name,
        );
        expect(last).toMatchObject({ completes: true, render });
      }
    });
  });

  it('applies what is wished, unless it is a repair', () => {
    forAllPlans(({ kind, renders }, { desired }) => {
      const wished = renders.every(({ digest }) => desired.some(({ render }) => render === digest));
      if (kind !== 'drift') expect(wished).toBe(true);
    });
  });

  it('fits into a status and a workflow', () => {
    forAllPlans((plan) => expect(JSON.stringify(plan).length).toBeLessThan(64 * 1024));
  });
});
