import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CHAIN_TEST_MS, eventually } from './testing/eventually.ts';
import { expectKnownSeries, expectLikeRecorded, expectToTheLetter } from './testing/like-recorded.ts';
import { rpc } from './testing/rpc.ts';
import { expectInOrder, recordedWords } from './testing/said-in-order.ts';
import { statusOf, statusWith } from './testing/sync-status.ts';
import { startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import { sequencerEnv, startBatcher, startNode, type TestNode } from './testing/test-chain.ts';
import type { TestContainer } from './testing/test-pod.ts';

const folder = 'op-batcher-1.16.11';
vi.setConfig({ testTimeout: CHAIN_TEST_MS, hookTimeout: CHAIN_TEST_MS });

let bed: TestBed;
let chain: TestChain;
let node: TestNode;
let batcher: TestContainer;
let url: string;

beforeAll(async () => {
  bed = await startTestBed();
  chain = await bed.chain();
  node = await startNode(chain, 'sequencer', { env: sequencerEnv(chain, false) });
  // As in the recording, op-node is not at the L1 head when the batcher starts to wait for it.
  await statusWith('blocks', node.rpcUrl, ({ unsafe_l2, current_l1 }) => unsafe_l2.number > 1 && current_l1.number > 0);
  const undo = chain.faults.pod('sequencer').freezeDerivation();
  const { current_l1 } = await statusOf(node.rpcUrl);
  await eventually(
    'a newer L1 block',
    async () => Number(await rpc(chain.l1Url, 'eth_blockNumber')) > current_l1.number,
  );
  batcher = startBatcher(chain, node, {
    image: 'op-batcher:v1.16.11',
    env: {
      OP_BATCHER_WAIT_NODE_SYNC: 'true',
      OP_BATCHER_METRICS_ENABLED: 'true',
      OP_BATCHER_NUM_CONFIRMATIONS: '1',
      OP_BATCHER_RESUBMISSION_TIMEOUT: '48s',
    },
  });
  url = `http://${batcher.address}:8548`;
  await eventually('the wait', () => batcher.logs.find((line) => line.includes('still behind target')));
  undo();
  await eventually('a batch', () => chain.ledger.events().find((event) => event.type === 'batch-confirmed'));
});
afterAll(() => bed?.stop());

describe('op-batcher answers like the recorded 1.16.11', () => {
  test.each([
    'admin_flushBatcher',
    'admin_startBatcher-already',
    'error-unknown-method',
    'health_status',
    'rpc_modules',
    'txmgr_getBlobTipCapDynamic',
    'txmgr_getBumpFeeRetryTime',
    'txmgr_getFeeThreshold',
    'txmgr_getMinBaseFee',
    'txmgr_getMinBlobFee',
    'txmgr_getMinPriorityFee',
    'txmgr_getRebroadcastInterval',
    'healthz',
  ])('%s', (name) => expectToTheLetter(url, `${folder}/${name}`));

  test('the throttle controller', () => expectLikeRecorded(url, `${folder}/admin_getThrottleController`));

  test('metrics only with series that the real one has', async () => {
    const metrics = `http://${batcher.address}:7300/anything`;
    await expectKnownSeries(metrics, `${folder}/metrics.txt`);
    expect(await (await fetch(metrics)).text()).toMatch(/op_batcher_default_balance \d/);
  });

  test('log-start: says what it does until the first blocks are loaded', () =>
    expectInOrder(batcher.logs, recordedWords(`${folder}/log-start.txt`)));

  test('stop, stop again, everything while stopped, start, and the whole again', async () => {
    const before = batcher.logs.length;
    for (const name of [
      'stop-1-admin_stopBatcher',
      'stop-2-admin_stopBatcher-again',
      'stop-3-admin_flushBatcher-stopped',
      'stop-5-healthz-stopped',
      'start-1-admin_startBatcher',
      'stop-1-admin_stopBatcher',
      'stop-2-admin_stopBatcher-again',
    ]) {
      await expectToTheLetter(url, `${folder}/${name}`);
    }
    await expectLikeRecorded(url, `${folder}/stop-4-getThrottleController-stopped`);
    expectInOrder(batcher.logs.slice(before), recordedWords(`${folder}/log-stop-start.txt`));
  });

  test('a stop that needs longer than the write time-out is cut off, and stopped all the same', async () => {
    const other = await bed.chain({ delays: { rpcWriteTimeout: 500 } });
    const sequencer = await startNode(other, 'slow', { env: sequencerEnv(other, false) });
    const startSlow = async (name: string) => {
      const before = other.ledger.events().length;
      const slow = startBatcher(other, sequencer, { name, env: { OP_BATCHER_NUM_CONFIRMATIONS: '20' } });
      await eventually('a transaction in flight', () =>
        other.ledger
          .events()
          .slice(before)
          .find((event) => event.type === 'batch-submitted'),
      );
      return slow;
    };
    const ended = await startSlow('ended');
    expect(await ended.terminate()).toBe(0);
    const slow = await startSlow('slow');
    const slowUrl = `http://${slow.address}:8548`;
    await expectToTheLetter(slowUrl, `${folder}/stop-6-admin_stopBatcher-slow`);
    await expectToTheLetter(slowUrl, `${folder}/stop-7-admin_stopBatcher-after-slow`);
    expectInOrder([...ended.logs, ...slow.logs], recordedWords(`${folder}/log-stop-timeout.txt`));
    const failures = [ended, slow].map(({ logs }) => logs.find((line) => line.includes('Transaction failed to send')));
    expect(failures).toEqual([
      expect.stringMatching(/ err="transaction manager is closed"$/),
      expect.stringMatching(/ err="context canceled"$/),
    ]);
  });
});
