import { describe, expect, test } from 'vitest';
import { sizeInBytes } from '../../src/api/quantities.ts';

describe('sizes of volumes', () => {
  test.each([
    ['500Gi', 536_870_912_000n],
    ['1k', 1_000n],
    ['1Ki', 1_024n],
    ['2T', 2_000_000_000_000n],
    ['999999999Ei', 999_999_999n * 1024n ** 6n],
  ])('%s is %s bytes, exactly', (size, bytes) => {
    expect(sizeInBytes(size)).toBe(bytes);
  });

  test.each(['', '500', '0Gi', '1.5Gi', '500Gb', '-1Gi', '1000000000Gi'])('"%s" is no size', (size) => {
    expect(() => sizeInBytes(size)).toThrow(/for example 500Gi/);
  });
});
