import { inParallel } from '../chain/clients/in-parallel.ts';

/** More requests of one activity would only wait for each other, and for those of others. */
const AT_ONCE = 8;

/**
 * Work on each of several things, none of which needs another. After a failure nothing further begins, and it ends only
 * when what has begun has ended: an activity that has failed does nothing any more.
 * @throws the first failure
 */
export async function sideBySide<T>(things: readonly T[], work: (thing: T) => Promise<unknown>): Promise<void> {
  await inParallel(things, AT_ONCE, work);
}
