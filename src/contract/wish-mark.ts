/**
 * A mark of what people wish: tells what they have changed from what an operator renders otherwise than the one before
 * it. That one has perhaps made its hash from other fields; then it counts whether anybody has written anything since.
 */

/**
 * Of what the hash is made. To be raised when the same wish gets another hash: by a field of the API that has a default,
 * or by what activities/desire.ts takes into it.
 */
const FORMULA = '1';

/**
 * @param digest hash of what is wished
 * @param written changes with whatever anybody writes into the objects of the network, and with nothing else
 */
export function wishMark(digest: string, written: string): string {
  return [digest, FORMULA, written].join('/');
}

/** The hash alone: two of the same operator are equal when the wish is. */
export function wishDigest(mark: string): string {
  return mark.split('/', 1)[0] ?? '';
}

/** Whether nobody wishes anything else. An empty mark is of no wish, and the same as none. */
export function isSameWish(before: string, now: string): boolean {
  if (!before || !now) return false;
  if (wishDigest(before) === wishDigest(now)) return true;
  const [, formula, written] = before.split('/');
  const [, formulaNow, writtenNow] = now.split('/');
  return formula !== formulaNow && written !== undefined && written === writtenNow;
}
