import type { RegistryChain } from '../catalogue/registry-chain.ts';
import { parseRollupConfig, type RollupConfig } from './rollup-config.ts';

/** L1 blocks. The registry does not say it: op-node has it as a constant, and goes by 50 from Granite on. */
const CHANNEL_TIMEOUT = 300;

/** What SystemConfig has known since Holocene, Isthmus and Jovian: nothing is set before its first update. */
const UNSET_SYSTEM_CONFIG = {
  eip1559Params: `0x${'0'.repeat(16)}`,
  operatorFeeParams: `0x${'0'.repeat(64)}`,
  minBaseFee: 0,
  daFootprintGasScalar: 0,
};

/** The rollup configuration that op-node makes of a registry chain (`LoadOPStackRollupConfig` in op-node/rollup). */
export function registryRollupConfig(chain: RegistryChain): RollupConfig {
  return parseRollupConfig(registryRollupFile(chain));
}

/** The same as a whole rollup.json, with what op-node reads and this operator does not. */
export function registryRollupFile(chain: RegistryChain): Readonly<Record<string, unknown>> {
  const { genesis, optimism, addresses, alt_da } = chain;
  const { keep_karst_upgrade_gas, ...forkTimes } = chain.hardforks;
  const { batcherAddress, ...systemConfig } = genesis.system_config;
  return {
    genesis: {
      l1: genesis.l1,
      l2: genesis.l2,
      l2_time: genesis.l2_time,
      system_config: { batcherAddr: batcherAddress.toLowerCase(), ...systemConfig, ...UNSET_SYSTEM_CONFIG },
    },
    block_time: chain.block_time,
    max_sequencer_drift: chain.max_sequencer_drift,
    seq_window_size: chain.seq_window_size,
    channel_timeout: CHANNEL_TIMEOUT,
    l1_chain_id: chain.l1_chain_id,
    l2_chain_id: chain.chain_id,
    regolith_time: 0,
    ...forkTimes,
    ...(keep_karst_upgrade_gas ? { keep_karst_upgrade_gas } : {}),
    batch_inbox_address: chain.batch_inbox_addr.toLowerCase(),
    deposit_contract_address: addresses.OptimismPortalProxy.toLowerCase(),
    l1_system_config_address: addresses.SystemConfigProxy.toLowerCase(),
    chain_op_config: {
      eip1559Elasticity: optimism.eip1559_elasticity,
      eip1559Denominator: optimism.eip1559_denominator,
      eip1559DenominatorCanyon: optimism.eip1559_denominator_canyon,
    },
    ...(alt_da
      ? { alt_da: { ...alt_da, da_challenge_contract_address: alt_da.da_challenge_contract_address.toLowerCase() } }
      : {}),
  };
}
