import { waitUntil } from '../../servers/wait-until.ts';

/** For busy machines: nothing here takes a tenth of it on an idle one. */
const PATIENCE_MS = 90_000;

/** For tests that wait for a chain; give it as the test's time-out. */
export const CHAIN_TEST_MS = 120_000;

/** Waits until there is a value; undefined, false, null (no receipt), and what is thrown count as "not yet". */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false | null> | T | undefined | false | null,
): Promise<T> {
  return waitUntil(
    what,
    async () => {
      const found = await look();
      return found === false || found === null ? undefined : found;
    },
    PATIENCE_MS,
  );
}
