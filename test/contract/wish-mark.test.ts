/** Who has made a render different: people, or an operator that came after another one. */
import { describe, expect, it } from 'vitest';
import { isSameWish, wishDigest, wishMark } from '../../src/contract/wish-mark.ts';

const now = wishMark('wish-a', 'written-1');
/** As one of another version has left it: its hash tells nothing. */
const former = (written: string) => `other-hash/0/${written}`;

describe('a wish is the same', () => {
  it('when its hash is, whatever else was written', () => {
    expect(isSameWish(wishMark('wish-a', 'written-0'), now)).toBe(true);
    expect(isSameWish(wishMark('wish-b', 'written-1'), now)).toBe(false);
  });

  it('by an operator with another formula, when nobody has written anything since', () => {
    expect(isSameWish(former('written-1'), now)).toBe(true);
    expect(isSameWish(former('written-0'), now)).toBe(false);
  });

  it('as none where there is none', () => {
    expect([isSameWish('', now), isSameWish(now, ''), isSameWish('', '')]).toEqual([false, false, false]);
  });

  it('not by what is missing in both', () => {
    expect(isSameWish('a', 'b')).toBe(false);
  });
});

it('has its hash first', () => {
  expect(wishDigest(now)).toBe('wish-a');
  expect(wishDigest('plain')).toBe('plain');
});
