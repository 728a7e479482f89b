import type { Log } from '../log.ts';
import { messageOf } from './challenger.ts';
import type { Game } from './factory-games.ts';
import type { Head } from './follow-heads.ts';
import type { GameStatus, Player } from './player.ts';

/** Has each game played, at its own pace. */
export interface Scheduler {
  /** Starts what a new L1 head asks for. */
  schedule(games: readonly Game[], head: Head): Promise<void>;
  /** Games by status; undefined before the first head. */
  tracked(): Readonly<Record<GameStatus, number>> | undefined;
  /** The L1 block up to which all games were worked on: a single one that can not be played holds it for ever. */
  actedOn(): number;
  inFlight(): number;
  /** Resolves when no game is being worked on. */
  idle(): Promise<void>;
}

interface GameState {
  player: Player | undefined;
  status: GameStatus;
  /** The last L1 block for which the game was worked on to the end. */
  actedOn: number;
  work: Promise<void> | undefined;
}

export function createScheduler(log: Log, createPlayer: (game: Game) => Promise<Player>): Scheduler {
  const states = new Map<string, GameState>();
  let tracked: Record<GameStatus, number> | undefined;
  let lastScheduled = 0;
  let actedOn = 0;

  /** Makes a player when there is none yet; one that fails is tried again at the next head. */
  const prepare = async (state: GameState, game: Game, head: Head) => {
    if (state.player === undefined) {
      state.player = await createPlayer(game);
      state.status = state.player.status;
    }
    if (state.status !== 'In Progress') state.actedOn = head.number;
  };
  const work = async (state: GameState, player: Player, head: Head) => {
    state.status = await player.progress(head.timestamp);
    state.actedOn = head.number;
    state.work = undefined;
  };

  return {
    async schedule(games, head) {
      const wanted = new Set(games.map(({ proxy }) => proxy));
      for (const [proxy, state] of states) if (state.work === undefined && !wanted.has(proxy)) states.delete(proxy);
      const failures: string[] = [];
      for (const game of games) {
        // A new game was not there at the last head, so that one counts as done.
        const state = states.get(game.proxy) ?? newState(lastScheduled);
        states.set(game.proxy, state);
        if (state.work !== undefined) continue;
        await prepare(state, game, head).catch((error: unknown) => {
          const why = `failed to create game player: ${messageOf(error)}`;
          failures.push(`failed to create job for game ${game.proxy}: ${why}`);
        });
      }
      tracked = { 'In Progress': 0, 'Challenger Won': 0, 'Defender Won': 0 };
      for (const { status } of states.values()) tracked[status] += 1;
      actedOn = Math.min(head.number, ...[...states.values()].map((state) => state.actedOn));
      lastScheduled = head.number;
      for (const state of states.values()) {
        const { player } = state;
        if (player === undefined || state.work !== undefined || state.status !== 'In Progress') continue;
        state.work = work(state, player, head);
      }
      if (failures.length > 0) log.error('Failed to schedule game updates', { err: failures.join('\n') });
    },
    tracked: () => tracked,
    actedOn: () => actedOn,
    inFlight: () => [...states.values()].filter((state) => state.work !== undefined).length,
    async idle() {
      await Promise.all([...states.values()].map((state) => state.work));
    },
  };
}

const newState = (actedOn: number): GameState => ({
  player: undefined,
  status: 'In Progress',
  actedOn,
  work: undefined,
});
