import { type Challenger, messageOf } from './challenger.ts';
import { gameAt } from './contract.ts';
import type { Game } from './factory-games.ts';

/** Claims the bonds of resolved games. */
export interface BondClaims {
  /** Looks at the games unless it is still at it since an earlier block. */
  schedule(games: readonly Game[], block: number): void;
  /** Resolves when nothing is being claimed. */
  idle(): Promise<void>;
}

export function createBondClaims(challenger: Challenger): BondClaims {
  const { log, claimants, counters } = challenger;
  /** Games and claimants that nothing is left of: what the real one looks at again and again. */
  const settled = new Set<string>();
  let work: Promise<void> | undefined;
  const claimAll = async (games: readonly Game[], block: number) => {
    const failures: string[] = [];
    for (const game of games) {
      for (const claimant of claimants) {
        const key = `${game.proxy} ${claimant}`;
        if (settled.has(key)) continue;
        try {
          if ((await claim(challenger, game, claimant)) === 'settled') settled.add(key);
        } catch (error) {
          failures.push(messageOf(error));
        }
      }
    }
    if (failures.length === 0) return;
    counters.claimFailures += 1;
    log.error('Failed to claim bonds', { blockNumber: block, err: failures.join('\n') });
  };
  return {
    schedule(games, block) {
      work ??= claimAll(games, block).finally(() => {
        work = undefined;
      });
    },
    async idle() {
      await work;
    },
  };
}

async function claim(challenger: Challenger, { type, proxy }: Game, claimant: string): Promise<'settled' | 'later'> {
  if (!challenger.types.has(type)) throw new Error(`failed to create bond contract: unsupported game type: ${type}`);
  const game = gameAt(challenger.l1, proxy);
  const [credit, status] = await Promise.all([game.read('credit', claimant), game.read('status')])
    .then(([[credit], [status]]) => [credit as bigint, Number(status)] as const)
    .catch((error: unknown) => {
      throw new Error(`failed to get credit: ${messageOf(error)}`);
    });
  if (status === 0) return 'later';
  if (credit === 0n) return 'settled';
  const data = game.encode('claimCredit', claimant);
  // Bonds are locked for a while.
  if (!(await game.accepts(data))) return 'later';
  await challenger.send('claim credit', { to: proxy, data }).catch((error: unknown) => {
    throw new Error(`failed to claim credit: ${messageOf(error)}`);
  });
  challenger.counters.bonds += credit;
  return 'settled';
}
