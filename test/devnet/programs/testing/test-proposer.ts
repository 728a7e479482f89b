/** A proposer of a test chain, and the games that it makes on L1. */
import { Interface } from 'ethers';
import { artifact } from '../../servers/contract-artifacts.ts';
import { type Hex, jsonRpc } from '../../servers/json-rpc.ts';
import type { TestChain } from './test-bed.ts';
import type { TestNode } from './test-chain.ts';
import { runContainer, type TestContainer } from './test-pod.ts';

export const PROPOSER_RPC_PORT = 8560;

/** Starts op-proposer for permissioned games against one node. */
export function startProposer(
  chain: TestChain,
  node: TestNode,
  options: {
    readonly name?: string;
    readonly image?: string;
    /** Where proposals go to; the games of the chain by default. */
    readonly target?: Record<string, string>;
    readonly env?: Record<string, string>;
  } = {},
): TestContainer {
  return runContainer(chain.cluster, {
    name: options.name ?? 'proposer',
    image: options.image ?? 'op-proposer:v1.18.2',
    argv: ['op-proposer'],
    env: {
      OP_PROPOSER_L1_ETH_RPC: chain.l1Url,
      OP_PROPOSER_ROLLUP_RPC: node.rpcUrl,
      ...(options.target ?? {
        OP_PROPOSER_GAME_FACTORY_ADDRESS: factoryOf(chain),
        OP_PROPOSER_GAME_TYPE: '1',
        OP_PROPOSER_PROPOSAL_INTERVAL: '3s',
      }),
      OP_PROPOSER_POLL_INTERVAL: '200ms',
      OP_PROPOSER_NUM_CONFIRMATIONS: '1',
      OP_PROPOSER_TXMGR_RECEIPT_QUERY_INTERVAL: '200ms',
      OP_PROPOSER_RPC_PORT: String(PROPOSER_RPC_PORT),
      OP_PROPOSER_RPC_ENABLE_ADMIN: 'true',
      OP_PROPOSER_PRIVATE_KEY: chain.deployment.keys.proposer,
      ...options.env,
    },
  });
}

export const factoryOf = (chain: TestChain): string => chain.deployment.addresses['DisputeGameFactoryProxy'] ?? '';

export interface Game {
  readonly gameType: number;
  /** Unix seconds of the L1 block that made it. */
  readonly createdAt: number;
  readonly rootClaim: string;
  readonly block: number;
  readonly creator: string;
}

const gameAbi = new Interface([
  'function rootClaim() view returns (bytes32)',
  'function l2BlockNumber() view returns (uint256)',
  'function gameCreator() view returns (address)',
]);

/** Reads all games of the chain's factory, oldest first. */
export async function gamesOf(chain: TestChain): Promise<readonly Game[]> {
  const read = async (to: string, abi: Interface, method: string, args: unknown[] = []) =>
    abi.decodeFunctionResult(
      method,
      await jsonRpc<Hex>(chain.l1Url, 'eth_call', [{ to, data: abi.encodeFunctionData(method, args) }, 'latest']),
    );
  const factory = artifact('DisputeGameFactory').interface;
  const [count] = await read(factoryOf(chain), factory, 'gameCount');
  return Promise.all(
    Array.from({ length: Number(count) }, async (_, index) => {
      const [gameType, createdAt, proxy] = await read(factoryOf(chain), factory, 'gameAtIndex', [index]);
      const [[rootClaim], [block], [creator]] = await Promise.all([
        read(proxy, gameAbi, 'rootClaim'),
        read(proxy, gameAbi, 'l2BlockNumber'),
        read(proxy, gameAbi, 'gameCreator'),
      ]);
      return { gameType: Number(gameType), createdAt: Number(createdAt), rootClaim, block: Number(block), creator };
    }),
  );
}
