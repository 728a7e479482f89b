import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createToken } from './rpc/jwt.ts';
import { CHAIN_TEST_MS, eventually } from './testing/eventually.ts';
import { expectKnownSeries } from './testing/like-recorded.ts';
import { recording, shapeOf } from './testing/recording.ts';
import { rpc, rpcAnswer } from './testing/rpc.ts';
import { eventuallyInOrder, recordedWords } from './testing/said-in-order.ts';
import { type SyncStatus, statusWith, unsafeAt } from './testing/sync-status.ts';
import { startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import { JWT, sequencerEnv, startBatcher, startGeth, startNode, type TestNode } from './testing/test-chain.ts';

vi.setConfig({ testTimeout: CHAIN_TEST_MS, hookTimeout: CHAIN_TEST_MS });

let bed: TestBed;
let chain: TestChain;
let node: TestNode;

const secret = Buffer.from(JWT, 'hex');
const now = () => Math.floor(Date.now() / 1000);

beforeAll(async () => {
  bed = await startTestBed();
  chain = await bed.chain({ isthmusAfterSeconds: 0 });
  node = await startNode(chain, 'sequencer', {
    env: sequencerEnv(chain, false),
    gethEnv: { GETH_METRICS: 'true', GETH_METRICS_ADDR: '0.0.0.0' },
  });
  startBatcher(chain, node);
  await eventually('a finalized block', async () => {
    const block = await rpc<{ number: string }>(node.ethUrl, 'eth_getBlockByNumber', ['finalized', false]);
    return Number(block.number) > 0 ? block : undefined;
  });
});
afterAll(() => bed?.stop());

const folder = 'op-geth-1.101701.0';

describe('op-geth answers like the recorded one', () => {
  test.each([
    'eth_blockNumber',
    'eth_getBlockByNumber',
    'eth_getBlockByNumber-safe',
    'eth_getBlockByNumber-finalized',
    'web3_clientVersion',
    'net_peerCount',
  ])('%s', async (name) => {
    const { request, response } = recording(`${folder}/${name}`);
    const answer = await rpcAnswer(node.ethUrl, request.method ?? '', request.params ?? []);
    expect(shapeOf(answer)).toEqual(shapeOf(response));
  });

  test.each([
    'eth_chainId',
    'eth_syncing',
    'miner_setMaxDASize',
    'net_version',
    'rpc_modules',
    'txpool_status',
    'engine_exchangeCapabilities',
  ])('%s, to the letter', async (name) => {
    const { request, response } = recording(`${folder}/${name}`);
    expect(await rpcAnswer(node.ethUrl, request.method ?? '', request.params ?? [])).toEqual(response);
  });

  test('the version of the image', async () => {
    expect(await rpc(node.ethUrl, 'web3_clientVersion')).toMatch(/^Geth\/v1\.101701\.0-/);
  });

  test('admin_nodeInfo, with the configuration of the genesis file', async () => {
    const { response } = recording(`${folder}/admin_nodeInfo`);
    const info = await rpc<Record<string, unknown>>(node.ethUrl, 'admin_nodeInfo');
    expect(Object.keys(info).sort()).toEqual(Object.keys((response as { result: object }).result).sort());
    expect(info).toMatchObject({
      protocols: { eth: { genesis: chain.files.genesisHash, config: chain.files.genesis['config'] } },
    });
  });

  test('debug_chainConfig is the genesis file’s', async () => {
    expect(await rpc(node.ethUrl, 'debug_chainConfig')).toEqual(chain.files.genesis['config']);
  });

  test('block 0 has the hash that the genesis file has', async () => {
    const block = await rpc<{ hash: string; number: string; parentHash: string }>(node.ethUrl, 'eth_getBlockByNumber', [
      '0x0',
      false,
    ]);
    expect(block).toMatchObject({ hash: chain.files.genesisHash, number: '0x0', parentHash: `0x${'00'.repeat(32)}` });
  });

  test('metrics only under their path, only with names that the real one has', async () => {
    const at = (path: string) => fetch(`http://${node.address}:6060${path}`);
    expect((await at('/metrics')).status).toBe(404);
    await expectKnownSeries(`http://${node.address}:6060/debug/metrics/prometheus`, `${folder}/metrics.txt`);
  });

  test('a namespace that is not enabled does not exist', async () => {
    const geth = await startGeth(chain, 'no-miner', { env: { GETH_HTTP_API: 'eth,net' } });
    const answer = await eventually('an answer', () =>
      rpcAnswer(`http://${geth.address}:8545`, 'miner_setMaxDASize', ['0x0', '0x0']),
    );
    expect(answer.error).toEqual({
      code: -32601,
      message: 'the method miner_setMaxDASize does not exist/is not available',
    });
  });
});

describe('the engine port', () => {
  const ask = async (authorization?: string) => {
    const response = await fetch(node.engineUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] }),
    });
    const text = await response.text();
    return {
      httpStatus: response.status,
      contentType: response.headers.get('content-type'),
      response: response.status === 200 ? JSON.parse(text) : text,
    };
  };
  const recorded = (name: string) => {
    const { httpStatus, contentType, response } = recording(`${folder}/${name}`) as {
      httpStatus: number;
      contentType?: string;
      response: unknown;
    };
    return { httpStatus, contentType, response };
  };

  test('takes a good token', async () => {
    expect(await ask(`Bearer ${createToken(secret, now())}`)).toEqual(recorded('engine-auth-good'));
  });
  test('refuses a request without one', async () => {
    expect(await ask()).toEqual(recorded('engine-auth-no-token'));
  });
  test('refuses one that is not a JWT', async () => {
    expect(await ask('Bearer abc')).toEqual(recorded('engine-auth-malformed'));
  });
  test('refuses one of another secret', async () => {
    expect(await ask(`Bearer ${createToken(Buffer.alloc(32, 7), now())}`)).toEqual(
      recorded('engine-auth-wrong-secret'),
    );
  });
  test('refuses one that is two minutes old', async () => {
    expect(await ask(`Bearer ${createToken(secret, now() - 120)}`)).toEqual(recorded('engine-auth-stale-iat'));
  });
  test('takes a token that another JWT library made', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const head = `${part({ typ: 'JWT', alg: 'HS256' })}.${part({ iat: now(), id: 'x' })}`;
    const token = `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`;
    expect((await ask(`Bearer ${token}`)).httpStatus).toBe(200);
  });
  test('tells all methods of its engine API', async () => {
    const { request, response } = recording(`${folder}/engine_exchangeCapabilities-authrpc`);
    const token = `Bearer ${createToken(secret, now())}`;
    expect(await rpcAnswer(node.engineUrl, request.method ?? '', request.params, token)).toEqual(response);
  });
  test('answers a GET with 401: an HTTP probe on it never passes', async () => {
    expect((await fetch(node.engineUrl)).status).toBe(401);
    expect((await fetch(node.ethUrl)).status).toBe(200);
  });
});

