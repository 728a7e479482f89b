/** Sequencer, batcher and proposer of somebody else on a devnet's chain: processes with its keys that no operator manages. */
import { join } from 'node:path';
import type { DevnetChain } from './chain.ts';
import { createPrograms } from './programs/index.ts';
import { p2pIdentity } from './programs/p2p-identity.ts';
import { chainOwner, type TestChain } from './programs/testing/test-bed.ts';
import { nodeKey, sequencerEnv, startBatcher, startNode, type TestNode } from './programs/testing/test-chain.ts';
import { startProposer } from './programs/testing/test-proposer.ts';

export interface ForeignNode extends TestNode {
  /** For `consensus.p2p.staticPeers` of whoever wants to hear of its blocks. */
  readonly multiaddr: string;
}

/** Programs of the same chain, in the same ledger, outside of the cluster. `dir` is for their volumes. */
export function foreignChain(
  chain: DevnetChain,
  dir: string,
  l1: { readonly rpcUrl: string; readonly beaconUrl: string },
): TestChain {
  const { ledger, faults, referee, deployment, files } = chain;
  return {
    cluster: {
      programs: createPrograms(ledger, faults),
      directory: join(dir, 'foreign'),
      names: new Map([['l1.test', '127.0.0.1']]),
      containers: [],
    },
    ledger,
    faults,
    referee,
    deployment,
    owner: chainOwner(deployment),
    files,
    l1Url: l1.rpcUrl.replace('127.0.0.1', 'l1.test'),
    beaconUrl: l1.beaconUrl.replace('127.0.0.1', 'l1.test'),
  };
}

/** @param env more settings of its op-node */
export async function startForeignSequencer(
  foreign: TestChain,
  name = 'foreign-sequencer',
  env: Readonly<Record<string, string>> = {},
): Promise<ForeignNode> {
  const node = await startNode(foreign, name, { env: { ...sequencerEnv(foreign, false), ...env } });
  return { ...node, multiaddr: `/ip4/${node.address}/tcp/9222/p2p/${p2pIdentity(nodeKey(name)).peerId}` };
}

/** Reads from the node at `address`, which may be a pod of the cluster. */
export function startForeignBatcher(foreign: TestChain, address: string, name: string) {
  const [rpcUrl, ethUrl] = [`http://${address}:9545`, `http://${address}:8545`];
  return startBatcher(foreign, { rpcUrl, ethUrl } as TestNode, {
    name,
    env: { OP_BATCHER_DATA_AVAILABILITY_TYPE: 'calldata' },
  });
}

export function startForeignProposer(foreign: TestChain, address: string, name: string) {
  return startProposer(foreign, { rpcUrl: `http://${address}:9545` } as TestNode, { name });
}
