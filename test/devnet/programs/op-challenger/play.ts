import { createRpcClient, type RpcClient } from '../rpc/client.ts';
import type { TxManager } from '../txmgr/tx-manager.ts';
import { createBondClaims } from './bond-claims.ts';
import { type Challenger, type Counters, messageOf } from './challenger.ts';
import type { Contract } from './contract.ts';
import { createGameList } from './factory-games.ts';
import { followHeads } from './follow-heads.ts';
import type { GameType } from './game-types.ts';
import type { ChallengerOptions } from './options.ts';
import { createPlayer } from './player.ts';
import { prestatesOf } from './prestates.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';

interface PlayParts {
  readonly l1: RpcClient;
  readonly factory: Contract;
  readonly transactions: TxManager;
  readonly counters: Counters;
  onStart(scheduler: Scheduler): void;
}

const STOP_PATIENCE_MS = 500;

/** Games of super roots and of zero-knowledge proofs are contracts that the devnet does not have. */
const isSimulated = ({ name, answers }: GameType) => answers === 'rollup' && name !== 'zk';

/** Follows L1 and plays, until SIGTERM. */
export async function play(options: ChallengerOptions, parts: PlayParts): Promise<void> {
  const { process, settings, log } = options;
  const { l1, transactions } = parts;
  const challenger: Challenger = {
    log,
    settings,
    l1,
    rollup: createRpcClient(process, settings.string('rollup-rpc')),
    types: new Map(options.types.filter(isSimulated).map((type) => [type.number, type])),
    release: options.release,
    requirePrestate: prestatesOf(process, settings),
    claimants: [transactions.address, ...settings.list('additional-bond-claimants')],
    counters: parts.counters,
    async send(purpose, request) {
      const { reverted, hash } = await transactions.send(request, () => {});
      if (reverted) throw new Error(`transaction published but reverted purpose: ${purpose} hash: ${hash}`);
    },
  };
  const allowed = new Set(settings.list('game-allowlist').map((address) => address.toLowerCase()));
  const gamesSince = createGameList(parts.factory);
  const claims = createBondClaims(challenger);
  log.info('starting scheduler');
  const scheduler = createScheduler(log, (game) => createPlayer(challenger, game));
  parts.onStart(scheduler);
  log.info('starting monitoring');
  const stopping = new AbortController();
  const monitoring = followHeads(process, l1, log, {
    intervalMs: settings.duration('http-poll-interval'),
    stopping: stopping.signal,
    async onHead(head) {
      try {
        const listed = await gamesSince(head.timestamp - settings.duration('game-window') / 1000);
        const games = listed.filter(({ proxy }) => allowed.size === 0 || allowed.has(proxy.toLowerCase()));
        claims.schedule(games, head.number);
        await scheduler.schedule(games, head);
      } catch (error) {
        log.error('Failed to progress games', { err: `failed to load games: ${messageOf(error)}` });
      }
    },
  });
  log.info('challenger game service start completed');
  await process.terminated;
  log.info('Stopping challenger game service');
  stopping.abort();
  transactions.cancel();
  // What waits for an answer of L1 is given up.
  await Promise.race([Promise.all([monitoring, scheduler.idle(), claims.idle()]), process.sleep(STOP_PATIENCE_MS)]);
}
