import { z } from 'zod';
import { FORKS, type ForkName } from '../catalogue/releases.ts';
import { OperatorError } from '../contract/failures.ts';

const hash = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, 'must be 32 bytes of hex')
  .toLowerCase();
const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, 'must be an address')
  .toLowerCase();
const whole = z.int('must be a whole number').nonnegative('must not be negative');
const forkTime = whole.nullish().transform((time) => time ?? undefined);
const blockId = z.object({ hash, number: whole });

/**
 * rollup.json, under the names of the file. Strict where op-node and this operator read, unknown fields are left out:
 * every version of op-node has its own. What is well formed but wrong is found by `checkRollupConfig`.
 */
const rollupConfig = z.object({
  genesis: z.object({
    l1: blockId,
    l2: blockId,
    l2_time: whole,
    system_config: z.object({
      batcherAddr: address,
      overhead: hash,
      scalar: hash,
      gasLimit: whole,
    }),
  }),
  /** Seconds. */
  block_time: whole,
  /** Seconds. From Fjord on op-node uses 1800 and ignores it. */
  max_sequencer_drift: whole,
  /** L1 blocks. */
  seq_window_size: whole,
  /** L1 blocks. */
  channel_timeout: whole,
  l1_chain_id: whole,
  l2_chain_id: whole,
  regolith_time: forkTime,
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
  batch_inbox_address: address,
  deposit_contract_address: address,
  l1_system_config_address: address,
  chain_op_config: z
    .object({
      eip1559Elasticity: whole,
      eip1559Denominator: whole,
      eip1559DenominatorCanyon: whole.nullish().transform((denominator) => denominator ?? undefined),
    })
    .nullish()
    .transform((config) => config ?? undefined),
});
export type RollupConfig = z.output<typeof rollupConfig>;

/**
 * Reads the content of a rollup.json. Hashes and addresses come back in lower case.
 * @throws OperatorError `InvalidSpec` that names the first fields that are missing or malformed
 */
export function parseRollupConfig(config: unknown): RollupConfig {
  const parsed = rollupConfig.safeParse(config, { reportInput: true });
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, 5).map(({ path, message, input }) => {
    const field = path.join('.') || 'file';
    return input === undefined && path.length > 0 ? `${field} is missing` : `${field}: ${message}`;
  });
  throw new OperatorError({
    type: 'InvalidSpec',
    message: `rollup configuration: ${issues.join('; ')}.`,
    fix: 'Provide the rollup.json of the chain, e.g. from `op-deployer inspect rollup` or `optimism_rollupConfig` of a running op-node.',
  });
}

export interface Fork {
  readonly name: ForkName;
  /** Activation, seconds since the epoch. */
  readonly time: number;
}

/** The forks that have a time, in their order. */
export function scheduledForks(config: RollupConfig): readonly Fork[] {
  return FORKS.flatMap((name) => {
    const time = config[`${name}_time`];
    return time === undefined ? [] : [{ name, time }];
  });
}
