import { describe, expect, test } from 'vitest';
import { checkSettings } from '../../src/render/index.ts';
import { GOLDEN_CASES, goldenPath, goldenText, objectsOf } from './golden-cases.ts';

describe.each(GOLDEN_CASES)('the golden file of $name', ({ name, input }) => {
  test('is what is rendered', async () => {
    await expect(goldenText(input())).toMatchFileSnapshot(goldenPath(name));
  });

  test('comes from settings without errors', () => {
    expect(checkSettings(input()).filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('is plain JSON', () => {
    const objects = objectsOf(input());
    expect(JSON.parse(JSON.stringify(objects))).toStrictEqual(objects);
  });
});
