/**
 * A hand-over that is disturbed at each of its moments: at every effect, and before and after every question that it asks
 * a program. Whoever dies or comes too late: never two sequence, and at the end one does.
 */
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, inject, it } from 'vitest';
import { EFFECTS, MOMENTS } from '../crash/fault-points.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { OF_B, type Scene, useScenes } from './hand-over-scene.ts';

const at = (names: readonly string[], ...ends: readonly [string, string]) =>
  names.flatMap((name) => ends.map((end) => `handOverSequencer/${name}/${end}`));

/** What a hand-over between two sequencers comes to when nothing is in its way. */
const EFFECTS_OF_ALL = ['allow', 'stop', 'start', 'service'];
const isOfAll = (names: readonly string[], name: string) => names.includes(name);
const POINTS = [
  ...at(EFFECTS_OF_ALL, 'before', 'after'),
  ...at(
    MOMENTS.handOverSequencer.filter((moment) => !isOfAll(['proof', 'rest', 'own-head'], moment)),
    'asks',
    'answered',
  ),
];

const scenes = useScenes(() => inject('kubeconfigPath'));

/** Strikes once, at the n-th time that the point is reached. */
function once(point: string, strike: () => Promise<void> | void, n = 1) {
  let times = 0;
  return async (reached: string) => {
    if (reached !== point) return;
    times += 1;
    if (times === n) await strike();
  };
}

/** What it says when it has come to its end, whoever sequences then. */
async function endOf(scene: Scene): Promise<string> {
  const end = await scene.end();
  return typeof end === 'string' ? 'over' : (end.type ?? '');
}

async function expectOne(scene: Scene): Promise<void> {
  const [active] = scene.sequencing();
  await scene.expectActive(active === 'b' ? 'b' : 'a');
}

describe.concurrent('a hand-over', { timeout: 90_000 }, () => {
  it('comes to each of these moments, and no other', async () => {
    await using scene = await scenes.open();
    const reached = new Set<string>();
    await scene.attempt({
      reached: async (point) => {
        reached.add(point);
      },
    });
    const isOfStep = (point: string) => !/\/(step)\//.test(point);
    expect([...reached].filter(isOfStep).sort()).toEqual([...POINTS].sort());
  });

  it.each(POINTS)('whose worker dies at %s is finished by the next one, which knows nothing of it', async (point) => {
    await using scene = await scenes.open();
    await scene.failure({ diesAt: point });
    expect(await endOf(scene)).toBe('over');
    expect([scene.asked('a', 'stop'), scene.asked('b', 'start')]).toEqual([1, 1]);
    await scene.expectActive('b');
  });

  it.each([
    ...POINTS.map((point) => [point, 1] as const),
    ['handOverSequencer/allow/before', 2] as const,
    ['handOverSequencer/allow/after', 2] as const,
  ])('whose candidate dies at %s (%i), and comes back as its key says, has one at the end', async (point, n) => {
    await using scene = await scenes.open();
    const { b } = scene.nodes;
    const first = await scene.attempt({ reached: once(point, () => scene.kill('b'), n) });
    if (b.mood === 'error') {
      await scene.restart('b');
      // It has heard of every block since.
      scene.chain.connect(b);
    }
    const isOver = typeof first === 'string' || first.nonRetryable;
    if (!isOver) expect(['over', 'GateFailed']).toContain(await endOf(scene));
    // One that dies when it is done is no matter of a hand-over: it has its key, and goes on.
    await waitUntil('one sequences', () => scene.sequencing().length === 1 || undefined);
    await expectOne(scene);
  });

  it.each(POINTS.filter((point) => /(before|asks)$/.test(point)))(
    'whose worker is cut off at %s, and goes on when another one has finished, does nothing any more',
    async (point) => {
      await using scene = await scenes.open();
      const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
      const { promise: arrived, resolve: isHeld } = Promise.withResolvers<void>();
      const zombie = scene.attempt({
        reached: once(point, () => {
          isHeld();
          return held;
        }),
      });
      await arrived;
      expect(await endOf(scene)).toBe('over');
      letGo();
      await zombie;
      expect(scene.asked('b', 'start')).toBeLessThanOrEqual(2);
      await scene.expectActive('b', OF_B);
    },
  );

  it.each(['handOverSequencer/allow/before', 'handOverSequencer/start/before'])(
    'that was cut off at %s (2) gives nobody a key while another one goes back',
    async (point) => {
      await using scene = await scenes.open();
      const { a, b } = scene.nodes;
      const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
      const { promise: arrived, resolve: isHeld } = Promise.withResolvers<void>();
      const n = point.includes('allow') ? 2 : 1;
      const zombie = scene.attempt({
        reached: once(
          point,
          () => {
            isHeld();
            return held;
          },
          n,
        ),
      });
      await arrived;
      // The candidate is away, and the one that comes after starts the old one again.
      b.mood = 'error';
      await scene.attempt();
      b.mood = 'answers';
      expect(await endOf(scene)).toBe('GateFailed');
      letGo();
      expect(await zombie).toBeInstanceOf(ApplicationFailure);
      expect([a.sequences, b.sequences]).toEqual([true, false]);
      await scene.expectActive('a');
    },
  );
});

it('every effect of a hand-over is played somewhere', () => {
  expect([...EFFECTS.handOverSequencer].sort()).toEqual([...EFFECTS_OF_ALL, 'delete-pod', 'stop-other'].sort());
});
