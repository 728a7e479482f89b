import { getBytes, Interface, id, keccak256 } from 'ethers';
import type { RpcClient } from '../rpc/client.ts';

const abi = new Interface(['function unsafeBlockSigner() view returns (address)']);

/** `ConfigUpdate(uint256 indexed version, uint8 indexed updateType, bytes data)` */
export const CONFIG_UPDATE_TOPIC = id('ConfigUpdate(uint256,uint8,bytes)');
const BATCHER_UPDATE = 0n;

export interface BatcherUpdate {
  /** Lower-case address. */
  readonly batcher: string;
}

/** Updates of the batcher address among the logs of one block, in their order. */
export function readBatcherUpdates(logs: unknown): readonly BatcherUpdate[] {
  if (!Array.isArray(logs)) return [];
  return logs.flatMap((log: Record<string, unknown>) => {
    const topics = Array.isArray(log['topics']) ? log['topics'] : [];
    if (topics[2] === undefined || BigInt(String(topics[2])) !== BATCHER_UPDATE) return [];
    return [{ batcher: `0x${String(log['data']).slice(-40)}`.toLowerCase() }];
  });
}

/** False when the block's bloom filter proves that the address emitted nothing. */
export function mayHaveLogs(logsBloom: string, address: string): boolean {
  const bloom = getBytes(logsBloom);
  const hash = getBytes(keccak256(address));
  return [0, 2, 4].every((offset) => {
    const bit = (((hash[offset] ?? 0) << 8) | (hash[offset + 1] ?? 0)) & 0x7ff;
    return ((bloom[255 - (bit >> 3)] ?? 0) & (1 << (bit & 7))) !== 0;
  });
}

/** The address whose signature nodes expect on gossiped blocks, now. */
export async function readUnsafeBlockSigner(l1: RpcClient, systemConfig: string): Promise<string> {
  const data = abi.encodeFunctionData('unsafeBlockSigner');
  const answer = await l1.call('eth_call', [{ to: systemConfig, data }, 'latest']);
  return String(abi.decodeFunctionResult('unsafeBlockSigner', String(answer))[0]);
}
