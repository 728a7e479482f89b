/**
 * Work on each of several things, none of which needs another. It ends when the last one has ended, also when one has
 * failed: a step that has failed does nothing any more.
 * @throws the failure of the first of them that failed
 */
export async function sideBySide<T>(things: readonly T[], work: (thing: T) => Promise<unknown>): Promise<void> {
  const results = await Promise.allSettled(things.map(work));
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed) throw (failed as PromiseRejectedResult).reason;
}
