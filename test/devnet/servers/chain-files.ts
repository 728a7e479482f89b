/** The files that a chain's nodes are started with, for contracts that `deployContracts` made. */
import { genesisBlockHash } from '../../../src/chain/genesis.ts';
import type { Deployment } from './contracts.ts';
import { type Hex, jsonRpc } from './json-rpc.ts';
import { EIP1559, l2Genesis, ZERO_ADDRESS, ZERO_HASH } from './l2-genesis.ts';

export interface ChainFiles {
  /** rollup.json */
  rollup: Record<string, unknown>;
  /** genesis.json of the L2. */
  genesis: Record<string, unknown>;
  /** Chain configuration of the L1, which op-node wants for an L1 that it does not know. */
  l1ChainConfig: Record<string, unknown>;
  /** Hash of L2 block 0, computed from `genesis`. */
  genesisHash: string;
}

export interface ChainFilesOptions {
  blockTimeSeconds?: number;
  /** How long before the deployment the L2 began; the L1 origin is the newest block that is not younger. */
  genesisAgeSeconds?: number;
  /** In L1 blocks. */
  seqWindowSize?: number;
  /** Seconds after the genesis. */
  isthmusAfterSeconds?: number;
  jovianAfterSeconds?: number;
}

/** Makes the files; reads L1 blocks when the genesis is older than the deployment. */
export async function makeChainFiles(deployment: Deployment, options: ChainFilesOptions = {}): Promise<ChainFiles> {
  const { blockTimeSeconds = 2, genesisAgeSeconds = 0, seqWindowSize = 3600 } = options;
  const time = deployment.startBlock.timestamp - genesisAgeSeconds;
  const forks = {
    isthmus: time + (options.isthmusAfterSeconds ?? 120),
    jovian: time + (options.jovianAfterSeconds ?? 240),
  };
  const genesis = l2Genesis(deployment, time, forks);
  const genesisHash = await genesisBlockHash(genesis);
  const origin = await l1Origin(deployment, time);
  return {
    genesis,
    genesisHash,
    l1ChainConfig: l1ChainConfig(deployment.l1ChainId),
    rollup: {
      genesis: {
        l1: { hash: origin.hash, number: origin.number },
        l2: { hash: genesisHash, number: 0 },
        l2_time: time,
        system_config: {
          batcherAddr: deployment.accounts.batcher.toLowerCase(),
          overhead: ZERO_HASH,
          scalar: deployment.systemConfig.scalar,
          gasLimit: deployment.systemConfig.gasLimit,
          eip1559Params: '0x0000000000000000',
          operatorFeeParams: ZERO_HASH,
          minBaseFee: 0,
          daFootprintGasScalar: 0,
        },
      },
      block_time: blockTimeSeconds,
      max_sequencer_drift: 600,
      seq_window_size: seqWindowSize,
      channel_timeout: 300,
      l1_chain_id: deployment.l1ChainId,
      l2_chain_id: deployment.l2ChainId,
      ...fromGenesis('regolith', 'canyon', 'delta', 'ecotone', 'fjord', 'granite', 'holocene'),
      isthmus_time: forks.isthmus,
      jovian_time: forks.jovian,
      batch_inbox_address: addressOf(deployment, 'BatchInbox'),
      deposit_contract_address: addressOf(deployment, 'OptimismPortal2Proxy'),
      l1_system_config_address: addressOf(deployment, 'SystemConfigProxy'),
      protocol_versions_address: ZERO_ADDRESS,
      chain_op_config: EIP1559,
    },
  };
}

function fromGenesis(...forks: string[]): Record<string, number> {
  return Object.fromEntries(forks.map((fork) => [`${fork}_time`, 0]));
}

function addressOf(deployment: Deployment, name: string): string {
  const address = deployment.addresses[name];
  if (address === undefined) throw new Error(`the deployment has no ${name}`);
  return address.toLowerCase();
}

/** The newest L1 block that is not younger than `time`: an L2 block may not be older than its L1 origin. */
async function l1Origin(deployment: Deployment, time: number): Promise<{ number: number; hash: Hex }> {
  const blockAt = async (number: number): Promise<{ number: number; hash: Hex; timestamp: number }> => {
    const block = await jsonRpc<{ hash: Hex; timestamp: Hex }>(deployment.l1RpcUrl, 'eth_getBlockByNumber', [
      `0x${number.toString(16)}`,
      false,
    ]);
    return { number, hash: block.hash, timestamp: Number(block.timestamp) };
  };
  if (deployment.startBlock.timestamp <= time) return deployment.startBlock;
  let old = await blockAt(0);
  if (old.timestamp > time) {
    const most = deployment.startBlock.timestamp - old.timestamp;
    throw new Error(
      `the devnet's L1 has a history of ${most} s before the deployment: take a smaller genesisAgeSeconds`,
    );
  }
  let young = deployment.startBlock;
  while (young.number - old.number > 1) {
    const middle = await blockAt(Math.floor((old.number + young.number) / 2));
    if (middle.timestamp <= time) old = middle;
    else young = middle;
  }
  return old;
}

function l1ChainConfig(chainId: number): Record<string, unknown> {
  return {
    chainId,
    homesteadBlock: 0,
    eip150Block: 0,
    eip155Block: 0,
    eip158Block: 0,
    byzantiumBlock: 0,
    constantinopleBlock: 0,
    petersburgBlock: 0,
    istanbulBlock: 0,
    berlinBlock: 0,
    londonBlock: 0,
    mergeNetsplitBlock: 0,
    terminalTotalDifficulty: 0,
    shanghaiTime: 0,
    cancunTime: 0,
    pragueTime: 0,
    blobSchedule: {
      cancun: { target: 3, max: 6, baseFeeUpdateFraction: 3_338_477 },
      prague: { target: 6, max: 9, baseFeeUpdateFraction: 5_007_716 },
    },
  };
}
