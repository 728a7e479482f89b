import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { sideBySide } from '../../src/activities/steps/side-by-side.ts';

it('has ended when the last one has, and says what the first one failed with', async () => {
  const ended: string[] = [];
  const run = sideBySide(['slow', 'broken', 'worse'], async (thing) => {
    if (thing === 'slow') await delay(30);
    ended.push(thing);
    if (thing !== 'slow') throw new Error(`${thing} failed`);
  });
  await expect(run).rejects.toThrow('broken failed');
  expect(ended).toEqual(['broken', 'worse', 'slow']);
});
