import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CHAIN_TEST_MS, eventually } from './testing/eventually.ts';
import { expectKnownSeries, expectLikeRecorded, expectToTheLetter } from './testing/like-recorded.ts';
import { recordedText, withoutAccidents } from './testing/recording.ts';
import { rpc, rpcAnswer } from './testing/rpc.ts';
import { eventuallyInOrder, expectInOrder, kindsOf, recordedWords, wordsOf } from './testing/said-in-order.ts';
import { safeAt, statusOf, unsafeAt } from './testing/sync-status.ts';
import { startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import {
  sequencerEnv,
  startBatcher,
  startNode,
  startOpNode,
  startSequencing,
  type TestNode,
} from './testing/test-chain.ts';
import type { TestContainer } from './testing/test-pod.ts';

const folder = 'op-batcher-1.18.2';
vi.setConfig({ testTimeout: CHAIN_TEST_MS, hookTimeout: CHAIN_TEST_MS });

let bed: TestBed;
let chain: TestChain;
let a: TestNode;
let b: TestNode;
/** op-node of `b`, which is started anew. */
let restarted: TestContainer;
let batcher: TestContainer;
let url: string;

/** Both sequencers, in the order of the recording. */
const endpoints = () => ({
  OP_BATCHER_L2_ETH_RPC: `${a.ethUrl},${b.ethUrl}`,
  OP_BATCHER_ROLLUP_RPC: `${a.rpcUrl},${b.rpcUrl}`,
});
const said = (container: TestContainer, words: string, from = 0) =>
  eventually(`"${words}"`, () => container.logs.slice(from).find((line) => line.includes(words)));

beforeAll(async () => {
  bed = await startTestBed();
  chain = await bed.chain({ delays: { zeroReferences: 1_500, pipelineReset: 1_500 } });
  a = await startNode(chain, 'a', { peers: ['b'], env: sequencerEnv(chain, true) });
  b = await startNode(chain, 'b', { peers: ['a'], env: sequencerEnv(chain, true) });
  await startSequencing(b, 1);
  await unsafeAt(a.rpcUrl, 2);
  batcher = startBatcher(chain, b, { env: { ...endpoints(), OP_BATCHER_METRICS_ENABLED: 'true' } });
  url = `http://${batcher.address}:8548`;
  await said(batcher, 'Channel is fully submitted');
});
afterAll(() => bed?.stop());

/** Sequencing goes from one node to the other as the operator does it. */
async function handOver(from: TestNode, to: TestNode): Promise<void> {
  const hash = await rpc<string>(from.rpcUrl, 'admin_stopSequencer');
  await eventually('the last block', async () => (await statusOf(to.rpcUrl)).unsafe_l2.hash === hash);
  await rpc(to.rpcUrl, 'admin_startSequencer', [hash]);
}

describe('op-batcher answers like the recorded 1.18.2', () => {
  test.each(['admin_startBatcher-already', 'healthz', 'rpc_modules'])('%s, to the letter', (name) =>
    expectToTheLetter(url, `${folder}/${name}`),
  );

  test('admin_getThrottleController', () => expectLikeRecorded(url, `${folder}/admin_getThrottleController`));

  test('metrics only with series that the real one has', async () => {
    await expectKnownSeries(`http://${batcher.address}:7300/metrics`, `${folder}/metrics.txt`);
  });

  test('log-start: its op-node restarts, then another one becomes the active sequencer', async () => {
    await b.node.terminate();
    restarted = startOpNode(chain, 'b', { peers: ['a'], env: sequencerEnv(chain, false), address: b.address });
    const before = batcher.logs.length;
    await said(batcher, 'Received empty sync status', before);
    await said(batcher, 'empty BlockRef in sync status', before);
    await eventually('its heads', async () => (await statusOf(b.rpcUrl)).unsafe_l2.timestamp > 0);
    await eventually('both at one head', async () => {
      const [one, other] = await Promise.all([statusOf(a.rpcUrl), statusOf(b.rpcUrl)]);
      return one.unsafe_l2.hash === other.unsafe_l2.hash;
    });
    await handOver(b, a);
    await eventually('the new sequencer', () =>
      batcher.logs.slice(before).find((line) => /Found new active sequencer.* index=0 /.test(line)),
    );
    for (const method of ['admin_nope', 'admin_startBatcher', 'admin_flushBatcher']) await rpcAnswer(url, method);
    const asked = batcher.logs.length;
    const created = await said(batcher, 'Created channel', asked);
    await said(batcher, 'Channel is fully submitted', batcher.logs.indexOf(created));
    const recorded = recordedWords(`${folder}/log-start.txt`);
    const now = batcher.logs.slice(before);
    // Threads of the real one interleave: each kind of work has its own order, and may repeat.
    const work = [
      /Received empty sync status|empty BlockRef|out of sync/,
      /inactive, trying next|Dialing next|Found new active|sequencer changed/,
      /Served|Starting Batch Submitter|Flushing/,
      /Created channel|Channel closed|Building Calldata/,
      /Estimated gas|successfully published/,
    ];
    for (const kind of work) expectInOrder(now, kindsOf(recorded.filter((words) => kind.test(words))));
    const end = /Publishing transaction|Transaction confirmed|Handling receipt|fully submitted/;
    expectInOrder(now, recorded.filter((words) => end.test(words)).slice(0, 5));
  });
});

describe('a batcher that runs', () => {
  const events = () => chain.ledger.events();
  const alone = (name: string, interval: string) =>
    startBatcher(chain, a, { name, env: { OP_BATCHER_TXMGR_RECEIPT_QUERY_INTERVAL: interval } });
  const submissions = (from: number, node?: string) =>
    events()
      .slice(from)
      .flatMap((event) => (event.type === 'batch-submitted' ? [event] : []))
      .filter((event) => node === undefined || event.node === `test/${node}`);

  beforeAll(() => batcher.terminate());

  interface Stop {
    readonly receiptQueryInterval: string;
    readonly admin_stopBatcher_s?: number;
    readonly baselineSafeStalls_s?: readonly number[];
  }
  const stops = (
    JSON.parse(recordedText(`${folder}/stop-duration-by-receipt-query-interval.json`)) as { timeline: readonly Stop[] }
  ).timeline.filter(({ admin_stopBatcher_s }) => admin_stopBatcher_s !== undefined);

  test('stop-duration-by-receipt-query-interval: what is in flight and what is loaded takes a receipt interval each', async () => {
    const [short, long] = [stops[0], stops.at(-1)];
    // A stop takes longer than the interval only where that is longer than L1's block time (2 s in the recording).
    expect([short?.receiptQueryInterval, long?.receiptQueryInterval]).toEqual(['1s', '12s']);
    expect([short?.admin_stopBatcher_s, long?.admin_stopBatcher_s]).toEqual([0, 23]);
    const measured: number[] = [];
    // Half of L1's block time, and six of it, as there.
    for (const [name, interval] of [
      ['quick', '500ms'],
      ['slow', '6s'],
    ] as const) {
      const from = events().length;
      const container = alone(name, interval);
      await eventually('two batches', () => submissions(from).length > 1);
      const { unsafe_l2 } = await statusOf(a.rpcUrl);
      const began = performance.now();
      expect(await rpcAnswer(`http://${container.address}:8548`, 'admin_stopBatcher')).toMatchObject({ result: null });
      measured.push((performance.now() - began) / 1_000);
      // Whatever had been loaded is out: nothing that was there before the stop is missing on L1.
      await safeAt(a.rpcUrl, unsafe_l2.number - 1);
      await container.terminate();
    }
    const [quick = 0, slow = 0] = measured;
    expect(quick).toBeLessThan(5);
    expect(slow).toBeGreaterThan(quick);
    expect(slow).toBeGreaterThan(5);
  });

  test('two-batchers-same-key: both go on, both pay, and nobody says so but by nonces', async () => {
    const { result } = JSON.parse(recordedText(`${folder}/two-batchers-same-key.json`)) as {
      result: { inboxTxs_baseline: number; inboxTxs_two: number; log_first: string[]; log_twin: string[] };
    };
    expect(result.inboxTxs_two).toBeGreaterThan(result.inboxTxs_baseline);
    const from = events().length;
    const first = alone('first', '3s');
    // Out of step with each other, as they were: one sends while the other waits for its receipt.
    await eventually('its first batch', () => submissions(from, 'first').length > 0);
    // One to two of the three seconds: whoever sends, a block comes before the other one does.
    const l1Block = async () => Number(await rpc(chain.l1Url, 'eth_blockNumber'));
    const sentAt = await l1Block();
    await eventually('two L1 blocks', async () => (await l1Block()) >= sentAt + 2);
    const twin = alone('twin', '3s');
    for (const one of [twin, first]) await said(one, 'msg="nonce too low"');
    for (const { address } of [first, twin]) expect((await fetch(`http://${address}:8548/healthz`)).status).toBe(200);
    const { safe_l2 } = await statusOf(a.rpcUrl);
    await safeAt(a.rpcUrl, safe_l2.number + 2);
    await twin.terminate();
    const words = (lines: readonly string[]) => lines.map((line) => wordsOf(line.replace(/^\d+x /, '')));
    expectInOrder(first.logs, words(result.log_first));
    expectInOrder(twin.logs, words(result.log_twin).slice(0, 3));
    expect(a.node.logs.filter((line) => line.includes('unauthorized submitter'))).toEqual([]);
    // No repair is needed afterwards.
    const { unsafe_l2 } = await statusOf(a.rpcUrl);
    await safeAt(a.rpcUrl, unsafe_l2.number);
    const about = /^two batchers with key|was sent by test\/(first|twin) after another process/;
    expect(chain.referee.violations().filter((one) => !about.test(one))).toEqual([]);
  });
});

describe('op-batcher 1.16.11 with two sequencers', () => {
  const old = 'op-batcher-1.16.11';
  const errorOf = (line: string) => withoutAccidents(/ err=(.*)$/.exec(line)?.[1] ?? '');
  let follower: TestContainer;

  beforeAll(async () => {
    follower = startBatcher(chain, a, { name: 'follower', image: 'op-batcher:v1.16.11', env: endpoints() });
    await said(follower, 'Channel is fully submitted');
  });

  test('log-no-active-sequencer: asks again and again, and says why in each case', async () => {
    const recorded = recordedText(`${old}/log-no-active-sequencer.txt`).trim().split('\n');
    const errors = recorded.map(errorOf);
    const seen = (error: string | undefined) =>
      eventually(`${error}`, () => follower.logs.some((line) => errorOf(line) === error));
    await a.node.kill();
    await a.geth.kill();
    await seen(errors[0]);
    await seen(errors[1]);
    await restarted.terminate();
    await seen(errors[2]);
    await eventuallyInOrder(() => follower.logs, recorded.map(wordsOf));
  });

  test('log-sequencer-failover: follows the new active sequencer, and goes on to tell the other client its limits', async () => {
    const from = follower.logs.length;
    startOpNode(chain, 'b', { env: sequencerEnv(chain, false), address: b.address });
    await said(follower, 'SetMaxDASize RPC failed', from);
    const found = await said(follower, 'Found new active sequencer.', from);
    expect(found).toContain(` index=1 url=${b.rpcUrl}`);
    const recorded = recordedWords(`${old}/log-sequencer-failover.txt`);
    await eventually(
      'both',
      () => kindsOf(follower.logs.slice(from).map(wordsOf)).filter((one) => recorded.includes(one)).length === 2,
    );
    const failed = follower.logs.find((line) => line.includes('SetMaxDASize RPC failed'));
    expect(failed).toContain(` endpoint=${a.ethUrl} err="Post \\"${a.ethUrl}\\": dial tcp `);
    const { unsafe_l2 } = await statusOf(b.rpcUrl);
    await safeAt(b.rpcUrl, unsafe_l2.number);
  });
});
