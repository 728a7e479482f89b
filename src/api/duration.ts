/**
 * Durations as people write them: Go duration strings in the subset that the API accepts (`30s`, `1h30m`, `250ms`),
 * the same one as the Kubernetes Gateway API (GEP-2257). Free of imports, so that workflow code may use it.
 */

/** One to four pairs of a whole number and `h`, `m`, `s` or `ms`. */
export const DURATION_PATTERN = '^([0-9]{1,5}(h|m|s|ms)){1,4}$';

const MILLISECONDS = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;
type Unit = keyof typeof MILLISECONDS;

/**
 * `1h30m` → 5,400,000 milliseconds.
 * @throws RangeError when the text is no duration
 */
export function parseDuration(text: string): number {
  if (!new RegExp(DURATION_PATTERN).test(text)) {
    throw new RangeError(
      `"${text}" is not a duration; write whole numbers with h, m, s or ms, for example 30s or 1h30m.`,
    );
  }
  let total = 0;
  for (const [, count, unit] of text.matchAll(/([0-9]+)(ms|h|m|s)/g))
    total += Number(count) * MILLISECONDS[unit as Unit];
  return total;
}

/**
 * 5,400,000 → `1h30m`: the shortest text that {@link parseDuration} reads back as the same number.
 * @param milliseconds whole and not negative; fractions are cut off
 * @throws RangeError when it is negative, not finite, or longer than 99,999 hours
 */
export function formatDuration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds) || milliseconds < 0 || milliseconds >= 100_000 * MILLISECONDS.h) {
    throw new RangeError(`${milliseconds} ms cannot be written as a duration; expected 0 up to 99999h.`);
  }
  let rest = Math.trunc(milliseconds);
  let text = '';
  for (const unit of ['h', 'm', 's', 'ms'] as const) {
    const count = Math.floor(rest / MILLISECONDS[unit]);
    rest -= count * MILLISECONDS[unit];
    if (count > 0) text += `${count}${unit}`;
  }
  return text === '' ? '0s' : text;
}
