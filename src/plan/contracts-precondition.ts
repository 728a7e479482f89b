/**
 * What L1 should have before a fork or a release of the programs. Said and not refused: a chain goes through its fork with
 * older contracts too (recorded: Isthmus and Jovian with contracts v1.8), and lacks what the newer ones can set. Pure.
 */
import { requirementsOf } from '../catalogue/compatibility.ts';
import { areContractsOlder } from '../catalogue/contracts-age.ts';
import type { Release } from '../catalogue/releases.ts';

/**
 * @param forks those that lie ahead
 * @param generation of the contracts as discovery names it; undefined or `unknown` when nobody knows it
 */
export function contractsBehindForks(
  forks: readonly { readonly name: string }[],
  generation: string | undefined,
): string[] {
  return requirementsOf(forks)
    .filter(({ contracts }) => areContractsOlder(generation, contracts))
    .map(
      ({ fork, contracts }) => `${fork} is made for ${contracts} or later, and the contracts on L1 are ${generation}`,
    );
}

/** Nothing where the release stays. */
export function contractsBehindRelease(
  former: Release | undefined,
  wished: Release,
  generation: string | undefined,
): string[] {
  const { minimum } = wished.contracts;
  if (former?.name === wished.name || minimum === undefined || !areContractsOlder(generation, minimum)) return [];
  return [`release ${wished.name} works with ${minimum} or later, and the contracts on L1 are ${generation}`];
}
