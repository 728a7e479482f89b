import { AbiCoder, id, keccak256 } from 'ethers';
import type { L2Block } from '../../ledger/block.ts';
import type { RpcClient } from '../rpc/client.ts';
import { failure, missingArgument } from '../rpc/errors.ts';
import type { RpcMethods } from '../rpc/server.ts';
import { blockJson, quantity, WITHDRAWALS_ROOT } from './block-json.ts';
import type { Chain } from './chain.ts';
import type { StoredGenesis } from './genesis.ts';

export interface EthApiOptions {
  readonly chain: Chain;
  readonly genesis: StoredGenesis;
  readonly clientVersion: string;
  readonly networkId: number;
  peerCount(): number;
  syncing(): boolean;
  nodeInfo(): Record<string, unknown>;
  addPeer(enode: string): boolean;
  /** Where a replica forwards transactions to. */
  readonly sequencer: RpcClient | undefined;
}

const L1_BLOCK = '0x4200000000000000000000000000000000000015';
const selector = (signature: string) => id(signature).slice(0, 10);

/** All methods of the HTTP port; the caller leaves out the namespaces that are not enabled. */
export function ethMethods(options: EthApiOptions): RpcMethods {
  const { chain, genesis } = options;
  const byTag = (tag: unknown): L2Block | undefined => {
    if (tag === undefined) throw missingArgument(0);
    if (tag === 'latest' || tag === 'pending') return chain.unsafe();
    if (tag === 'earliest') return chain.at(0);
    if (tag === 'safe') return required(chain.safe(), 'safe block not found');
    if (tag === 'finalized') return required(chain.finalized(), 'finalized block not found');
    return chain.at(Number(tag));
  };
  const byHash = (hash: unknown) => (chain.has(String(hash)) ? chain.at(numberOf(chain, String(hash))) : undefined);
  const shown = (block: L2Block | undefined) => (block === undefined ? null : blockJson(block, genesis));
  return {
    eth_chainId: () => quantity(genesis.chainId),
    eth_blockNumber: () => quantity(chain.unsafe().number),
    eth_getBlockByNumber: (params) => shown(byTag(params[0])),
    eth_getBlockByHash: (params) => shown(byHash(params[0])),
    eth_syncing: () =>
      options.syncing()
        ? {
            startingBlock: '0x0',
            currentBlock: quantity(chain.unsafe().number),
            highestBlock: quantity(chain.unsafe().number + 1),
          }
        : false,
    eth_gasPrice: () => quantity(1_000_000_000),
    eth_getBalance: (params) => genesis.balances[String(params[0]).replace(/^0x/, '').toLowerCase()] ?? '0x0',
    eth_getTransactionCount: () => '0x0',
    eth_getCode: () => '0x',
    // Asked for the message passer only, before Isthmus put its root into the header.
    eth_getProof: (params) => ({
      address: params[0],
      accountProof: [],
      storageHash: WITHDRAWALS_ROOT,
      storageProof: [],
    }),
    eth_call: (params) => callL1Block(params[0], byTag(params[1] ?? 'latest')),
    eth_sendRawTransaction: (params) => sendTransaction(options, String(params[0])),
    eth_getTransactionReceipt: (params) => receipt(chain, String(params[0])),
    net_version: () => String(options.networkId),
    net_listening: () => true,
    net_peerCount: () => quantity(options.peerCount()),
    web3_clientVersion: () => options.clientVersion,
    txpool_status: () => ({ pending: quantity(chain.pool.size), queued: '0x0' }),
    miner_setMaxDASize: () => true,
    debug_chainConfig: () => genesis.config,
    admin_nodeInfo: () => options.nodeInfo(),
    admin_addPeer: (params) => options.addPeer(String(params[0])),
  };
}

function numberOf(chain: Chain, hash: string): number {
  for (let number = chain.unsafe().number; number >= 0; number -= 1) if (chain.at(number)?.hash === hash) return number;
  return -1;
}

function required(block: L2Block | undefined, message: string): L2Block {
  if (block === undefined) throw failure(message);
  return block;
}

async function sendTransaction(options: EthApiOptions, raw: string): Promise<string> {
  if (options.sequencer !== undefined) return String(await options.sequencer.call('eth_sendRawTransaction', [raw]));
  const hash = keccak256(raw);
  options.chain.pool.set(hash, raw);
  return hash;
}

function receipt(chain: Chain, hash: string): unknown {
  const block = chain.blockOfTransaction(hash);
  return block === undefined
    ? null
    : { transactionHash: hash, status: '0x1', blockHash: block.hash, blockNumber: quantity(block.number), logs: [] };
}

/** The L1Block predeploy tells the L1 origin of a block; every other account is empty. */
function callL1Block(call: unknown, block: L2Block | undefined): string {
  const { to, data, input } = call as Record<string, string | undefined>;
  if (to?.toLowerCase() !== L1_BLOCK || block === undefined) return '0x';
  const coder = AbiCoder.defaultAbiCoder();
  const method = (data ?? input ?? '').slice(0, 10);
  if (method === selector('batcherHash()')) return coder.encode(['address'], [block.batcher]);
  if (method === selector('number()')) return coder.encode(['uint64'], [block.l1Origin.number]);
  if (method === selector('hash()')) return coder.encode(['bytes32'], [block.l1Origin.hash]);
  return method === selector('sequenceNumber()') ? coder.encode(['uint64'], [block.sequenceNumber]) : '0x';
}
