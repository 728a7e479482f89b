/**
 * Plans from any state to any other one, cut off anywhere: what a new look makes of what was left always ends in what is
 * wished, and at no moment are there two of what there must be one of.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PlanningInput } from '../../src/plan/desired.ts';
import { numberedPlan } from './numbered-plan.ts';
import { type Component, type Wish, World } from './simulated-world.ts';

const COMPONENTS: readonly Component[] = [
  { name: 'acme', role: 'network', replicas: 0 },
  { name: 'a', role: 'sequencer', replicas: 1 },
  { name: 'b', role: 'sequencer', replicas: 1 },
  { name: 'replica', role: 'replica', replicas: 2 },
  { name: 'batcher', role: 'batcher', replicas: 1 },
  { name: 'proposer', role: 'proposer', replicas: 1 },
  { name: 'challenger', role: 'challenger', replicas: 1 },
];

const version = fc.constantFrom(1, 2);
const versions = fc.record(
  Object.fromEntries(COMPONENTS.map(({ name }) => [name, version])) as Record<string, typeof version>,
);
const preferred = fc.constantFrom('a', 'b', undefined);

/** Whoever has been wished stays wished: what goes is a teardown, which has tests of its own. */
function wishOf(of: Readonly<Record<string, number>>, prefers: string | undefined, without: readonly string[]): Wish {
  const kept = Object.entries(of).filter(([name]) => !without.includes(name));
  const isThere = prefers !== undefined && !without.includes(prefers);
  return { versions: Object.fromEntries(kept), ...(isThere ? { preferred: prefers } : {}) };
}

const missing = fc.subarray(['b', 'replica', 'batcher', 'proposer', 'challenger']);
/** After how many parts of a plan everything ends and begins anew; then nothing is cut off any more. */
const cuts = fc.array(fc.nat({ max: 40 }), { maxLength: 4 });
const MOST_PLANS = 12;

function goTo(world: World, wish: Wish, cutOffs: readonly number[]): string[] {
  return playAll(world, () => world.input(wish), cutOffs);
}

/** As the look has it: what ran before is wished, and who sequenced before. */
function goBack(world: World, former: Wish, cutOffs: readonly number[]): string[] {
  return playAll(world, (): PlanningInput => ({ ...world.input(former), rollsBack: 'upgrade' }), cutOffs);
}

/** Plans that lead there, the last of them cut off as well. */
function playUntil(world: World, wish: Wish, cutOffs: readonly number[]): string[] {
  return playAll(world, () => world.input(wish), cutOffs, cutOffs.length);
}

function playAll(
  world: World,
  input: () => PlanningInput,
  cutOffs: readonly number[],
  mostPlans = cutOffs.length + MOST_PLANS,
): string[] {
  const story: string[] = [];
  for (let round = 0; round < mostPlans; round++) {
    const plan = numberedPlan(input());
    if (!plan) return story;
    const most = cutOffs[round] ?? Number.POSITIVE_INFINITY;
    let parts = 0;
    let last = '';
    if (most > 0)
      for (const step of world.play(plan)) {
        last = step;
        parts += 1;
        if (parts >= most) break;
      }
    story.push(`${plan.summary} until ${last}`);
  }
  if (mostPlans === cutOffs.length) return story;
  throw new Error(`no end after ${story.join(' | ')}: ${world.describe()}`);
}

it('every plan ends in what is wished, also after it was cut off anywhere, and never two sequence', () => {
  let plans = 0;
  fc.assert(
    fc.property(
      fc.record({ versions, preferred, missing, isThere: fc.boolean() }),
      fc.array(fc.record({ versions, preferred, cuts }), { minLength: 1, maxLength: 3 }),
      (first, wishes) => {
        const world = new World(COMPONENTS);
        if (first.isThere) world.settle(wishOf(first.versions, first.preferred, first.missing));
        for (const { versions: next, preferred: prefers, cuts: cutOffs } of wishes) {
          const wish = wishOf(next, prefers, []);
          const story = goTo(world, wish, cutOffs);
          plans += story.length;
          expect(world.violations, story.join(' | ')).toEqual([]);
          expect(world.isAt(wish), `${story.join(' | ')}: ${world.describe()}`).toBe(true);
        }
      },
    ),
    { numRuns: 500 },
  );
  expect(plans).toBeGreaterThan(500);
});

it('the way back from any cut ends in what ran before, also after it was cut off anywhere, and never two sequence', () => {
  let plans = 0;
  fc.assert(
    fc.property(
      fc.record({ versions, preferred }),
      fc.record({ versions, preferred, cuts: fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 3 }) }),
      cuts,
      (before, next, cutOffs) => {
        const world = new World(COMPONENTS);
        const former = wishOf(before.versions, before.preferred, []);
        const wish = wishOf(next.versions, next.preferred, []);
        world.settle(former);
        const state = { versions: former.versions, preferred: world.active };
        const there = playUntil(world, wish, next.cuts);
        const back = goBack(world, state, cutOffs);
        plans += back.length;
        const story = [...there, 'back', ...back].join(' | ');
        expect(world.violations, story).toEqual([]);
        expect(world.isAt(state), `${story}: ${world.describe()}`).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
  expect(plans).toBeGreaterThan(250);
});
