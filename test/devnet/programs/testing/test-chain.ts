/** The pods that run a test chain. */
import { p2pIdentity } from '../p2p-identity.ts';
import { eventually } from './eventually.ts';
import { rpc } from './rpc.ts';
import { statusWith } from './sync-status.ts';
import type { TestChain } from './test-bed.ts';
import { newAddress, runContainer, type TestContainer } from './test-pod.ts';

export interface TestNode {
  readonly address: string;
  readonly geth: TestContainer;
  readonly node: TestContainer;
  readonly rpcUrl: string;
  readonly ethUrl: string;
  readonly engineUrl: string;
}

export const JWT = '11'.repeat(32);
/** p2p key of a node by its name. */
export const nodeKey = (name: string): Buffer => Buffer.from(hashOf(name), 'hex');

function hashOf(name: string): string {
  return Buffer.from(name.padEnd(32, '.')).toString('hex').slice(0, 64);
}

const peerAddress = (name: string): string => `/dns4/${name}/tcp/9222/p2p/${p2pIdentity(nodeKey(name)).peerId}`;

/** Settings of op-node that every test node has. */
export function nodeEnv(chain: TestChain, name: string, peers: readonly string[]): Record<string, string> {
  return {
    OP_NODE_L1_ETH_RPC: chain.l1Url,
    OP_NODE_L1_BEACON: chain.beaconUrl,
    OP_NODE_L1_HTTP_POLL_INTERVAL: '200ms',
    OP_NODE_L1_EPOCH_POLL_INTERVAL: '400ms',
    OP_NODE_L1_RUNTIME_CONFIG_RELOAD_INTERVAL: '1s',
    OP_NODE_L2_ENGINE_RPC: 'http://127.0.0.1:8551',
    OP_NODE_L2_ENGINE_AUTH: '/secrets/jwt.hex',
    OP_NODE_ROLLUP_CONFIG: '/config/rollup.json',
    OP_NODE_ROLLUP_L1_CHAIN_CONFIG: '/config/l1-chain.json',
    OP_NODE_RPC_ADDR: '0.0.0.0',
    OP_NODE_RPC_ENABLE_ADMIN: 'true',
    OP_NODE_P2P_BOOTNODES: '',
    OP_NODE_P2P_NO_DISCOVERY: 'true',
    OP_NODE_P2P_PRIV_RAW: nodeKey(name).toString('hex'),
    OP_NODE_P2P_PEERSTORE_PATH: 'memory',
    OP_NODE_P2P_DISCOVERY_PATH: 'memory',
    OP_NODE_P2P_STATIC: peers.map(peerAddress).join(','),
    OP_NODE_SAFEDB_PATH: '/cl/safedb',
  };
}

export const sequencerEnv = (chain: TestChain, stopped: boolean): Record<string, string> => ({
  OP_NODE_SEQUENCER_ENABLED: 'true',
  OP_NODE_SEQUENCER_STOPPED: String(stopped),
  OP_NODE_SEQUENCER_L1_CONFS: '0',
  OP_NODE_P2P_SEQUENCER_KEY: chain.deployment.keys.sequencerSigner,
});

export const nodeFiles = (chain: TestChain): Record<string, string> => ({
  '/secrets/jwt.hex': JWT,
  '/config/rollup.json': JSON.stringify(chain.files.rollup),
  '/config/l1-chain.json': JSON.stringify(chain.files.l1ChainConfig),
});

export const gethEnv: Readonly<Record<string, string>> = {
  GETH_DATADIR: '/data',
  GETH_STATE_SCHEME: 'hash',
  GETH_HTTP: 'true',
  GETH_HTTP_ADDR: '0.0.0.0',
  GETH_HTTP_API: 'admin,debug,eth,net,txpool,web3,miner',
  GETH_AUTHRPC_ADDR: '127.0.0.1',
  GETH_AUTHRPC_JWTSECRET: '/secrets/jwt.hex',
  GETH_MAXPEERS: '0',
};

