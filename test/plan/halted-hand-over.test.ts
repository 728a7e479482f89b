/**
 * Whatever a hand-over that ended half-way has left, of keys, Service, and who sequences: the next plans lead to one that
 * sequences, that does so after a restart, and that is led to. Every combination is played.
 */
import { describe, expect, it } from 'vitest';
import { numberedPlan } from './numbered-plan.ts';
import { type Component, type Wish, World } from './simulated-world.ts';

const COMPONENTS: readonly Component[] = [
  { name: 'acme', role: 'network', replicas: 0 },
  { name: 'a', role: 'sequencer', replicas: 1 },
  { name: 'b', role: 'sequencer', replicas: 1 },
];
const VERSIONS = { acme: 1, a: 1, b: 1 };

const subsets = [[], ['a'], ['b'], ['a', 'b']];
const CASES = subsets.flatMap((keys) =>
  [undefined, 'a', 'b'].flatMap((ledTo) =>
    subsets.flatMap((active) =>
      (['a', 'b', undefined] as const).flatMap((lastActive) =>
        (['a', 'b', undefined] as const).map((preferred) => ({ keys, ledTo, active, lastActive, preferred })),
      ),
    ),
  ),
);

function named({ keys, ledTo, active, lastActive, preferred }: (typeof CASES)[number]) {
  const of = (...names: readonly (string | undefined)[]) => names.filter(Boolean).join('+') || 'nobody';
  return `keys of ${of(...keys)}, led to ${of(ledTo)}, ${of(...active)} active, ${of(lastActive)} seen last, ${of(preferred)} preferred`;
}

describe('what has halted half-way heals', () => {
  it.each(CASES.map((left) => [named(left), left] as const))(
    '%s',
    (_, { keys, ledTo, active, lastActive, preferred }) => {
      const world = new World(COMPONENTS);
      const wish: Wish = { versions: VERSIONS, ...(preferred === undefined ? {} : { preferred }) };
      world.settle({ versions: VERSIONS, preferred: lastActive ?? 'a' });
      world.leave({ keys, ledTo, active, ...(lastActive === undefined ? { isForgotten: true } : {}) });
      const story: string[] = [];
      for (let plan = numberedPlan(world.input(wish)); plan; plan = numberedPlan(world.input(wish))) {
        story.push(plan.summary);
        expect(story.length, story.join(' | ')).toBeLessThan(8);
        for (const _part of world.play(plan)) if (active.length < 2) expect(world.sequencing.length).toBeLessThan(2);
      }
      expect(world.isAt(wish), `${story.join(' | ')}: ${world.describe()}`).toBe(true);
      expect(world.sequencing).toHaveLength(1);
    },
  );
});
