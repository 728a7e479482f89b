/** A chain of the superchain registry, under the names that its TOML files have (`op.toml`, `superchain.toml`). */
import { z } from 'zod';

const whole = z.int().nonnegative();
const hash = z.string().regex(/^0x[0-9a-fA-F]{64}$/, 'must be 32 bytes of hex');
const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/, 'must be an address');
/** Activation of a fork, seconds since the epoch. Those that the chain inherits from its superchain are written out. */
const forkTime = whole.optional();
const blockId = z.object({ hash, number: whole });

const registryChain = z.object({
  /** As people call it: `OP Sepolia Testnet`. */
  name: z.string(),
  l1_chain_id: whole,
  chain_id: whole,
  /** Where replicas send what users send to them. Absent: the chain names none. */
  sequencer_rpc: z.string().optional(),
  /** `alt-da`: batches are on another data availability layer, and only commitments to them on L1. */
  data_availability_type: z.enum(['eth-da', 'alt-da']),
  batch_inbox_addr: address,
  /** Seconds. */
  block_time: whole,
  /** L1 blocks. */
  seq_window_size: whole,
  /** Seconds. */
  max_sequencer_drift: whole,
  hardforks: z.object({
    canyon_time: forkTime,
    delta_time: forkTime,
    ecotone_time: forkTime,
    fjord_time: forkTime,
    granite_time: forkTime,
    holocene_time: forkTime,
    pectra_blob_schedule_time: forkTime,
    isthmus_time: forkTime,
    jovian_time: forkTime,
    karst_time: forkTime,
    lagoon_time: forkTime,
    /** The gas limit of the block in which Karst began stays: some chains had it so before op-node knew better. */
    keep_karst_upgrade_gas: z.boolean().optional(),
  }),
  optimism: z.object({
    eip1559_elasticity: whole,
    eip1559_denominator: whole,
    eip1559_denominator_canyon: whole,
  }),
  alt_da: z
    .object({
      da_challenge_contract_address: address,
      /** L1 blocks. */
      da_challenge_window: whole,
      /** L1 blocks. */
      da_resolve_window: whole,
      da_commitment_type: z.string(),
    })
    .optional(),
  genesis: z.object({
    l2_time: whole,
    l1: blockId,
    /** Not block 0 where the chain is older than Bedrock, or was another one before. */
    l2: blockId,
    system_config: z.object({ batcherAddress: address, overhead: hash, scalar: hash, gasLimit: whole }),
  }),
  /** Contracts on L1 by their names in the registry. */
  addresses: z.looseObject({ SystemConfigProxy: address, OptimismPortalProxy: address }).catchall(address),
});
export type RegistryChain = z.output<typeof registryChain>;

/** A file of chains: the one that is built in, and those that `tools/compile-registry.ts` makes. */
export const registryFile = z.object({
  source: z.string(),
  license: z.string(),
  /** By name, `<superchain>/<chain>`. */
  chains: z.record(
    z.string().regex(/^[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9_-]*$/, 'must be <superchain>/<chain>'),
    registryChain,
  ),
});
export type RegistryFile = z.output<typeof registryFile>;
