import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CHAIN_TEST_MS, eventually } from './testing/eventually.ts';
import { recordedText, recording, shapeOf } from './testing/recording.ts';
import { rpcAnswer } from './testing/rpc.ts';
import { startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import { sequencerEnv, startBatcher, startNode, type TestNode } from './testing/test-chain.ts';

const folder = 'op-batcher-1.16.11';
vi.setConfig({ testTimeout: CHAIN_TEST_MS, hookTimeout: CHAIN_TEST_MS });

let bed: TestBed;
let chain: TestChain;
let node: TestNode;
let url: string;
let metricsUrl: string;

beforeAll(async () => {
  bed = await startTestBed();
  chain = await bed.chain();
  node = await startNode(chain, 'sequencer', { env: sequencerEnv(chain, false) });
  const batcher = startBatcher(chain, node, {
    image: 'op-batcher:v1.16.11',
    env: {
      OP_BATCHER_METRICS_ENABLED: 'true',
      OP_BATCHER_NUM_CONFIRMATIONS: '1',
      OP_BATCHER_RESUBMISSION_TIMEOUT: '48s',
    },
  });
  url = `http://${batcher.address}:8548`;
  metricsUrl = `http://${batcher.address}:7300/anything`;
  await eventually('a batch', () => chain.ledger.events().find((event) => event.type === 'batch-confirmed'));
});
afterAll(() => bed?.stop());

async function expectToTheLetter(name: string): Promise<void> {
  const { request, response } = recording(`${folder}/${name}`);
  expect(await rpcAnswer(url, request.method ?? '', request.params ?? [])).toEqual(response);
}

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
  ])('%s', expectToTheLetter);

  test('the throttle controller', async () => {
    const { request, response } = recording(`${folder}/admin_getThrottleController`);
    expect(shapeOf(await rpcAnswer(url, request.method ?? ''))).toEqual(shapeOf(response));
  });

  test('healthz', async () => {
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual(recording(`${folder}/healthz`).response);
  });

  test('metrics only with names that the real one has', async () => {
    const names = (text: string) =>
      new Set(
        text
          .split('\n')
          .filter((line) => line !== '' && !line.startsWith('#'))
          .map((line) => line.split(/[{ ]/)[0]),
      );
    const real = names(recordedText(`${folder}/metrics.txt`));
    const text = await (await fetch(metricsUrl)).text();
    expect([...names(text)].filter((name) => !real.has(name))).toEqual([]);
    expect(text).toMatch(/op_batcher_default_balance \d/);
  });

  test('stop, stop again, flush while stopped, start', async () => {
    for (const name of [
      'stop-1-admin_stopBatcher',
      'stop-2-admin_stopBatcher-again',
      'stop-3-admin_flushBatcher-stopped',
      'start-1-admin_startBatcher',
    ]) {
      await expectToTheLetter(name);
    }
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  test('a stop that needs longer than the write time-out is cut off, and stopped all the same', async () => {
    const other = await bed.chain({ delays: { rpcWriteTimeout: 500 } });
    const sequencer = await startNode(other, 'slow', { env: sequencerEnv(other, false) });
    const slow = startBatcher(other, sequencer, { name: 'slow-batcher', env: { OP_BATCHER_NUM_CONFIRMATIONS: '20' } });
    await eventually('a transaction in flight', () =>
      other.ledger.events().find((event) => event.type === 'batch-submitted'),
    );
    url = `http://${slow.address}:8548`;
    await expectToTheLetter('stop-6-admin_stopBatcher-slow');
    await expectToTheLetter('stop-2-admin_stopBatcher-again');
  });
});
