/**
 * Hand-overs that find what another one has left half-way: whatever keys and Service say, and whoever sequences, one
 * sequences at the end, goes on after a restart and is led to; at no moment are there two. And pods that nobody expects.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, inject, it } from 'vitest';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { AS_BEFORE, type Begin, type Keys, NOBODY, OF_B, useScenes } from './hand-over-scene.ts';
import { opNodeAt } from './op-node-at.ts';

const scenes = useScenes(() => inject('kubeconfigPath'));

const KEYS: readonly (readonly [string, Keys])[] = [
  ['a', AS_BEFORE],
  ['b', OF_B],
  ['nobody', NOBODY],
  ['both', { a: 'false', b: 'false', c: 'true' }],
];
const ACTIVE: readonly (readonly ('a' | 'b')[])[] = [['a'], ['b'], [], ['a', 'b']];
const CASES = KEYS.flatMap(([whose, keys]) =>
  ([undefined, 'a', 'b'] as const).flatMap((ledTo) =>
    ACTIVE.map((active): [string, Begin] => [
      `the key of ${whose}, led to ${ledTo ?? 'nobody'}, ${active.join(' and ') || 'nobody'} active`,
      { keys, active, ...(ledTo ? { ledTo } : {}) },
    ]),
  ),
);

describe.concurrent('a hand-over', { timeout: 90_000 }, () => {
  it.each(CASES)('that finds %s ends with the other one', async (_, begin) => {
    await using scene = await scenes.open(begin);
    expect(await scene.end()).toMatch(/^a → b at block|^b sequences already$/);
    // Two of them are what the test itself has begun with.
    if (begin.active?.length === 2) scene.chain.violations.splice(0);
    await scene.expectActive('b');
  });

  it.each(CASES.filter(([, { active = [] }]) => !active.includes('b')))(
    'that finds %s, and a candidate that does not answer, leaves the old one in its place',
    async (_, begin) => {
      await using scene = await scenes.open(begin);
      scene.kill('b');
      await scene.attempt();
      // Until it is known what the other one does, nobody starts.
      expect(scene.sequencing()).toEqual(begin.active);
      await scene.restart('b');
      if (scene.nodes.b.sequences) return;
      await scene.end();
      expect(scene.sequencing()).toHaveLength(1);
      await scene.expectActive(scene.nodes.a.sequences ? 'a' : 'b');
    },
  );

  it('that can not go on yet gives the key back that an attempt before has taken', async () => {
    await using scene = await scenes.open();
    await scene.failure({ diesAt: 'handOverSequencer/stop/before' });
    expect(await scene.keys()).toEqual(NOBODY);
    const { a, b } = scene.nodes;
    b.mood = 'error';
    expect(await scene.failure()).toMatchObject({ type: 'NotReadyYet' });
    await scene.expectActive('a');
    b.mood = 'answers';
    scene.chain.cutOff(b);
    for (let block = 0; block < 3; block++) scene.chain.make(a);
    expect(await scene.failure()).toMatchObject({
      type: 'NotReadyYet',
      message: expect.stringMatching(/^b is at block/),
    });
    await scene.expectActive('a');
    scene.chain.connect(b);
    expect(await scene.end()).toMatch(/^a → b/);
    await scene.expectActive('b');
  });

  it('asks nothing but for the last block between the stop and the start, and writes nothing but the key', async () => {
    await using scene = await scenes.open({ running: ['c'] });
    const { a, b, c } = scene.nodes;
    const asked: number[] = [];
    a.onStop = async () => {
      asked.push(c.asked.length);
      return undefined;
    };
    b.onStart = async () => {
      asked.push(c.asked.length);
      return undefined;
    };
    const points: string[] = [];
    await scene.attempt({
      reached: async (point) => {
        points.push(point.replace('handOverSequencer/', ''));
      },
    });
    const between = points.slice(points.indexOf('stop/after') + 1, points.indexOf('start/before'));
    expect([...new Set(between)]).toEqual(['last-block/asks', 'last-block/answered', 'allow/before', 'allow/after']);
    expect(asked[0]).toBeGreaterThan(0);
    expect(asked[1]).toBe(asked[0]);
    await scene.expectActive('b');
  });

  it('stops the old one in the first half of a block time, however long it takes to write the keys', async () => {
    await using scene = await scenes.open({ blockMs: 1000 });
    let sinceBlock = 0;
    scene.nodes.a.onStop = async () => {
      sinceBlock = Date.now() - scene.chain.madeAt;
      return undefined;
    };
    let isSlow = true;
    await scene.attempt({
      reached: async (point) => {
        if (point !== 'handOverSequencer/allow/before' || !isSlow) return;
        isSlow = false;
        await delay(700);
      },
    });
    // With what a machine takes on which everything of this is played at once.
    expect(sinceBlock).toBeLessThan(500);
    await scene.expectActive('b');
  });

  describe('where an OpNode has more than one pod', () => {
    const strayOf = (name: string) => opNodeAt(`stray ${inject('kubeconfigPath')} ${name}`, false);

    it('stops nobody while one of the candidate can not be asked', async () => {
      await using scene = await scenes.open();
      await using stray = await strayOf('of b, silent');
      stray.mood = 'error';
      await scene.createPod('b', { name: `${scene.network}-b-copy`, of: stray });
      expect(await scene.failure()).toMatchObject({
        message: expect.stringMatching(/^whether \S+-b-copy sequences is unknown/),
      });
      expect(await scene.failure({ laterMs: 40_000 })).toMatchObject({ type: 'FencingRequired' });
      await scene.expectUntouched();
      stray.mood = 'answers';
      expect(await scene.end()).toMatch(/^a → b/);
      await scene.expectActive('b');
    });

    it('does not start while one of the old one may sequence', async () => {
      await using scene = await scenes.open({ active: [] });
      await using stray = await strayOf('of a, silent');
      stray.mood = 'error';
      await scene.createPod('a', { name: `${scene.network}-a-copy`, of: stray });
      expect(await scene.failure()).toMatchObject({
        message: expect.stringMatching(/^whether \S+-a-copy sequences is unknown/),
      });
      expect(scene.asked('b', 'start')).toBe(0);
      stray.head = scene.nodes.a.head;
      stray.mood = 'answers';
      expect(await scene.end()).toMatch(/^a → b/);
      await scene.expectActive('b');
    });

    it('ends a second one of the old one before it hands over', async () => {
      await using scene = await scenes.open();
      await using stray = await strayOf('of a, active');
      stray.sequences = true;
      await scene.createPod('a', { name: `${scene.network}-a-copy`, of: stray });
      expect(await scene.failure()).toMatchObject({
        message: expect.stringMatching(/sequenced too and was told to stop$/),
      });
      expect([scene.nodes.a.sequences, stray.sequences].filter(Boolean)).toHaveLength(1);
      expect(await scene.end()).toMatch(/^a → b/);
      expect(stray.sequences).toBe(false);
      await scene.expectActive('b');
    });

    it('goes back only when every pod of the candidate is known to be stopped', async () => {
      await using scene = await scenes.open();
      await using stray = await strayOf('of b, later');
      const { a, b } = scene.nodes;
      a.onStop = async () => {
        scene.chain.cutOff(b);
        scene.chain.make(a);
        await scene.createPod('b', { name: `${scene.network}-b-copy`, of: stray });
        stray.mood = 'error';
        return undefined;
      };
      expect(await scene.failure()).toMatchObject({
        message: expect.stringMatching(/^whether \S+-b-copy sequences is unknown/),
      });
      expect(a.sequences).toBe(false);
      stray.mood = 'answers';
      expect(await scene.end()).toMatchObject({ type: 'GateFailed' });
      await waitUntil('the old one sequences', () => a.sequences || undefined);
      await scene.expectActive('a');
    });
  });
});
