import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CHAIN_TEST_MS, eventually } from './testing/eventually.ts';
import { expectKnownSeries, expectLikeRecorded, expectToTheLetter } from './testing/like-recorded.ts';
import { recording } from './testing/recording.ts';
import { rpc, rpcAnswer } from './testing/rpc.ts';
import { statusWith } from './testing/sync-status.ts';
import { startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import { peersOf, sequencerEnv, startBatcher, startNode, type TestNode } from './testing/test-chain.ts';

const folder = 'op-node-1.18.2';
vi.setConfig({ testTimeout: CHAIN_TEST_MS, hookTimeout: CHAIN_TEST_MS });

let bed: TestBed;
let chain: TestChain;
/** As recorded: a sequencer, a standby and a replica, each connected with both others; and one without any peers. */
let sequencer: TestNode;
let standby: TestNode;
let replica: TestNode;
let alone: TestNode;

beforeAll(async () => {
  bed = await startTestBed();
  chain = await bed.chain({ isthmusAfterSeconds: 0 });
  const common = { image: 'op-node:v1.18.2' };
  const env = (stopped: boolean) => ({ ...sequencerEnv(chain, stopped), OP_NODE_METRICS_ENABLED: 'true' });
  sequencer = await startNode(chain, 'sequencer', { ...common, env: env(false) });
  standby = await startNode(chain, 'standby', { ...common, peers: ['sequencer'], env: env(true) });
  const metrics = { OP_NODE_METRICS_ENABLED: 'true' };
  replica = await startNode(chain, 'replica', { ...common, peers: ['sequencer', 'standby'], env: metrics });
  alone = await startNode(chain, 'alone', { ...common, env: env(true) });
  startBatcher(chain, sequencer);
  for (const { rpcUrl } of [sequencer, standby, replica, alone]) {
    await statusWith('a safe head', rpcUrl, ({ safe_l2 }) => safe_l2.number > 0);
  }
  await eventually('all connections', async () => (await peersOf(standby)) === 2 && (await peersOf(replica)) === 2);
});
afterAll(() => bed?.stop());

describe('op-node 1.18.2 answers like the recorded', () => {
  test.each([
    'syncStatus-sequencer',
    'rollupConfig-sequencer',
    'rpc_modules',
    'opp2p_self',
    'opp2p_peers-sequencer',
    'dependencySet',
    'outputAtBlock-future',
    'superroot_atTimestamp',
  ])('sequencer: %s', (name) => expectLikeRecorded(sequencer.rpcUrl, `${folder}/${name}`));

  test('sequencer: outputAtBlock', () => expectLikeRecorded(sequencer.rpcUrl, `${folder}/outputAtBlock`, ['0x1']));

  test.each(['version-sequencer', 'healthz-sequencer', 'health_status'])('sequencer: %s, to the letter', (name) =>
    expectToTheLetter(sequencer.rpcUrl, `${folder}/${name}`),
  );

  test.each(['rollupConfig-standby', 'opp2p_peerStats-standby'])('standby: %s', (name) =>
    expectLikeRecorded(standby.rpcUrl, `${folder}/${name}`),
  );

  test.each(['version-standby', 'healthz-standby'])('standby: %s, to the letter', (name) =>
    expectToTheLetter(standby.rpcUrl, `${folder}/${name}`),
  );

  test('standby: told to stop, and to start on another block', async () => {
    await expectLikeRecorded(alone.rpcUrl, 'op-node-1.16.11/admin_stopSequencer-standby');
    await expectLikeRecorded(alone.rpcUrl, `${folder}/admin_startSequencer-standby-wrong-hash`);
  });

  test.each(['rollupConfig-replica', 'opp2p_peers'])('replica: %s', (name) =>
    expectLikeRecorded(replica.rpcUrl, `${folder}/${name}`),
  );

  test.each(['version-replica', 'healthz-replica', 'healthz', 'admin_sequencerActive'])(
    'replica: %s, to the letter',
    (name) => expectToTheLetter(replica.rpcUrl, `${folder}/${name}`),
  );

  test('replica: safeHeadAtL1Block, and the entry is the newest at or before the block', async () => {
    const { current_l1 } = await statusWith('derivation', replica.rpcUrl, (status) => status.current_l1.number > 0);
    const at = `0x${current_l1.number.toString(16)}`;
    await expectLikeRecorded(replica.rpcUrl, `${folder}/safeHeadAtL1Block`, [at]);
    const found = await rpc<{ l1Block: { number: number } }>(replica.rpcUrl, 'optimism_safeHeadAtL1Block', [at]);
    expect(found.l1Block.number).toBeLessThanOrEqual(current_l1.number);
  });

  test('a node without peers', async () => {
    await expectLikeRecorded(alone.rpcUrl, 'op-node-1.16.11/opp2p_peers-no-peers');
    expect(await rpcAnswer(alone.rpcUrl, 'opp2p_peerStats')).toEqual(
      recording('op-node-1.16.11/opp2p_peerStats-no-peers').response,
    );
  });

  test('metrics only with series that the real one has in the same role', async () => {
    await expectKnownSeries(`http://${sequencer.address}:7300/metrics`, `${folder}/metrics-sequencer.txt`);
    await expectKnownSeries(`http://${replica.address}:7300/metrics`, `${folder}/metrics-replica.txt`);
  });
});
