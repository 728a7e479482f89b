import { FORKS, type ForkName } from '../catalogue/releases.ts';
import type { Problem } from '../contract/failures.ts';
import type { RollupConfig } from './rollup-config.ts';

const ZERO_ADDRESS = `0x${'00'.repeat(20)}`;
const ZERO_HASH = `0x${'00'.repeat(32)}`;

/**
 * What op-node refuses at its start although the file is well formed: the rules of `Config.Check()` in
 * op-node/rollup/types.go, found before a pod has to die of them. Empty when op-node would take the file.
 */
export function checkRollupConfig(config: RollupConfig): Problem[] {
  return [
    ...checkGenesis(config),
    ...checkTiming(config),
    ...checkChainIds(config),
    ...checkAddresses(config),
    ...checkForkOrder(config),
    ...checkFeeParameters(config),
  ];
}

function checkGenesis({ genesis }: RollupConfig): Problem[] {
  const problems: Problem[] = [];
  if (genesis.l1.hash === ZERO_HASH)
    problems.push(wrong('genesis.l1.hash', 'is zero', 'the hash of the L1 start block'));
  if (genesis.l2.hash === ZERO_HASH) problems.push(wrong('genesis.l2.hash', 'is zero', 'the hash of L2 block 0'));
  if (genesis.l1.hash === genesis.l2.hash && genesis.l1.hash !== ZERO_HASH) {
    problems.push(wrong('genesis.l2.hash', 'equals genesis.l1.hash', 'the hash of L2 block 0'));
  }
  if (genesis.l2_time === 0) problems.push(wrong('genesis.l2_time', 'is 0', 'the timestamp of L2 block 0'));
  const { batcherAddr, scalar, gasLimit } = genesis.system_config;
  if (batcherAddr === ZERO_ADDRESS) {
    problems.push(wrong('genesis.system_config.batcherAddr', 'is the zero address', 'the batcher at genesis'));
  }
  if (scalar === ZERO_HASH)
    problems.push(wrong('genesis.system_config.scalar', 'is zero', 'the fee scalar at genesis'));
  if (gasLimit === 0) problems.push(wrong('genesis.system_config.gasLimit', 'is 0', 'the L2 gas limit at genesis'));
  return problems;
}

function checkTiming(config: RollupConfig): Problem[] {
  const problems: Problem[] = [];
  if (config.block_time === 0) problems.push(wrong('block_time', 'is 0', 'seconds between L2 blocks, e.g. 2'));
  if (config.max_sequencer_drift === 0) problems.push(wrong('max_sequencer_drift', 'is 0', 'seconds, e.g. 600'));
  if (config.seq_window_size < 2) {
    problems.push(wrong('seq_window_size', `is ${config.seq_window_size}`, 'at least 2 L1 blocks, e.g. 3600'));
  }
  if (config.channel_timeout === 0) problems.push(wrong('channel_timeout', 'is 0', 'L1 blocks, e.g. 300'));
  return problems;
}

function checkChainIds({ l1_chain_id, l2_chain_id }: RollupConfig): Problem[] {
  const problems: Problem[] = [];
  if (l1_chain_id === 0) problems.push(wrong('l1_chain_id', 'is 0', 'the chain id of L1'));
  if (l2_chain_id === 0) problems.push(wrong('l2_chain_id', 'is 0', 'the chain id of this chain'));
  if (l1_chain_id === l2_chain_id && l1_chain_id !== 0) {
    problems.push(wrong('l2_chain_id', `equals l1_chain_id (${l1_chain_id})`, 'the chain id of this chain'));
  }
  return problems;
}

function checkAddresses(config: RollupConfig): Problem[] {
  const fields = ['batch_inbox_address', 'deposit_contract_address', 'l1_system_config_address'] as const;
  return fields
    .filter((field) => config[field] === ZERO_ADDRESS)
    .map((field) => wrong(field, 'is the zero address', 'the address on L1'));
}

/**
 * Forks are scheduled without a gap and in their order. op-node from v1.19.8 also wants Jovian and later ones strictly
 * after the fork before, unless both are active at genesis; older versions do not, so that is no rule here.
 */
function checkForkOrder(config: RollupConfig): Problem[] {
  const problems: Problem[] = [];
  let before: ForkName | undefined;
  for (const fork of FORKS) {
    const time = config[`${fork}_time`];
    const timeBefore = before === undefined ? 0 : config[`${before}_time`];
    if (time !== undefined && before !== undefined) {
      if (timeBefore === undefined) {
        problems.push(wrong(`${fork}_time`, `is set (${time}) but ${before}_time is not`, `${before}_time as well`));
      } else if (time < timeBefore) {
        problems.push(
          wrong(`${fork}_time`, `(${time}) is before ${before}_time (${timeBefore})`, 'the forks in order'),
        );
      }
    }
    before = fork;
  }
  return problems;
}

function checkFeeParameters({ canyon_time, chain_op_config: fees }: RollupConfig): Problem[] {
  if (canyon_time === undefined) return [];
  if (fees === undefined) {
    return [wrong('chain_op_config', 'is missing but Canyon is scheduled', 'the EIP-1559 parameters of the chain')];
  }
  const fields = ['eip1559Elasticity', 'eip1559Denominator', 'eip1559DenominatorCanyon'] as const;
  return fields
    .filter((field) => !fees[field])
    .map((field) => wrong(`chain_op_config.${field}`, 'is missing or 0', 'the EIP-1559 parameter of the chain'));
}

function wrong(field: string, what: string, wanted: string): Problem {
  return {
    type: 'InvalidSpec',
    message: `rollup configuration: ${field} ${what}. op-node would refuse to start.`,
    fix: `Set ${field}: ${wanted}.`,
  };
}
