import type { Contract } from './contract.ts';

/** One claim of a game: the first is the proposal, every other one a move against the claim at index `parent`. */
export interface Claim {
  readonly index: number;
  /** Undefined for the root claim. */
  readonly parent: number | undefined;
  readonly counteredBy: string;
  readonly claimant: string;
  readonly value: string;
  /** Generalised index: 1 is the root, 2n the attack and 2n + 2 the defence of n. */
  readonly position: bigint;
  /** What the claim's own party had used of its time, and when the claim was made. */
  readonly clock: { readonly seconds: number; readonly startedAt: number };
}

const NO_PARENT = 2 ** 32 - 1;
const HALF = 64n;

export async function readClaims(game: Contract): Promise<readonly Claim[]> {
  const [count] = await game.read('claimDataLen');
  const indices = Array.from({ length: Number(count) }, (_, index) => index);
  return Promise.all(
    indices.map(async (index) => {
      const [parent, counteredBy, claimant, , value, position, clock] = await game.read('claimData', index);
      const packed = clock as bigint;
      return {
        index,
        parent: Number(parent) === NO_PARENT ? undefined : Number(parent),
        counteredBy: String(counteredBy),
        claimant: String(claimant),
        value: String(value),
        position: position as bigint,
        clock: { seconds: Number(packed >> HALF), startedAt: Number(BigInt.asUintN(64, packed)) },
      };
    }),
  );
}

/** Seconds that whoever wants to counter the claim has used up by a time. */
export function usedTime(claim: Claim, claims: readonly Claim[], now: number): number {
  const parent = claim.parent === undefined ? undefined : claims[claim.parent];
  return (parent?.clock.seconds ?? 0) + now - claim.clock.startedAt;
}
