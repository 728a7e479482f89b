import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CHAIN_TEST_MS, eventually } from './testing/eventually.ts';
import { expectKnownSeries, expectLikeRecorded } from './testing/like-recorded.ts';
import { recording, shapeOf } from './testing/recording.ts';
import { type RpcAnswer, rpc, rpcAnswer } from './testing/rpc.ts';
import { startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import { sequencerEnv, startBatcher, startNode, type TestNode } from './testing/test-chain.ts';

vi.setConfig({ testTimeout: CHAIN_TEST_MS, hookTimeout: CHAIN_TEST_MS });

let bed: TestBed;
let chain: TestChain;
let sequencer: TestNode;
let replica: TestNode;
/** Asked before anything was safe. */
let safeHeadBefore: RpcAnswer;

const METRICS = { OP_NODE_METRICS_ENABLED: 'true' };

beforeAll(async () => {
  bed = await startTestBed();
  chain = await bed.chain({ isthmusAfterSeconds: 0 });
  const common = { image: 'op-node:v1.16.11' };
  sequencer = await startNode(chain, 'sequencer', {
    ...common,
    peers: ['replica'],
    env: { ...sequencerEnv(chain, false), ...METRICS },
  });
  replica = await startNode(chain, 'replica', { ...common, peers: ['sequencer'], env: METRICS });
  await eventually('a block', async () => Number(await rpc(sequencer.ethUrl, 'eth_blockNumber')) > 0);
  const none = recording('op-node-1.16.11/safeHeadAtL1Block-none').request;
  safeHeadBefore = await rpcAnswer(sequencer.rpcUrl, none.method ?? '', none.params);
  startBatcher(chain, sequencer);
  await eventually('a finalized block on the replica', async () => {
    const status = await rpc<{ finalized_l2: { number: number } }>(replica.rpcUrl, 'optimism_syncStatus');
    return status.finalized_l2.number > 0 ? status : undefined;
  });
});
afterAll(() => bed?.stop());

describe('op-node answers like the recorded 1.16.11', () => {
  test.each([
    'syncStatus-sequencer',
    'outputAtBlock',
    'outputAtBlock-number-not-hex',
    'safeHeadAtL1Block-before',
    'dependencySet',
    'superroot_atTimestamp',
    'error-unknown-method',
    'opp2p_self',
    'opp2p_peers',
    'opp2p_peerStats',
    'opp2p_peers-missing-param',
    'health_status',
    'admin_sequencerActive-true',
    'admin_conductorEnabled',
    'admin_setLogLevel-bad',
    'admin_setRecoverMode',
    'admin_setRecoverMode-off',
  ])('%s', (name) =>
    expectLikeRecorded(sequencer.rpcUrl, `op-node-1.16.11/${name}`, name === 'outputAtBlock' ? ['0x1'] : undefined),
  );

  test.each([
    'syncStatus-replica',
    'admin_sequencerActive-replica',
    'admin_startSequencer-replica',
    'admin_stopSequencer-replica',
  ])('%s', (name) => expectLikeRecorded(replica.rpcUrl, `op-node-1.16.11/${name}`));

  test.each(['version', 'rpc_modules', 'health_status'])('%s, to the letter', async (name) => {
    const { request, response } = recording(`op-node-1.16.11/${name}`);
    expect(await rpcAnswer(sequencer.rpcUrl, request.method ?? '')).toEqual(response);
  });

  test('outputAtBlock of a block that does not exist yet', async () => {
    const answer = await rpcAnswer(sequencer.rpcUrl, 'optimism_outputAtBlock', ['0xfffff']);
    expect(answer).toEqual(recording('op-node-1.16.11/outputAtBlock-future').response);
  });

  test('the rollup config it was given', async () => {
    expect(await rpc(sequencer.rpcUrl, 'optimism_rollupConfig')).toEqual(chain.files.rollup);
    await expectLikeRecorded(sequencer.rpcUrl, 'op-node-1.16.11/rollupConfig');
  });

  test('the safe head at an L1 block', async () => {
    const { head_l1 } = await rpc<{ head_l1: { number: number } }>(sequencer.rpcUrl, 'optimism_syncStatus');
    const at = `0x${head_l1.number.toString(16)}`;
    await expectLikeRecorded(sequencer.rpcUrl, 'op-node-1.16.11/safeHeadAtL1Block', [at]);
    const { safeHead } = await rpc<{ safeHead: { number: number } }>(sequencer.rpcUrl, 'optimism_safeHeadAtL1Block', [
      at,
    ]);
    expect(safeHead.number).toBeGreaterThan(0);
  });

  test('the safe head before the first batch: the genesis block', () => {
    const { response } = recording('op-node-1.16.11/safeHeadAtL1Block-none');
    expect(shapeOf(safeHeadBefore)).toEqual(shapeOf(response));
    expect(safeHeadBefore.result).toMatchObject({
      l1Block: { number: 0 },
      safeHead: { hash: chain.files.genesisHash, number: 0 },
    });
  });

  test('healthz, and 200 on the root', async () => {
    const health = await fetch(`${sequencer.rpcUrl}/healthz`);
    expect([health.status, health.headers.get('content-type'), await health.json()]).toEqual([
      200,
      'application/json',
      recording('op-node-1.16.11/healthz').response,
    ]);
    expect((await fetch(sequencer.rpcUrl)).status).toBe(200);
  });

  test('a start while it runs', async () => {
    const { unsafe_l2 } = await rpc<{ unsafe_l2: { hash: string } }>(sequencer.rpcUrl, 'optimism_syncStatus');
    await expectLikeRecorded(sequencer.rpcUrl, 'op-node-1.16.11/admin_startSequencer-already', [unsafe_l2.hash]);
  });

  const metricsOf = ({ address }: TestNode) => `http://${address}:7300/healthz`;

  test('metrics under every path, only with series that the real one has', async () => {
    await expectKnownSeries(metricsOf(sequencer), 'op-node-1.16.11/metrics-sequencer.txt');
    const text = await (await fetch(metricsOf(sequencer))).text();
    expect(text).toMatch(/op_node_default_refs_number\{layer="l2",type="l2_safe"\} [1-9]/);
  });

  test('metrics tell a replica from a node that sequenced once', async () => {
    const sequenced = 'op_node_default_transactions_sequenced_total{type="deposits"}';
    expect(await expectKnownSeries(metricsOf(replica), 'op-node-1.16.11/metrics-replica.txt')).not.toContain(sequenced);
    await rpc(sequencer.rpcUrl, 'admin_stopSequencer');
    const former = await expectKnownSeries(metricsOf(sequencer), 'op-node-1.16.11/metrics-former-sequencer.txt');
    expect(former).toContain(sequenced);
    const { unsafe_l2 } = await rpc<{ unsafe_l2: { hash: string } }>(sequencer.rpcUrl, 'optimism_syncStatus');
    await rpc(sequencer.rpcUrl, 'admin_startSequencer', [unsafe_l2.hash]);
  });
});

describe('op-node without admin API', () => {
  test('does not know admin methods', async () => {
    const node = await startNode(chain, 'no-admin', { env: { OP_NODE_RPC_ENABLE_ADMIN: 'false' } });
    const answer = await eventually('an answer', () => rpcAnswer(node.rpcUrl, 'admin_sequencerActive'));
    expect(answer.error).toEqual({
      code: -32601,
      message: 'the method admin_sequencerActive does not exist/is not available',
    });
  });
});
