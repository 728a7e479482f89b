import { Interface } from 'ethers';
import type { RpcClient } from '../rpc/client.ts';

/** A contract on L1. */
export interface Contract {
  readonly address: string;
  /** What a call answers at the newest block. */
  read(method: string, ...args: readonly unknown[]): Promise<readonly unknown[]>;
  /** True when a transaction with the call data would go through now, whoever sends it. */
  accepts(data: string): Promise<boolean>;
  /** Call data for a transaction. */
  encode(method: string, ...args: readonly unknown[]): string;
}

const factoryAbi = new Interface([
  'function version() view returns (string)',
  'function gameCount() view returns (uint256)',
  'function gameAtIndex(uint256) view returns (uint32, uint64, address)',
  'function gameImpls(uint32) view returns (address)',
]);

/** FaultDisputeGame 1.2 and 1.3. */
const gameAbi = new Interface([
  'function status() view returns (uint8)',
  'function absolutePrestate() view returns (bytes32)',
  'function l1Head() view returns (bytes32)',
  'function rootClaim() view returns (bytes32)',
  'function l2BlockNumber() view returns (uint256)',
  'function startingBlockNumber() view returns (uint256)',
  'function splitDepth() view returns (uint256)',
  'function maxClockDuration() view returns (uint64)',
  'function claimDataLen() view returns (uint256)',
  'function claimData(uint256) view returns (uint32, address, address, uint128, bytes32, uint128, uint128)',
  'function getRequiredBond(uint128) view returns (uint256)',
  'function credit(address) view returns (uint256)',
  'function attack(bytes32, uint256, bytes32) payable',
  'function resolveClaim(uint256, uint256)',
  'function resolve() returns (uint8)',
  'function claimCredit(address)',
]);

export const factoryAt = (l1: RpcClient, address: string): Contract => contractAt(l1, factoryAbi, address);
export const gameAt = (l1: RpcClient, address: string): Contract => contractAt(l1, gameAbi, address);

function contractAt(l1: RpcClient, abi: Interface, address: string): Contract {
  const encode = (method: string, args: readonly unknown[]) => abi.encodeFunctionData(method, args);
  const call = (data: string) => l1.call('eth_call', [{ to: address, data }, 'latest']);
  return {
    address,
    accepts: (data) =>
      call(data).then(
        () => true,
        () => false,
      ),
    encode: (method, ...args) => encode(method, args),
    async read(method, ...args) {
      const answer = (await call(encode(method, args))) as string;
      if (answer === '0x' && abi.getFunction(method)?.outputs.length !== 0) {
        // No contract there.
        throw new Error(
          'failed to unpack result: failed to unpack data: abi: attempting to unmarshal an empty string while arguments are expected',
        );
      }
      return abi.decodeFunctionResult(method, answer).toArray();
    },
  };
}
