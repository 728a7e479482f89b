import { integer, property, assert as verify } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../src/api/duration.ts';

describe('durations', () => {
  test.each([
    ['30s', 30_000],
    ['1h30m', 5_400_000],
    ['250ms', 250],
    ['2m5s10ms', 125_010],
    ['0s', 0],
    ['90m', 5_400_000],
  ])('%s is %i milliseconds', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  test.each(['', '30', '1.5s', '-1s', '1d', 's', ' 1s', '1s ', '1h 30m', '1s1s1s1s1s', '123456s'])(
    '"%s" is refused with an example',
    (text) => {
      expect(() => parseDuration(text)).toThrow(/for example 30s or 1h30m/);
    },
  );

  test('what is written is read back as the same number', async () => {
    await verify(
      property(integer({ min: 0, max: 99_999 * 3_600_000 }), (milliseconds) => {
        expect(parseDuration(formatDuration(milliseconds))).toBe(milliseconds);
      }),
    );
  });

  test('the shortest form is written', () => {
    expect(formatDuration(5_400_000)).toBe('1h30m');
    expect(formatDuration(0)).toBe('0s');
    expect(formatDuration(1_500.7)).toBe('1s500ms');
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 100_000 * 3_600_000])(
    '%d ms cannot be written',
    (milliseconds) => {
      expect(() => formatDuration(milliseconds)).toThrow(RangeError);
    },
  );
});
