import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { CHAIN_TEST_MS, eventually } from './testing/eventually.ts';
import { rpc } from './testing/rpc.ts';
import { safeAt } from './testing/sync-status.ts';
import { startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import { JWT, sequencerEnv, startBatcher, startOpNode } from './testing/test-chain.ts';
import { newAddress, runContainer } from './testing/test-pod.ts';

vi.setConfig({ testTimeout: CHAIN_TEST_MS, hookTimeout: CHAIN_TEST_MS });

let bed: TestBed;
let chain: TestChain;
beforeAll(async () => {
  bed = await startTestBed();
  chain = await bed.chain();
});
afterAll(() => bed?.stop());

/** The flags that the operator renders. */
const FLAGS = [
  'node',
  '--chain=/genesis/genesis.json',
  '--datadir=/data',
  '--http',
  '--http.addr=0.0.0.0',
  '--http.port=8545',
  '--http.api=admin,debug,eth,net,txpool,web3,miner',
  '--ws',
  '--ws.addr=0.0.0.0',
  '--authrpc.addr=127.0.0.1',
  '--authrpc.port=8551',
  '--authrpc.jwtsecret=/secrets/jwt.hex',
  '--ipcdisable',
  '--rollup.disable-tx-pool-gossip',
  '--builder.deadline=2',
  '--builder.interval=100ms',
  '--disable-discovery',
  '--max-outbound-peers=0',
  '--max-inbound-peers=0',
  '--metrics=0.0.0.0:9001',
  '--color=never',
  '--log.file.max-files=0',
];

const start = (argv: readonly string[], address = newAddress(), files: Record<string, string> = {}) =>
  runContainer(chain.cluster, {
    name: 'reth',
    image: 'op-reth:v2.4.0',
    argv: ['op-reth', ...argv],
    files: { '/secrets/jwt.hex': JWT, '/genesis/genesis.json': JSON.stringify(chain.files.genesis), ...files },
    volumes: ['/data'],
    address,
  });

test('runs a sequencer without an init step', async () => {
  const reth = start(FLAGS);
  const address = reth.address;
  const node = startOpNode(chain, 'reth', { address, env: sequencerEnv(chain, false) });
  const urls = {
    rpcUrl: `http://${address}:9545`,
    ethUrl: `http://${address}:8545`,
    engineUrl: `http://${address}:8551`,
  };
  startBatcher(chain, { address, geth: reth, node, ...urls });
  await safeAt(urls.rpcUrl, 2);
  expect(await rpc(urls.ethUrl, 'web3_clientVersion')).toMatch(/^reth\/v2\.4\.0/);
  expect((await fetch(urls.ethUrl)).status).toBe(405);
  expect((await fetch(`http://${address}:9001/`)).status).toBe(200);
  await node.terminate();
  expect(await reth.terminate()).toBe(0);
});

test('does not start with a flag that it does not know', async () => {
  const reth = start([...FLAGS, '--minimal-effort']);
  expect(await reth.exit).toBe(2);
  expect(reth.logs[0]).toBe("error: unexpected argument '--minimal-effort' found");
});

test('does not start without its genesis file', async () => {
  const reth = start(FLAGS.map((flag) => flag.replace('/genesis/genesis.json', '/genesis/none.json')));
  expect(await reth.exit).toBe(2);
});

test('keeps its chain over a restart and refuses another genesis', async () => {
  const again = start(FLAGS);
  const head = await eventually('its head', () => rpc<string>(`http://${again.address}:8545`, 'eth_blockNumber'));
  expect(Number(head)).toBeGreaterThan(0);
  await again.terminate();
  const other = start(FLAGS, newAddress(), {
    '/genesis/genesis.json': JSON.stringify({ ...chain.files.genesis, timestamp: '0x1' }),
  });
  expect(await other.exit).toBe(1);
});
