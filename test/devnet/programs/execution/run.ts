import { type L2Block, seal, ZERO_HASH } from '../../ledger/block.ts';
import { forksBy } from '../../ledger/forks.ts';
import { type Environment, faultIsOn } from '../environment.ts';
import type { Process } from '../process.ts';
import { createRpcClient } from '../rpc/client.ts';
import { refuseToken } from '../rpc/jwt.ts';
import { json, type RpcMethods, serveRpc, text, withModules } from '../rpc/server.ts';
import { createChain } from './chain.ts';
import type { DataDirectory } from './data-directory.ts';
import { engineMethods, type MissingBlocks } from './engine-api.ts';
import { ethMethods } from './eth-api.ts';
import { mainnetGenesis, type StoredGenesis } from './genesis.ts';
import { executionMetrics } from './metrics.ts';
import type { ExecutionOptions } from './options.ts';
import { nodeInfo, startPeers } from './peers.ts';

/**
 * Opens the database and all servers of an execution client. Rejects with EADDRINUSE when a port is taken.
 * The newest block is on disk only after the next one came, or after a clean stop: a SIGKILL loses it, as recorded.
 */
export async function startExecution(
  process: Process,
  environment: Environment,
  options: ExecutionOptions,
  directory: DataDirectory,
): Promise<void> {
  const genesis = directory.genesis() ?? mainnetGenesis;
  const ledger = environment.ledgerOf(genesis.hash);
  const forkAt = forksBy(genesis.config, (fork) => `${fork}Time`, genesis.timestamp);
  const chain = createChain(ledger, genesisBlock(genesis), forkAt, directory.heads(), (heads, before) => {
    if (!process.killed()) directory.writeHeads({ unsafe: before.unsafe, finalized: heads.finalized });
  });
  process.onEnd((how) => {
    if (how !== 'exit') return;
    directory.writeHeads({ unsafe: chain.unsafe().hash, finalized: chain.finalized()?.hash });
    directory.markStopped();
  });
  const peers = startPeers(process, ledger, chain, options);
  const eth = ethMethods({
    chain,
    genesis,
    clientVersion: options.clientVersion,
    networkId: genesis.chainId,
    peerCount: peers.count,
    syncing: peers.syncing,
    nodeInfo: () => nodeInfo(options, peers.host, chain, genesis),
    addPeer: peers.add,
    sequencer: options.sequencerHttp === undefined ? undefined : createRpcClient(process, options.sequencerHttp),
  });
  const hanging = () => faultIsOn(environment, process, 'hangRpc');
  const missing: MissingBlocks = {
    parent(block) {
      options.words?.missingParent(block);
      peers.fetch(block);
    },
    head(hash) {
      options.words?.unknownHead(hash, peers.count());
      const block = ledger.block(hash);
      if (block !== undefined) peers.fetch(block);
    },
  };
  await serveEngine(
    process,
    options,
    { ...pick(eth, ['eth']), ...engineMethods(ledger, chain, missing) },
    { hanging, hasOtherSecret: () => faultIsOn(environment, process, 'otherJwtSecret') },
  );
  const served = (api: string) => api !== 'miner' || !faultIsOn(environment, process, 'hideMinerApi');
  await servePublic(process, options, eth, { hanging, served });
  await serveMetrics(process, options, () => executionMetrics(chain, peers.count()));
}

function serveEngine(
  process: Process,
  options: ExecutionOptions,
  methods: RpcMethods,
  { hanging, hasOtherSecret }: { hanging(): boolean; hasOtherSecret(): boolean },
): Promise<void> {
  const refuse = (header: string | undefined) => {
    const secret = hasOtherSecret() ? Buffer.alloc(32) : options.jwtSecret;
    return refuseToken(header, secret, Math.floor(Date.now() / 1000));
  };
  return serveRpc(process, { ...options.engine, methods: withModules(methods), get: () => undefined, refuse, hanging });
}

async function servePublic(
  process: Process,
  options: ExecutionOptions,
  eth: RpcMethods,
  { hanging, served }: { hanging(): boolean; served(api: string): boolean },
): Promise<void> {
  const { http, ws } = options;
  const get = (path: string) => (path === '/' ? text(options.getStatus, '') : undefined);
  if (http !== undefined) {
    await serveRpc(process, {
      ...http,
      get methods() {
        return withModules(pick(eth, http.api.filter(served)));
      },
      get,
      hanging,
    });
  }
  if (ws !== undefined) await serveRpc(process, { ...ws, methods: {}, get: () => undefined, hanging });
}

async function serveMetrics(process: Process, options: ExecutionOptions, show: () => string): Promise<void> {
  const { metrics } = options;
  if (metrics === undefined) return;
  const get = (path: string) =>
    path === metrics.path ? text(200, show()) : path === '/debug/metrics' ? json({}) : undefined;
  await serveRpc(process, { ...metrics, methods: {}, get, hanging: () => false });
}

const pick = (methods: RpcMethods, namespaces: readonly string[]): RpcMethods =>
  Object.fromEntries(Object.entries(methods).filter(([name]) => namespaces.includes(name.slice(0, name.indexOf('_')))));

/** Block 0 under its real hash. Its L1 origin is in the rollup config, which an execution client does not have. */
function genesisBlock(genesis: StoredGenesis): L2Block {
  const block = seal({
    parentHash: ZERO_HASH,
    number: 0,
    timestamp: genesis.timestamp,
    l1Origin: { hash: ZERO_HASH, number: 0 },
    sequenceNumber: 0,
    batcher: '',
    transactions: [],
    forced: false,
  });
  return { ...block, hash: genesis.hash };
}
