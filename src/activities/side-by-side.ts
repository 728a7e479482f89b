/** More requests of one activity would only wait for each other, and for those of others. */
const AT_ONCE = 8;

/**
 * Work on each of several things, none of which needs another. After a failure nothing further begins, and it ends only
 * when what has begun has ended: an activity that has failed does nothing any more.
 * @throws the first failure
 */
export async function sideBySide<T extends {}>(
  things: readonly T[],
  work: (thing: T) => Promise<unknown>,
): Promise<void> {
  const waiting = [...things];
  const failures: unknown[] = [];
  async function workOn(): Promise<void> {
    for (let thing = waiting.shift(); thing !== undefined && failures.length === 0; thing = waiting.shift())
      await work(thing).catch((error: unknown) => failures.push(error));
  }
  await Promise.all(Array.from({ length: AT_ONCE }, workOn));
  if (failures.length > 0) throw failures[0];
}
