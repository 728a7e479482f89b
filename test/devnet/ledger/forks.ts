/**
 * Hard forks that were scheduled after the genesis, as far as they decide which blocks are valid. Those that block 0 has
 * already are no matter: without them it is another chain.
 */
const FORKS = ['canyon', 'ecotone', 'fjord', 'granite', 'holocene', 'isthmus', 'jovian', 'karst'];

/** The newest fork of a block, by the times of one program. */
export type ForkAt = (timestamp: number) => string | undefined;

/** @param field name of the time of a fork: `jovian_time` of op-node, `jovianTime` of an execution client */
export function forksBy(
  times: Readonly<Record<string, unknown>>,
  field: (fork: string) => string,
  genesisTime: number,
): ForkAt {
  const scheduled = FORKS.flatMap((fork) => {
    const time = times[field(fork)];
    return typeof time === 'number' && time > genesisTime ? [{ fork, time }] : [];
  });
  return (timestamp) => scheduled.findLast(({ time }) => time <= timestamp)?.fork;
}

/** Whether the one is a later fork than the other; undefined is earlier than all. */
export function isLater(fork: string | undefined, than: string | undefined): boolean {
  return FORKS.indexOf(fork ?? '') > FORKS.indexOf(than ?? '');
}
