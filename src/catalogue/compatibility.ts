/**
 * What goes with what, whatever release it is of: the least versions for forks of L2 and L1 and for L1 contracts, pairs of
 * programs, what they bring along of chains, and versions that change what people have to know. Facts as data (compatibility.json), each with its source.
 */
import { z } from 'zod';
import builtIn from './compatibility.json' with { type: 'json' };
import { FORKS, minimums, PROGRAM_KEYS } from './releases.ts';

const program = z.enum(PROGRAM_KEYS);
const text = z.string().min(1);

const compatibilityFile = z.strictObject({
  /** Forks of L2, oldest first. Who is below may leave the chain at the fork. */
  forks: z.array(z.strictObject({ fork: z.enum(FORKS), minimums, contracts: text, source: text })),
  /** L1 contracts that changed the types of games, oldest first. */
  contracts: z.array(
    z.strictObject({
      release: text,
      /** As discovery names it. */
      generation: z.string().regex(/^v\d+$/),
      /** What they did to the games, as the end of a sentence. */
      games: text,
      minimums,
      source: text,
    }),
  ),
  /** A program that from a version on needs another one. */
  pairs: z.array(z.strictObject({ program, from: text, needs: minimums, why: text, source: text })),
  /** Forks of an L1. */
  l1: z.array(z.strictObject({ fork: text, chainIds: z.array(z.int()), minimums, why: text, source: text })),
  /** An L1 whose configuration a program no longer brings along. */
  withoutL1: z.array(z.strictObject({ program, from: text, l1: text, chainId: z.int(), source: text })),
  /** Chains of the superchain registry of which older programs bring the wrong configuration along. */
  builtInChains: z.array(z.strictObject({ chains: z.array(text), minimums, why: text, source: text })),
  /** Versions from which on something is different that an upgrade should not come without. */
  changes: z.array(z.strictObject({ program, version: text, text, source: text })),
});

export const compatibility = compatibilityFile.parse(builtIn);
export type ForkRequirement = (typeof compatibility.forks)[number];
export type ContractsUpgrade = (typeof compatibility.contracts)[number];

/** What the forks of a chain need, as far as it is known; oldest first. */
export function requirementsOf(forks: readonly { readonly name: string }[]): ForkRequirement[] {
  return compatibility.forks.filter(({ fork }) => forks.some(({ name }) => name === fork));
}

/**
 * The upgrades of the types of games that a chain has behind it.
 * @param generation of its contracts as discovery names it, `v7` or `v4.1`
 */
export function contractsUpgradesOf(generation: string): ContractsUpgrade[] {
  const reached = Number(generation.replace(/^v/, ''));
  return compatibility.contracts.filter((upgrade) => Number(upgrade.generation.slice(1)) <= reached);
}
