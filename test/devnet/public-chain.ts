/** The devnet's chain as a public one: somebody else sequences and batches it, and peers are found through boot nodes. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../src/kube/index.ts';
import { type DevnetChain, NETWORK } from './chain.ts';
import { type ForeignNode, foreignChain, startForeignBatcher, startForeignSequencer } from './foreign-operators.ts';
import { REGISTRY_NAME } from './registry.ts';
import { waitUntil } from './servers/wait-until.ts';

export interface PublicChain {
  readonly sequencer: ForeignNode;
  stop(): Promise<void>;
}

/** Resolves when its first batch is on L1. `dir` is for the volumes. */
export async function startPublicChain(
  chain: DevnetChain,
  dir: string,
  l1: { readonly rpcUrl: string; readonly beaconUrl: string },
): Promise<PublicChain> {
  const theirs = foreignChain(chain, dir, l1);
  const sequencer = await startForeignSequencer(theirs, 'public-sequencer', { OP_NODE_P2P_NO_DISCOVERY: 'false' });
  startForeignBatcher(theirs, sequencer.address, 'public-batcher');
  const hasBatch = () => chain.ledger.events().some(({ type }) => type === 'batch-confirmed') || undefined;
  await waitUntil('the first batch of the public chain is on L1', hasBatch, 60_000);
  return {
    sequencer,
    async stop() {
      await Promise.all(theirs.cluster.containers.map((container) => container.kill()));
    },
  };
}

const EXAMPLE = join(import.meta.dirname, '../../examples/registry-replica.yaml');

/** The two objects of examples/registry-replica.yaml, for this chain. */
export async function replicaObjects(chain: DevnetChain): Promise<{ network: KubeObject; node: KubeObject }> {
  const documents = parseAllDocuments(await readFile(EXAMPLE, 'utf8')).map((document) => document.toJS() as KubeObject);
  const own = (kind: string, name: string, spec: object): KubeObject => {
    const found = documents.find((object) => object.kind === kind);
    if (!found) throw new Error(`${EXAMPLE} has no ${kind}`);
    return {
      ...found,
      metadata: { name, namespace: chain.namespace },
      spec: { ...(found['spec'] as object), ...spec },
    };
  };
  const ofL1 = (key: string) => ({ secretKeyRef: { name: 'devnet-l1', key } });
  const chainConfig = { configMapRef: { name: 'devnet-chain', key: 'l1.json' } };
  return {
    network: own('OptimismNetwork', NETWORK, {
      network: REGISTRY_NAME,
      // Of no L1 that op-node knows: the one thing that a replica of a really public chain does not need.
      l1: { rpc: ofL1('rpc'), beacon: ofL1('beacon'), chainConfig, httpPollInterval: '1s' },
      probeInterval: '5s',
    }),
    node: own('OpNode', 'devnet-replica', {
      networkRef: { name: NETWORK },
      execution: { client: 'op-reth', storage: { size: '1Gi' } },
    }),
  };
}
