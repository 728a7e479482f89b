import type { Problem } from '../contract/failures.ts';
import { genesisHeader, headerHash } from './genesis.ts';
import { parseGenesisFile } from './genesis-file.ts';
import type { RollupConfig } from './rollup-config.ts';

/**
 * Whether a genesis file is the one that the rollup configuration starts from: chain id, time and hash of block 0.
 * @throws OperatorError `InvalidSpec` when the file is malformed
 */
export async function checkGenesis(genesis: unknown, rollup: RollupConfig): Promise<Problem[]> {
  const file = parseGenesisFile(genesis);
  const problems: Problem[] = [];
  if (file.config.chainId !== rollup.l2_chain_id) {
    problems.push(mismatch('config.chainId', file.config.chainId, 'l2_chain_id', rollup.l2_chain_id));
  }
  if (BigInt(file.timestamp) !== BigInt(rollup.genesis.l2_time)) {
    problems.push(mismatch('timestamp', BigInt(file.timestamp), 'genesis.l2_time', rollup.genesis.l2_time));
  }
  const hash = headerHash(await genesisHeader(file));
  if (hash !== rollup.genesis.l2.hash) {
    problems.push(mismatch('hash of block 0', hash, 'genesis.l2.hash', rollup.genesis.l2.hash));
  }
  return problems;
}

function mismatch(what: string, value: number | bigint | string, field: string, wanted: number | string): Problem {
  return {
    type: 'ChainMismatch',
    message: `genesis file and rollup configuration are not of the same chain: ${what} of the genesis is ${value}, ${field} is ${wanted}.`,
    fix: 'Use the genesis.json and the rollup.json that were made together, e.g. by one run of op-deployer.',
  };
}
