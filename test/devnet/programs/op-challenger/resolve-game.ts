import { ZeroAddress } from 'ethers';
import { type Challenger, isOurs, messageOf } from './challenger.ts';
import { type Claim, readClaims, usedTime } from './claims.ts';
import type { Contract } from './contract.ts';

/** Children of a claim that one transaction looks at. */
const MAX_CHILD_CHECKS = 512;

/**
 * Resolves the claims whose clock has run out, from the leaves to the root, and then the game.
 * @param maxClock seconds that each side has
 * @param now of L1, in seconds
 * @returns true when there is nothing left to play
 */
export async function tryResolve(
  challenger: Challenger,
  game: Contract,
  maxClock: number,
  now: number,
): Promise<boolean> {
  const { log } = challenger;
  try {
    while (await resolveClaims(challenger, game, maxClock, now));
  } catch (error) {
    log.error('Failed to resolve claims', { game: game.address, err: messageOf(error) });
    return false;
  }
  // That would unlock no bond of ours.
  if (challenger.settings.bool('selective-claim-resolution')) return false;
  const data = game.encode('resolve');
  if (!(await game.accepts(data))) return false;
  log.info('Resolving game', { game: game.address });
  await challenger.send('resolve game', { to: game.address, data }).catch((error: unknown) => {
    log.error('Failed to resolve the game', { game: game.address, err: messageOf(error) });
  });
  return true;
}

/** Resolves what can be resolved now; false when that is nothing. */
async function resolveClaims(challenger: Challenger, game: Contract, maxClock: number, now: number): Promise<boolean> {
  const { log } = challenger;
  const claims = await readClaims(game);
  const due = claims.filter((claim) => usedTime(claim, claims, now) > maxClock && mattersToUs(challenger, claim));
  const resolvable: string[] = [];
  for (const { index } of due) {
    const data = game.encode('resolveClaim', index, MAX_CHILD_CHECKS);
    if (!(await game.accepts(data))) continue;
    log.info('Resolving claim', { game: game.address, claimIdx: index });
    resolvable.push(data);
  }
  if (resolvable.length === 0) return false;
  log.info('Resolving claims', { game: game.address, numClaims: resolvable.length });
  try {
    await Promise.all(resolvable.map((data) => challenger.send('resolve claim', { to: game.address, data })));
    return true;
  } catch (error) {
    log.error('Failed to resolve claims', { game: game.address, err: messageOf(error) });
    return false;
  }
}

function mattersToUs(challenger: Challenger, { claimant, counteredBy }: Claim): boolean {
  if (!challenger.settings.bool('selective-claim-resolution')) return true;
  return isOurs(challenger, counteredBy) || (counteredBy === ZeroAddress && isOurs(challenger, claimant));
}
