import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { sideBySide } from '../../src/activities/side-by-side.ts';

it('works on all, some at a time', async () => {
  const done: number[] = [];
  let now = 0;
  let most = 0;
  await sideBySide([...Array(30).keys()], async (thing) => {
    now += 1;
    most = Math.max(most, now);
    await delay(2);
    now -= 1;
    done.push(thing);
  });
  expect(done.toSorted((a, b) => a - b)).toEqual([...Array(30).keys()]);
  expect(most).toBe(8);
});

it('begins nothing after a failure, ends when the last one has, and says what failed first', async () => {
  const ended: string[] = [];
  const later = ['c', 'd', 'e', 'f', 'g', 'h', 'never'];
  const run = sideBySide(['slow', 'broken', ...later], async (thing) => {
    await delay({ slow: 60, broken: 10 }[thing] ?? 30);
    ended.push(thing);
    if (thing === 'slow' || thing === 'broken') throw new Error(`${thing} failed`);
  });
  await expect(run).rejects.toThrow('broken failed');
  expect(ended.at(-1)).toBe('slow');
  expect(ended).not.toContain('never');
});
