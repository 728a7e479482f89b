/** Chains that the programs know by name, and peers that are found rather than named: what a public chain is like. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { FIRST_BOOTNODE } from './op-node/p2p-config.ts';
import { CHAIN_TEST_MS, eventually } from './testing/eventually.ts';
import { rpc } from './testing/rpc.ts';
import { unsafeAt } from './testing/sync-status.ts';
import { KNOWN_NETWORK, startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import {
  gethEnv,
  JWT,
  nodeEnv,
  nodeFiles,
  peersOf,
  sequencerEnv,
  startNode,
  startSequencing,
} from './testing/test-chain.ts';
import { newAddress, runContainer } from './testing/test-pod.ts';

vi.setConfig({ testTimeout: CHAIN_TEST_MS, hookTimeout: CHAIN_TEST_MS });

let bed: TestBed;
beforeAll(async () => {
  bed = await startTestBed();
});
afterAll(() => bed?.stop());

const SEARCHES = { OP_NODE_P2P_NO_DISCOVERY: 'false' };
const RETH = ['--datadir=/data', '--http', '--http.addr=0.0.0.0', '--authrpc.jwtsecret=/secrets/jwt.hex'];
const files = { '/secrets/jwt.hex': JWT };

/** Starts an execution client that is given the name of its chain and no genesis file. */
function startClient(chain: TestChain, client: 'op-geth' | 'op-reth', network: string, address = newAddress()) {
  const common = { name: `by-name-${client}`, volumes: ['/data'], address, files };
  return client === 'op-reth'
    ? runContainer(chain.cluster, {
        ...common,
        image: 'op-reth:v2.4.4',
        argv: ['op-reth', 'node', `--chain=${network}`, ...RETH],
      })
    : runContainer(chain.cluster, {
        ...common,
        image: 'op-geth:v1.101702.2',
        argv: ['geth'],
        env: { ...gethEnv, GETH_OP_NETWORK: network },
      });
}

/** Starts op-node with the name of its chain, and the boot nodes that it has built in. */
function startByName(chain: TestChain, address: string, network = KNOWN_NETWORK) {
  const { OP_NODE_ROLLUP_CONFIG: _, OP_NODE_P2P_BOOTNODES: __, ...env } = nodeEnv(chain, 'by-name', []);
  return runContainer(chain.cluster, {
    name: 'by-name',
    image: 'op-node:v1.19.7',
    argv: ['op-node'],
    env: { ...env, ...SEARCHES, OP_NODE_NETWORK: network },
    files: nodeFiles(chain),
    volumes: ['/cl'],
    address,
  });
}

describe.concurrent('a replica that is given the name of its chain', () => {
  test.each(['op-geth', 'op-reth'] as const)(
    'finds the sequencer through boot nodes and follows it, on %s',
    async (client) => {
      const chain = await bed.chain();
      chain.cluster.names.set(FIRST_BOOTNODE, '203.0.113.1');
      const sequencer = await startNode(chain, 'sequencer', { env: { ...sequencerEnv(chain, true), ...SEARCHES } });
      const { address } = startClient(chain, client, KNOWN_NETWORK);
      startByName(chain, address);
      await startSequencing(sequencer, 1);
      const { unsafe_l2 } = await unsafeAt(`http://${address}:9545`, 3);
      const number = `0x${unsafe_l2.number.toString(16)}`;
      const { hash } = await rpc<{ hash: string }>(sequencer.ethUrl, 'eth_getBlockByNumber', [number, false]);
      expect(unsafe_l2.hash).toBe(hash);
      expect(await peersOf(sequencer)).toBe(1);
    },
  );

  test('does not start where it can not resolve the boot nodes, and with a name that it does not know', async () => {
    const chain = await bed.chain();
    const unresolved = startByName(chain, newAddress());
    expect(await unresolved.exit).toBe(1);
    expect(unresolved.logs.at(-1)).toContain(`looking up IP for hostname \\"${FIRST_BOOTNODE}\\"`);
    const unknown = startByName(chain, newAddress(), 'acme-nowhere');
    expect(await unknown.exit).toBe(1);
    expect(unknown.logs.at(-1)).toContain('invalid network: \\"acme-nowhere\\"');
    for (const client of ['op-geth', 'op-reth'] as const) {
      const container = startClient(chain, client, 'acme-nowhere');
      expect(await container.exit).toBeGreaterThan(0);
      expect(container.logs.join()).toContain('acme-nowhere');
    }
  });
});

test('a node that does not search is not found', async () => {
  const chain = await bed.chain();
  const [hidden, open, other] = [
    await startNode(chain, 'hidden'),
    await startNode(chain, 'open', { env: SEARCHES }),
    await startNode(chain, 'other', { env: SEARCHES }),
  ];
  await eventually('the two that search are connected', async () => (await peersOf(open)) === 1);
  expect([await peersOf(hidden), await peersOf(other)]).toEqual([0, 1]);
});
