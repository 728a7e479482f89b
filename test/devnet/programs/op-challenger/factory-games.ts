import type { Contract } from './contract.ts';

/** A game as the factory lists it. */
export interface Game {
  readonly type: number;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly proxy: string;
}

/** Reads the factory's list, which only grows: what was read once is read again only after a reorg of L1. */
export function createGameList(factory: Contract): (earliest: number) => Promise<readonly Game[]> {
  let known: Game[] = [];
  const readGame = async (index: number): Promise<Game> => {
    const [type, timestamp, proxy] = await factory.read('gameAtIndex', index);
    return { type: Number(type), timestamp: Number(timestamp), proxy: String(proxy) };
  };
  /** Games that were created at or after a time, the newest first. */
  return async (earliest) => {
    const [answer] = await factory.read('gameCount');
    const count = Number(answer);
    const last = known.at(-1);
    const again = last === undefined || known.length > count ? undefined : await readGame(known.length - 1);
    if (again?.proxy !== last?.proxy || again?.timestamp !== last?.timestamp) known = [];
    while (known.length < count) known.push(await readGame(known.length));
    return known.filter(({ timestamp }) => timestamp >= earliest).reverse();
  };
}
