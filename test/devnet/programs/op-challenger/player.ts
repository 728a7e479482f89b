import { attackRoot, type Dispute } from './attack-root.ts';
import { type Challenger, messageOf } from './challenger.ts';
import { readClaims } from './claims.ts';
import { type Contract, gameAt } from './contract.ts';
import type { Game } from './factory-games.ts';
import { needsPrestate } from './game-types.ts';
import { tryResolve } from './resolve-game.ts';

const STATUSES = ['In Progress', 'Challenger Won', 'Defender Won'] as const;
export type GameStatus = (typeof STATUSES)[number];

/** Plays one game. */
export interface Player {
  /** As it was when the player was made. */
  readonly status: GameStatus;
  /**
   * Does what is to be done now and waits for its transactions. Never rejects.
   * @param now of L1, in seconds
   */
  progress(now: number): Promise<GameStatus>;
}

/** Rejects, in op-challenger's words, when the game can not be played. */
export async function createPlayer(challenger: Challenger, { type: number, proxy }: Game): Promise<Player> {
  const { log, requirePrestate } = challenger;
  const type = challenger.types.get(number);
  if (type === undefined) throw new Error(`unsupported game type: ${number}`);
  const game = gameAt(challenger.l1, proxy);
  if (needsPrestate(type, challenger.release)) {
    const [prestate] = await game.read('absolutePrestate');
    const hash = String(prestate);
    await requirePrestate(type, hash).catch((error: unknown) => {
      const missing = `required prestate ${hash} not available`;
      throw new Error(`${missing} for game ${proxy}: ${missing}: ${messageOf(error)}`);
    });
  }
  const status = await statusOf(game);
  if (status !== 'In Progress') {
    log.info('Game already resolved', { game: proxy, status });
    return { status, progress: async () => status };
  }
  const dispute = await readDispute(challenger, game);
  const maxClock = Number((await game.read('maxClockDuration'))[0]);
  return { status, progress: (now) => progress(challenger, game, dispute, maxClock, now) };
}

async function progress(
  challenger: Challenger,
  game: Contract,
  dispute: Dispute,
  maxClock: number,
  now: number,
): Promise<GameStatus> {
  const { log } = challenger;
  const fields = { game: game.address };
  if (!(await isSynced(challenger, game, dispute))) return 'In Progress';
  try {
    if (!(await tryResolve(challenger, game, maxClock, now))) {
      await attackRoot(challenger, game, dispute, await readClaims(game));
    }
  } catch (error) {
    log.error('Error when acting on game', { ...fields, err: messageOf(error) });
  }
  try {
    const status = await statusOf(game);
    if (status === 'In Progress') {
      const [claims] = await game.read('claimDataLen');
      log.info('Game info', { ...fields, claims: Number(claims), status });
    } else log.info('Game resolved', { ...fields, status });
    return status;
  } catch (error) {
    log.error('Unable to retrieve game status', { ...fields, err: messageOf(error) });
    return 'In Progress';
  }
}

/** Only a node that has derived beyond the game's L1 head knows all that the proposal may be about. */
async function isSynced({ log, rollup }: Challenger, game: Contract, { l1Head }: Dispute): Promise<boolean> {
  try {
    const status = (await rollup.call('optimism_syncStatus', [])) as { current_l1: { number: number } };
    const at = status.current_l1.number;
    if (at > l1Head.number) return true;
    const err = `local node too far behind require L1 block above ${l1Head.number} but at ${at}`;
    log.warn('Local node not sufficiently up to date', { game: game.address, err });
  } catch (error) {
    const err = `failed to retrieve local node sync status: ${messageOf(error)}`;
    log.error('Could not check local node was in sync', { game: game.address, err });
  }
  return false;
}

async function readDispute({ l1 }: Challenger, game: Contract): Promise<Dispute> {
  const number = async (method: string) => Number((await game.read(method))[0]);
  const hash = String((await game.read('l1Head'))[0]);
  const header = (await l1.call('eth_getBlockByHash', [hash, false])) as { number: string } | null;
  if (header === null) throw new Error(`failed to load L1 header ${hash}: not found`);
  return {
    l1Head: { hash, number: Number(header.number) },
    firstBlock: await number('startingBlockNumber'),
    lastBlock: await number('l2BlockNumber'),
    splitDepth: await number('splitDepth'),
  };
}

async function statusOf(game: Contract): Promise<GameStatus> {
  const [status] = await game.read('status');
  return STATUSES[Number(status)] ?? 'In Progress';
}
