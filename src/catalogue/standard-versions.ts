/**
 * Which version each L1 contract has in a release of op-contracts, by the superchain registry (validation/standard):
 * what makes a chain a standard one.
 */
import { z } from 'zod';
import builtIn from './standard-versions.json' with { type: 'json' };

/** Contracts by the names of these lists; `mips` is the fault proof VM of whatever kind. */
const STANDARD_CONTRACTS = [
  'system_config',
  'optimism_portal',
  'optimism_portal_interop',
  'l2_output_oracle',
  'dispute_game_factory',
  'fault_dispute_game',
  'permissioned_dispute_game',
  'anchor_state_registry',
  'delayed_weth',
  'eth_lockbox',
  'mips',
  'preimage_oracle',
  'l1_cross_domain_messenger',
  'l1_standard_bridge',
  'l1_erc721_bridge',
  'optimism_mintable_erc20_factory',
  'op_contracts_manager',
  'superchain_config',
  'protocol_versions',
] as const;
export type StandardContract = (typeof STANDARD_CONTRACTS)[number];

const contract = z.object({
  version: z.string(),
  /** Of a contract without a proxy, which all chains share. */
  address: z.string().optional(),
  /** Behind the proxy of each chain. Without both each chain has one of its own. */
  implementation_address: z.string().optional(),
});

/** Not all contracts are in all of them: older releases list those that changed, or that are of the fault proofs. */
const contracts = z.partialRecord(z.enum(STANDARD_CONTRACTS), contract);

/** The file that `tools/compile-registry.ts` makes. */
export const standardVersionsFile = z.object({
  source: z.string(),
  license: z.string(),
  /** Releases by name, `op-contracts/v3.0.0`, for each L1. The newest come first. */
  superchains: z.record(z.enum(['mainnet', 'sepolia']), z.record(z.string().startsWith('op-contracts/'), contracts)),
});
export type StandardVersionsFile = z.output<typeof standardVersionsFile>;

export interface ContractsRelease {
  /** `op-contracts/v3.0.0` */
  readonly name: string;
  readonly contracts: z.output<typeof contracts>;
}

const L1_MAINNET = 1;
const L1_SEPOLIA = 11_155_111;

/** The releases on an L1, the newest first. Of an L1 without deployments of Optimism only the versions count. */
export function standardReleases(l1ChainId: number): readonly ContractsRelease[] {
  const { mainnet, sepolia } = standardVersionsFile.parse(builtIn).superchains;
  const named = (releases: typeof mainnet) =>
    Object.entries(releases).map(([name, contracts]): ContractsRelease => ({ name, contracts }));
  if (l1ChainId === L1_MAINNET) return named(mainnet);
  if (l1ChainId === L1_SEPOLIA) return named(sepolia);
  return named({ ...sepolia, ...mainnet }).map(({ name, contracts }) => ({ name, contracts: versionsOf(contracts) }));
}

function versionsOf(contracts: ContractsRelease['contracts']): ContractsRelease['contracts'] {
  return Object.fromEntries(Object.entries(contracts).map(([name, { version }]) => [name, { version }]));
}
