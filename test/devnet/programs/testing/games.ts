/** Dispute games of a test chain, made and read by hand: with the published interfaces, not with those of a program. */
import { AbiCoder, type Interface } from 'ethers';
import { artifact } from '../../servers/contract-artifacts.ts';
import { jsonRpc } from '../../servers/json-rpc.ts';
import { sendL1 } from './l1-transactions.ts';
import { rpc } from './rpc.ts';
import type { TestChain } from './test-bed.ts';
import type { TestNode } from './test-chain.ts';
import { runContainer, type TestContainer } from './test-pod.ts';

export const PERMISSIONED = 1;
export const ALPHABET = 255;

export const WRONG_ROOT = `0x${'bad0'.repeat(16)}`;

/** Output root of an L2 block, as the node has it. */
export async function outputRoot(node: TestNode, block: number): Promise<string> {
  const output = await rpc<{ outputRoot: string }>(node.rpcUrl, 'optimism_outputAtBlock', [`0x${block.toString(16)}`]);
  return output.outputRoot;
}

export interface Proposal {
  readonly type: number;
  readonly root: string;
  /** L2 block that the root is said to be of. */
  readonly block: number;
}

/** Proposes an output as the chain's proposer and returns the address of the game. */
export async function propose(chain: TestChain, { type, root, block }: Proposal): Promise<string> {
  const factory = artifact('DisputeGameFactory').interface;
  const to = chain.deployment.addresses['DisputeGameFactoryProxy'] ?? '';
  const [bond] = await read(chain, factory, to, 'initBonds', [type]);
  const extra = AbiCoder.defaultAbiCoder().encode(['uint256'], [block]);
  const data = factory.encodeFunctionData('create', [type, root, extra]);
  await sendL1(chain.deployment, [{ key: chain.deployment.keys.proposer, to, data, value: bond as bigint }]);
  const [proxy] = await read(chain, factory, to, 'games', [type, root, extra]);
  return String(proxy);
}

export interface GameOnL1 {
  readonly status: 'in progress' | 'challenger won' | 'defender won';
  readonly claims: readonly { readonly parent: number; readonly claimant: string; readonly value: string }[];
}

export async function gameOnL1(chain: TestChain, address: string): Promise<GameOnL1> {
  const game = artifact('FaultDisputeGame').interface;
  const [status] = await read(chain, game, address, 'status', []);
  const [count] = await read(chain, game, address, 'claimDataLen', []);
  const claims = [];
  for (let index = 0; index < Number(count); index += 1) {
    const claim = await read(chain, game, address, 'claimData', [index]);
    claims.push({ parent: Number(claim[0]), claimant: String(claim[2]), value: String(claim[4]) });
  }
  return {
    status: (['in progress', 'challenger won', 'defender won'] as const)[Number(status)] ?? 'in progress',
    claims,
  };
}

/** Wei that the game holds for somebody. */
export async function creditOf(chain: TestChain, address: string, of: string): Promise<bigint> {
  const [credit] = await read(chain, artifact('FaultDisputeGame').interface, address, 'credit', [of]);
  return credit as bigint;
}

/** The prestate that games of a type ask for. */
export async function prestateOf(chain: TestChain, game: string): Promise<string> {
  const [hash] = await read(chain, artifact('FaultDisputeGame').interface, game, 'absolutePrestate', []);
  return String(hash);
}

/** Moves the clock of L1 on: the next block is so much later. */
export const advanceL1 = (chain: TestChain, seconds: number): Promise<unknown> =>
  jsonRpc(chain.l1Url, 'evm_increaseTime', [seconds]);

async function read(
  chain: TestChain,
  abi: Interface,
  to: string,
  method: string,
  args: readonly unknown[],
): Promise<readonly unknown[]> {
  const data = abi.encodeFunctionData(method, [...args]);
  const answer = await jsonRpc<string>(chain.l1Url, 'eth_call', [{ to, data }, 'latest']);
  return abi.decodeFunctionResult(method, answer).toArray();
}

/** Starts op-challenger against one node; it plays alphabet games unless told otherwise. */
export function startChallenger(
  chain: TestChain,
  node: { readonly rpcUrl: string; readonly ethUrl: string },
  options: {
    readonly name?: string;
    readonly image?: string;
    readonly env?: Record<string, string>;
    readonly volumes?: readonly string[];
  } = {},
): TestContainer {
  return runContainer(chain.cluster, {
    name: options.name ?? 'challenger',
    image: options.image ?? 'op-challenger:v1.16.11',
    argv: ['op-challenger'],
    env: {
      OP_CHALLENGER_L1_ETH_RPC: chain.l1Url,
      OP_CHALLENGER_L1_BEACON: chain.beaconUrl,
      OP_CHALLENGER_L2_ETH_RPC: node.ethUrl,
      OP_CHALLENGER_ROLLUP_RPC: node.rpcUrl,
      OP_CHALLENGER_GAME_FACTORY_ADDRESS: chain.deployment.addresses['DisputeGameFactoryProxy'] ?? '',
      OP_CHALLENGER_GAME_TYPES: 'alphabet',
      OP_CHALLENGER_DATADIR: '/data',
      OP_CHALLENGER_HTTP_POLL_INTERVAL: '200ms',
      OP_CHALLENGER_NUM_CONFIRMATIONS: '1',
      OP_CHALLENGER_TXMGR_RECEIPT_QUERY_INTERVAL: '200ms',
      OP_CHALLENGER_METRICS_ENABLED: 'true',
      OP_CHALLENGER_PRIVATE_KEY: chain.deployment.keys.challenger,
      ...options.env,
    },
    volumes: options.volumes ?? ['/data', '/tmp'],
  });
}

/** Settings for permissioned games, with prestates from a URL. */
export const permissionedEnv = (prestatesUrl: string): Record<string, string> => ({
  OP_CHALLENGER_GAME_TYPES: 'permissioned,alphabet',
  OP_CHALLENGER_CANNON_BIN: '/usr/local/bin/cannon',
  OP_CHALLENGER_CANNON_SERVER: '/usr/local/bin/op-program',
  OP_CHALLENGER_ROLLUP_CONFIG: '/config/rollup.json',
  OP_CHALLENGER_L2_GENESIS: '/config/genesis.json',
  OP_CHALLENGER_PRESTATES_URL: prestatesUrl,
});

/** The metrics that op-challenger serves, by name with labels. */
export async function challengerMetrics(challenger: TestContainer): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`http://${challenger.address}:7300/metrics`)).text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.split(' ')[0] ?? '', Number(line.split(' ')[1])]));
}
