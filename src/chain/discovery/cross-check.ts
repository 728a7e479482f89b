import type { Problem } from '../../contract/failures.ts';
import type { RollupConfig } from '../rollup-config.ts';
import type { Discovery } from './discovery.ts';

/** What the user configured, to be held against L1. Addresses in any case. */
export interface Configured {
  readonly l1ChainId?: number;
  readonly l2ChainId?: number;
  /** Address of the batcher's key. */
  readonly batcherAddress?: string;
  /** Address of the key that sequencers sign blocks with. */
  readonly signerAddress?: string;
}

/**
 * Whether contracts, rollup configuration and configured keys describe the same chain. Each problem names both values
 * and the way out; nothing may be changed in the cluster while there is one.
 */
export function crossCheck(discovery: Discovery, rollup: RollupConfig | undefined, configured: Configured): Problem[] {
  return [
    ...(rollup ? [...checkChain(discovery, rollup, configured), ...checkContracts(discovery, rollup)] : []),
    ...checkKeys(discovery, configured),
  ];
}

function checkChain(discovery: Discovery, rollup: RollupConfig, configured: Configured): Problem[] {
  return [
    ...differ(
      'l1_chain_id of the rollup configuration',
      rollup.l1_chain_id,
      'the L1 endpoint serves chain',
      discovery.l1ChainId,
      ROLLUP,
    ),
    ...differ(
      'l1_chain_id of the rollup configuration',
      rollup.l1_chain_id,
      'spec.l1.chainId is',
      configured.l1ChainId,
      ROLLUP,
    ),
    ...differ(
      'l2_chain_id of the rollup configuration',
      rollup.l2_chain_id,
      'spec.l2.chainId is',
      configured.l2ChainId,
      ROLLUP,
    ),
    ...differ(
      'l2_chain_id of the rollup configuration',
      String(rollup.l2_chain_id),
      'the contracts on L1 are for chain',
      discovery.l2ChainId,
      'Use the rollup configuration of this chain, or correct spec.contracts.systemConfig.',
    ),
    ...differ(
      `genesis.l1.hash of the rollup configuration (block ${rollup.genesis.l1.number})`,
      rollup.genesis.l1.hash,
      'on L1 that block has the hash',
      discovery.l1GenesisHash,
      'Use the rollup configuration of this chain, or the L1 that the chain was made on.',
    ),
  ];
}

function checkContracts({ addresses }: Discovery, rollup: RollupConfig): Problem[] {
  return [
    ...differ(
      'l1_system_config_address of the rollup configuration',
      rollup.l1_system_config_address,
      'spec.contracts.systemConfig is',
      addresses['systemConfig'],
      'Set spec.contracts.systemConfig to the SystemConfigProxy of this chain, or use its rollup configuration.',
    ),
    ...differ(
      'deposit_contract_address of the rollup configuration',
      rollup.deposit_contract_address,
      'the portal that SystemConfig names is',
      addresses['optimismPortal'],
      'Use the rollup configuration of this chain, or correct spec.contracts.systemConfig.',
    ),
  ];
}

function checkKeys({ roles }: Discovery, { batcherAddress, signerAddress }: Configured): Problem[] {
  return [
    ...differ(
      'the address that the OpBatcher signs with',
      batcherAddress,
      'the batcher on L1 is',
      roles.batcher,
      'Give the OpBatcher the key, or remote signer, of the on-chain batcher, or have the SystemConfig owner call setBatcherHash.',
    ),
    ...differ(
      'the address that the sequencer signs with',
      signerAddress,
      'the unsafe block signer on L1 is',
      roles.unsafeBlockSigner,
      'Give the sequencers the key, or remote signer, of the on-chain signer, or have the SystemConfig owner call setUnsafeBlockSigner.',
    ),
  ];
}

const ROLLUP = 'Use the rollup configuration of this chain, or correct the chain ids in the spec.';

/** No problem when one of the values is not known. */
function differ<T extends string | number>(
  what: string,
  value: T | undefined,
  other: string,
  otherValue: T | undefined,
  fix: string,
): Problem[] {
  if (value === undefined || otherValue === undefined) return [];
  if (String(value).toLowerCase() === String(otherValue).toLowerCase()) return [];
  return [{ type: 'ChainMismatch', message: `${what} is ${value}, but ${other} ${otherValue}.`, fix }];
}
