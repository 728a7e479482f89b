import { waitUntil } from '../../servers/wait-until.ts';

/** For busy machines: nothing here takes a tenth of it on an idle one. */
export const PATIENCE_MS = 90_000;

/** For tests that wait for a chain; give it as the test's time-out. */
export const CHAIN_TEST_MS = 120_000;

/** Waits until there is a value that is neither undefined nor false; what is thrown meanwhile counts as "not yet". */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  return waitUntil(
    what,
    async () => {
      const found = await look();
      return found === false ? undefined : found;
    },
    PATIENCE_MS,
  );
}