/** Writes the genesis and starts op-geth. */
export async function startGeth(
  chain: TestChain,
  name: string,
  options: { readonly address?: string; readonly env?: Record<string, string>; readonly jwt?: string } = {},
): Promise<TestContainer> {
  const common = { name, image: 'op-geth:v1.101701.0', volumes: ['/data'], address: options.address ?? newAddress() };
  const init = runContainer(chain.cluster, {
    ...common,
    argv: ['geth', 'init', '/genesis/genesis.json'],
    env: { GETH_DATADIR: '/data', GETH_STATE_SCHEME: 'hash' },
    files: { '/genesis/genesis.json': JSON.stringify(chain.files.genesis) },
  });
  const code = await init.exit;
  if (code !== 0) throw new Error(`geth init: ${init.logs.join('\n')}`);
  return runContainer(chain.cluster, {
    ...common,
    argv: ['geth', '--rollup.disabletxpoolgossip=true'],
    env: { ...gethEnv, ...options.env },
    files: { '/secrets/jwt.hex': options.jwt ?? JWT },
  });
}

/** Starts op-geth and op-node as one pod. */
export async function startNode(
  chain: TestChain,
  name: string,
  options: {
    readonly peers?: readonly string[];
    readonly env?: Record<string, string>;
    readonly gethEnv?: Record<string, string>;
    readonly image?: string;
    readonly address?: string;
    /** Of op-node, besides those that all have. */
    readonly files?: Readonly<Record<string, string>>;
  } = {},
): Promise<TestNode> {
  const address = options.address ?? newAddress();
  const geth = await startGeth(chain, name, {
    address,
    ...(options.gethEnv === undefined ? {} : { env: options.gethEnv }),
  });
  const node = startOpNode(chain, name, { ...options, address });
  return {
    address,
    geth,
    node,
    rpcUrl: `http://${address}:9545`,
    ethUrl: `http://${address}:8545`,
    engineUrl: `http://${address}:8551`,
  };
}

/** Starts only op-node at an address where its execution client is. */
export function startOpNode(
  chain: TestChain,
  name: string,
  options: {
    readonly peers?: readonly string[];
    readonly env?: Record<string, string>;
    readonly image?: string;
    readonly address: string;
    readonly files?: Readonly<Record<string, string>>;
  },
): TestContainer {
  return runContainer(chain.cluster, {
    name,
    image: options.image ?? 'op-node:v1.18.2',
    argv: ['op-node'],
    env: { ...nodeEnv(chain, name, options.peers ?? []), ...options.env },
    files: { ...nodeFiles(chain), ...options.files },
    volumes: ['/cl'],
    address: options.address,
  });
}

/** Starts op-batcher against one node. */
export function startBatcher(
  chain: TestChain,
  node: TestNode,
  options: {
    readonly name?: string;
    readonly image?: string;
    readonly env?: Record<string, string>;
    readonly files?: Readonly<Record<string, string>>;
  } = {},
): TestContainer {
  return runContainer(chain.cluster, {
    name: options.name ?? 'batcher',
    image: options.image ?? 'op-batcher:v1.18.2',
    argv: ['op-batcher'],
    env: {
      OP_BATCHER_L1_ETH_RPC: chain.l1Url,
      OP_BATCHER_L2_ETH_RPC: node.ethUrl,
      OP_BATCHER_ROLLUP_RPC: node.rpcUrl,
      OP_BATCHER_MAX_CHANNEL_DURATION: '1',
      OP_BATCHER_POLL_INTERVAL: '200ms',
      OP_BATCHER_NUM_CONFIRMATIONS: '1',
      OP_BATCHER_TXMGR_RECEIPT_QUERY_INTERVAL: '200ms',
      OP_BATCHER_RPC_PORT: '8548',
      OP_BATCHER_RPC_ENABLE_ADMIN: 'true',
      OP_BATCHER_PRIVATE_KEY: chain.deployment.keys.batcher,
      ...options.env,
    },
    ...(options.files === undefined ? {} : { files: options.files }),
  });
}

/** Number of op-node's peers. */
export const peersOf = async (node: TestNode): Promise<number> =>
  (await rpc<{ connected: number }>(node.rpcUrl, 'opp2p_peerStats')).connected;

/** Starts a stopped sequencer once it has heads and as many peers: those who come later miss its first blocks. */
export async function startSequencing(node: TestNode, peers = 0): Promise<void> {
  await eventually(`${peers} peers`, async () => (await peersOf(node)) >= peers);
  const { unsafe_l2 } = await statusWith('heads', node.rpcUrl, (status) => status.unsafe_l2.timestamp > 0);
  await rpc(node.rpcUrl, 'admin_startSequencer', [unsafe_l2.hash]);
}
