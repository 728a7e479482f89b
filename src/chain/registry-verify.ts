import type { NamedChain } from '../catalogue/registry.ts';
import type { RegistryChain } from '../catalogue/registry-chain.ts';
import type { RegistryGenesis } from '../catalogue/registry-genesis.ts';
import { OperatorError, type Problem } from '../contract/failures.ts';
import { genesisBlockHash } from './genesis.ts';
import { checkGenesis } from './genesis-check.ts';
import { withChainConfig } from './registry-genesis.ts';
import { registryRollupConfig } from './registry-rollup-config.ts';
import { checkRollupConfig } from './rollup-config-check.ts';

/**
 * Block 0 of a chain that is older than the block from which op-node derives it, by chain id, as op-geth has it
 * (`LoadOPStackGenesis` in core/superchain.go). It has no other one: of OP Mainnet the registry has the state root.
 */
const OLD_BLOCK_0: Readonly<Record<number, string>> = {
  10: '0x7ca38a1916c42007829c55e69d3e9a73265554b586a499015373241b8a3fa48b',
};

/** `wrong`: what the registry says contradicts itself. `unknown`: it does not say enough to tell. */
export type RegistryVerdict =
  | { readonly kind: 'verified'; readonly what: string }
  | { readonly kind: 'wrong' | 'unknown'; readonly reason: string };

/**
 * Whether the registry's entry of a chain holds: op-node would take its rollup configuration, forks are in order, and the
 * hash of block 0, computed from the genesis file, is the one that the chain starts from.
 * @param genesis as the registry has it; absent: it has none
 */
export async function verifyRegistryChain({ chain }: NamedChain, genesis?: RegistryGenesis): Promise<RegistryVerdict> {
  const rollup = registryRollupConfig(chain);
  const problems = checkRollupConfig(rollup);
  if (problems.length > 0) return wrong(problems);
  if (genesis === undefined) return { kind: 'unknown', reason: 'no genesis file of it is built in' };
  const file = withChainConfig(genesis, chain);
  if (chain.genesis.l2.number > 0) return verifyOldChain(chain, file);
  try {
    const mismatches = await checkGenesis(file, rollup);
    return mismatches.length > 0
      ? wrong(mismatches)
      : { kind: 'verified', what: `block 0 is ${rollup.genesis.l2.hash}` };
  } catch (error) {
    if (error instanceof OperatorError) return wrong([error.toProblem()]);
    throw error;
  }
}

async function verifyOldChain({ chain_id, genesis }: RegistryChain, file: RegistryGenesis): Promise<RegistryVerdict> {
  const start = `block ${genesis.l2.number} of an older chain, whose state the registry does not have`;
  const expected = OLD_BLOCK_0[chain_id];
  if (expected === undefined) return { kind: 'unknown', reason: `it starts at ${start}` };
  const hash = await genesisBlockHash(file);
  return hash === expected
    ? { kind: 'verified', what: `block 0 is ${hash}, as op-geth knows it; it starts at ${start}` }
    : { kind: 'wrong', reason: `block 0 is ${hash}, and op-geth knows it as ${expected}` };
}

function wrong(problems: readonly Problem[]): RegistryVerdict {
  return { kind: 'wrong', reason: problems.map(({ message }) => message).join(' ') };
}
