import type { RegistryChain } from '../catalogue/registry-chain.ts';
import { parseRollupConfig, type RollupConfig } from './rollup-config.ts';

/** L1 blocks. The registry does not say it: op-node has it as a constant, and goes by 50 from Granite on. */
const CHANNEL_TIMEOUT = 300;

/** The rollup configuration that op-node makes of a registry chain (`LoadOPStackRollupConfig` in op-node/rollup). */
export function registryRollupConfig(chain: RegistryChain): RollupConfig {
  const { genesis, optimism, addresses } = chain;
  const { keep_karst_upgrade_gas: _, ...forkTimes } = chain.hardforks;
  const { batcherAddress, ...systemConfig } = genesis.system_config;
  return parseRollupConfig({
    genesis: { ...genesis, system_config: { batcherAddr: batcherAddress, ...systemConfig } },
    block_time: chain.block_time,
    max_sequencer_drift: chain.max_sequencer_drift,
    seq_window_size: chain.seq_window_size,
    channel_timeout: CHANNEL_TIMEOUT,
    l1_chain_id: chain.l1_chain_id,
    l2_chain_id: chain.chain_id,
    regolith_time: 0,
    ...forkTimes,
    batch_inbox_address: chain.batch_inbox_addr,
    deposit_contract_address: addresses.OptimismPortalProxy,
    l1_system_config_address: addresses.SystemConfigProxy,
    chain_op_config: {
      eip1559Elasticity: optimism.eip1559_elasticity,
      eip1559Denominator: optimism.eip1559_denominator,
      eip1559DenominatorCanyon: optimism.eip1559_denominator_canyon,
    },
  });
}