test('an execution client does not move without its op-node', async () => {
  const geth = await startGeth(chain, 'alone');
  const url = `http://${geth.address}:8545`;
  await eventually('an answer', () => rpc(url, 'eth_chainId'));
  const before = await rpc<string>(node.ethUrl, 'eth_blockNumber');
  await eventually('a block elsewhere', async () =>
    (await rpc<string>(node.ethUrl, 'eth_blockNumber')) === before ? undefined : true,
  );
  expect(await rpc(url, 'eth_blockNumber')).toBe('0x0');
});

describe('the log of op-geth', () => {
  test('log-start: a start says what it is, with which forks, until it serves', async () => {
    const geth = await startGeth(chain, 'archive', {
      env: { GETH_GCMODE: 'archive', GETH_NETWORKID: '901', GETH_METRICS: 'true', GETH_METRICS_ADDR: '0.0.0.0' },
    });
    await eventually('its RPC', () => rpc(`http://${geth.address}:8545`, 'eth_chainId'));
    // Fork times and chain id are this chain's.
    const { jovianTime, isthmusTime, pragueTime } = chain.files.genesis['config'] as Record<string, number>;
    const recorded = recordedWords(`${folder}/log-start.txt`).map((words) =>
      words
        .replace('Chain ID: 901', `Chain ID: ${chain.files.rollup['l2_chain_id']}`)
        .replace(/Jovian: @\d+/, `Jovian: @${jovianTime}`)
        .replace(/Isthmus: @\d+/, `Isthmus: @${isthmusTime}`)
        .replace(/Prague: @\d+/, `Prague: @${pragueTime}`),
    );
    await eventuallyInOrder(() => geth.logs, recorded);
  });

  test('log-restart-after-sigkill: an unclean shutdown, and a head that it does not have any more', async () => {
    const follower = await startNode(chain, 'killed', { peers: ['sequencer'] });
    const isAtTip = ({ unsafe_l2, safe_l2, current_l1 }: SyncStatus) =>
      current_l1.number > 0 && unsafe_l2.number > safe_l2.number && Date.now() / 1_000 - unsafe_l2.timestamp < 2.5;
    await statusWith('the tip', follower.rpcUrl, isAtTip);
    // Between two batches, as there: what the node has newer than the safe head came by gossip.
    const undo = chain.faults.pod('batcher').stallBatcher();
    const isAhead = ({ unsafe_l2, safe_l2, finalized_l2 }: SyncStatus) =>
      unsafe_l2.number > safe_l2.number + 2 && finalized_l2.number === safe_l2.number;
    const { unsafe_l2 } = await statusWith('blocks by gossip', follower.rpcUrl, isAhead);
    await unsafeAt(follower.rpcUrl, unsafe_l2.number + 1);
    await follower.geth.kill();
    const again = await startGeth(chain, 'killed', { address: follower.address });
    const said = (words: string) => eventually(words, () => again.logs.find((line) => line.includes(words)));
    await said('Ignoring payload with missing parent');
    undo();
    await said('Could not retrieve unknown head from peers');
    await eventuallyInOrder(() => again.logs, recordedWords(`${folder}/log-restart-after-sigkill.txt`).slice(1));
  });
});
