import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CHAIN_TEST_MS, eventually } from './testing/eventually.ts';
import { recordedText, recording, shapeOf, withoutAccidents } from './testing/recording.ts';
import { rpc, rpcAnswer } from './testing/rpc.ts';
import { startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import { sequencerEnv, startBatcher, startNode, type TestNode } from './testing/test-chain.ts';

vi.setConfig({ testTimeout: CHAIN_TEST_MS, hookTimeout: CHAIN_TEST_MS });

let bed: TestBed;
let chain: TestChain;
let sequencer: TestNode;
let replica: TestNode;

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
  replica = await startNode(chain, 'replica', { ...common, peers: ['sequencer'] });
  startBatcher(chain, sequencer);
  await eventually('a finalized block on the replica', async () => {
    const status = await rpc<{ finalized_l2: { number: number } }>(replica.rpcUrl, 'optimism_syncStatus');
    return status.finalized_l2.number > 0 ? status : undefined;
  });
});
afterAll(() => bed?.stop());

/** Replays a recorded request and compares the whole answer: shape of a result, code and text of an error. */
async function expectLikeRecorded(url: string, name: string, params?: readonly unknown[]): Promise<void> {
  const { request, response } = recording(name);
  const recorded = response as { result?: unknown; error?: { code: number; message: string } };
  const answer = await rpcAnswer(url, request.method ?? '', params ?? request.params ?? []);
  if (recorded.error === undefined) {
    expect(answer.error).toBeUndefined();
    expect(shapeOf(answer.result)).toEqual(shapeOf(recorded.result));
  } else {
    expect(answer.error?.code).toBe(recorded.error.code);
    expect(withoutAccidents(answer.error?.message ?? '')).toBe(withoutAccidents(recorded.error.message));
  }
}

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

  test('metrics under every path, only with names that the real one has', async () => {
    const text = await (await fetch(`http://${sequencer.address}:7300/healthz`)).text();
    const names = (metrics: string) =>
      new Set(
        metrics
          .split('\n')
          .filter((line) => line !== '' && !line.startsWith('#'))
          .map((line) => line.split(/[{ ]/)[0]),
      );
    const real = names(recordedText('op-node-1.16.11/metrics-sequencer.txt'));
    expect([...names(text)].filter((name) => !real.has(name))).toEqual([]);
    expect(text).toMatch(/op_node_default_refs_number\{layer="l2",type="l2_safe"\} [1-9]/);
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

describe('op-node 1.18.2', () => {
  let node: TestNode;
  beforeAll(async () => {
    node = await startNode(chain, 'newer', { image: 'op-node:v1.18.2', env: sequencerEnv(chain, true) });
    await eventually('its heads', async () => {
      const status = await rpc<{ safe_l2: { number: number } }>(node.rpcUrl, 'optimism_syncStatus');
      return status.safe_l2.number > 0 ? status : undefined;
    });
  });

  test.each([
    'syncStatus-sequencer',
    'rollupConfig-sequencer',
    'rpc_modules',
    'opp2p_self',
    'admin_startSequencer-standby-wrong-hash',
  ])('%s', (name) => expectLikeRecorded(node.rpcUrl, `op-node-1.18.2/${name}`));

  test('a standby that is told to stop', () =>
    expectLikeRecorded(node.rpcUrl, 'op-node-1.16.11/admin_stopSequencer-standby'));

  test('version and healthz, to the letter', async () => {
    expect(await rpcAnswer(node.rpcUrl, 'optimism_version')).toEqual(
      recording('op-node-1.18.2/version-sequencer').response,
    );
    expect(await (await fetch(`${node.rpcUrl}/healthz`)).json()).toEqual(
      recording('op-node-1.18.2/healthz-sequencer').response,
    );
  });

  test('no peers', async () => {
    await expectLikeRecorded(node.rpcUrl, 'op-node-1.16.11/opp2p_peers-no-peers');
    expect(await rpcAnswer(node.rpcUrl, 'opp2p_peerStats')).toEqual(
      recording('op-node-1.16.11/opp2p_peerStats-no-peers').response,
    );
  });
});
