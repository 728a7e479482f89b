/** The devnet's chain as if it was public: under a name that programs and operator know. */
import type { RegistryFile } from '../../src/catalogue/registry-chain.ts';
import { parseRollupConfig, scheduledForks } from '../../src/chain/rollup-config.ts';
import { FIRST_BOOTNODE } from './programs/op-node/p2p-config.ts';
import type { ChainFiles } from './servers/chain-files.ts';

/** For `spec.network`. */
export const REGISTRY_NAME = 'local/devnet';
/** The same chain as op-node, op-geth and op-reth call it. */
export const PROGRAM_NAME = 'devnet-local';
/** Boot nodes can be resolved, as by public DNS. They find everybody who searches: see the gossip network. */
export const PUBLIC_NAMES: ReadonlyMap<string, string> = new Map([[FIRST_BOOTNODE, '203.0.113.1']]);

/** What `tools/compile-registry.ts` would make of the chain: content of OPSTACK_REGISTRY_FILE. */
export function devnetRegistry(files: ChainFiles): RegistryFile {
  const rollup = parseRollupConfig(files.rollup);
  const { genesis, chain_op_config: fees } = rollup;
  const { batcherAddr, ...systemConfig } = genesis.system_config;
  const forks = scheduledForks(rollup).filter(({ name }) => name !== 'regolith');
  return {
    source: 'test/devnet',
    license: 'Apache-2.0',
    chains: {
      [REGISTRY_NAME]: {
        name: 'Devnet',
        l1_chain_id: rollup.l1_chain_id,
        chain_id: rollup.l2_chain_id,
        data_availability_type: 'eth-da',
        batch_inbox_addr: rollup.batch_inbox_address,
        block_time: rollup.block_time,
        seq_window_size: rollup.seq_window_size,
        max_sequencer_drift: rollup.max_sequencer_drift,
        hardforks: Object.fromEntries(forks.map(({ name, time }) => [`${name}_time`, time])),
        optimism: {
          eip1559_elasticity: fees?.eip1559Elasticity ?? 0,
          eip1559_denominator: fees?.eip1559Denominator ?? 0,
          eip1559_denominator_canyon: fees?.eip1559DenominatorCanyon ?? 0,
        },
        genesis: { ...genesis, system_config: { batcherAddress: batcherAddr, ...systemConfig } },
        addresses: {
          SystemConfigProxy: rollup.l1_system_config_address,
          OptimismPortalProxy: rollup.deposit_contract_address,
        },
      },
    },
  };
}
