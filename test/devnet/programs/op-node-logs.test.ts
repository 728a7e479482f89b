/** What op-node 1.16.11 says and answers from its start on, and while what it depends on is away. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CHAIN_TEST_MS, eventually } from './testing/eventually.ts';
import { expectLikeRecorded, expectToTheLetter } from './testing/like-recorded.ts';
import { recordedText, recording, withoutAccidents } from './testing/recording.ts';
import { rpc } from './testing/rpc.ts';
import { eventuallyInOrder, expectInOrder, kindsOf, recordedWords, wordsOf } from './testing/said-in-order.ts';
import { type SyncStatus, safeAt, statusOf, statusWith, unsafeAt } from './testing/sync-status.ts';
import { startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import { sequencerEnv, startBatcher, startGeth, startNode, type TestNode } from './testing/test-chain.ts';
import type { TestContainer } from './testing/test-pod.ts';

const folder = 'op-node-1.16.11';
vi.setConfig({ testTimeout: CHAIN_TEST_MS, hookTimeout: CHAIN_TEST_MS });

let bed: TestBed;
let chain: TestChain;
let sequencer: TestNode;
let standby: TestNode;
let replica: TestNode;
let batcher: TestContainer;

const OLD_BATCHER = 'op-batcher:v1.16.11';

beforeAll(async () => {
  bed = await startTestBed();
  chain = await bed.chain({ delays: { beaconRetries: 400, l1Request: 1_500 } });
  // anvil as the beacon node, as recorded: it has no version and no slot time.
  const beacon = { OP_NODE_L1_BEACON: chain.l1Url, OP_NODE_L1_BEACON_IGNORE: 'true', OP_NODE_METRICS_ENABLED: 'true' };
  const start = (name: string, peers: readonly string[], env: Record<string, string> = {}) =>
    startNode(chain, name, { image: 'op-node:v1.16.11', peers, env: { ...beacon, ...env } });
  const reload = { OP_NODE_L1_RUNTIME_CONFIG_RELOAD_INTERVAL: '5s' };
  sequencer = await start('sequencer', [], { ...sequencerEnv(chain, false), ...reload });
  standby = await start('standby', ['sequencer'], sequencerEnv(chain, true));
  replica = await start('replica', ['sequencer', 'standby']);
  batcher = startBatcher(chain, sequencer, { image: OLD_BATCHER });
  for (const { rpcUrl } of [sequencer, standby, replica]) await isAtTip(rpcUrl);
});
afterAll(() => bed?.stop());

/** Follows, or makes, the newest blocks. */
const isAtTip = (rpcUrl: string): Promise<SyncStatus> =>
  statusWith('the tip', rpcUrl, ({ unsafe_l2, safe_l2, current_l1 }) => {
    const age = Date.now() / 1_000 - unsafe_l2.timestamp;
    return current_l1.number > 0 && unsafe_l2.number > safe_l2.number && safe_l2.number > 0 && age < 2.5;
  });
const logged = (container: TestContainer, words: string, from = 0) =>
  eventually(`"${words}"`, () => container.logs.slice(from).find((line) => line.includes(words)));
const recordedLines = (file: string) =>
  recordedText(`${folder}/${file}.txt`)
    .split('\n')
    .filter((line) => line.startsWith('t='));
/** The reason in a line, without numbers of blocks. */
const reasonOf = (line: string) => withoutAccidents(/ err=(.*)$/.exec(line)?.[1] ?? '').replace(/num \d+/, 'num N');
/** Every recorded reason is one that the simulated node gives. */
const expectSameReasons = (logs: readonly string[], file: string) =>
  expect(kindsOf(logs.map(reasonOf))).toEqual(expect.arrayContaining([...kindsOf(recordedLines(file).map(reasonOf))]));

describe('a start', () => {
  /** Comes when L1 is first asked, wherever the node is with its start. */
  const FIRST_HEAD = 'info Received first L1 head signal';
  const spine = (file: string) => recordedWords(`${folder}/${file}.txt`).filter((words) => words !== FIRST_HEAD);

  test('log-start-sequencer: says everything up to the first block', () => {
    expectInOrder(sequencer.node.logs, spine('log-start-sequencer'));
    expect(sequencer.node.logs.map(wordsOf)).toContain(FIRST_HEAD);
  });

  test('log-start-replica: says the same without sequencing, and dials its peers', () => {
    expectInOrder(replica.node.logs, spine('log-start-replica'));
    expect(replica.node.logs.map(wordsOf)).not.toContain('error Sequencer encountered reset signal, aborting work');
  });

  test('outputAtBlock-pre-isthmus: the root of the message passer, which is not in the header yet', async () => {
    const name = `${folder}/outputAtBlock-pre-isthmus`;
    await unsafeAt(sequencer.rpcUrl, 5);
    await expectLikeRecorded(sequencer.rpcUrl, name);
    const { request, response } = recording(name);
    const { withdrawalStorageRoot } = (response as { result: { withdrawalStorageRoot: string } }).result;
    expect(await rpc(sequencer.rpcUrl, 'optimism_outputAtBlock', request.params)).toMatchObject({
      withdrawalStorageRoot,
    });
  });
});

describe('without its execution client', () => {
  test('log-el-down: a replica asks again and again, answers what it can, and recovers', async () => {
    const from = replica.node.logs.length;
    await replica.geth.kill();
    await logged(replica.node, 'failed to insert payload', from);
    await expectToTheLetter(replica.rpcUrl, `${folder}/healthz-el-down`);
    await expectLikeRecorded(replica.rpcUrl, `${folder}/outputAtBlock-el-down`);
    const recorded = recordedWords(`${folder}/log-el-down.txt`);
    await eventually('every kind of line', () => {
      const said = new Set(replica.node.logs.slice(from).map(wordsOf));
      return recorded.every((words) => said.has(words));
    });
    // Gossip and finality fail side by side: each in its own order.
    for (const kind of [/forkchoice|Engine temporary/, /Payload|payload|Engine temporary/]) {
      await eventuallyInOrder(
        () => replica.node.logs.slice(from),
        kindsOf(recorded.filter((words) => kind.test(words))),
      );
    }
    expectSameReasons(replica.node.logs.slice(from), 'log-el-down');
    await startGeth(chain, 'replica', { address: replica.address });
    await isAtTip(replica.rpcUrl);
  });

  test('log-jwt-mismatch-live: one that came back with another secret is refused for ever, and nothing ends', async () => {
    const from = standby.node.logs.length;
    await standby.geth.terminate();
    await startGeth(chain, 'standby', { address: standby.address, jwt: '22'.repeat(32) });
    await logged(standby.node, 'failed to get existing unsafe payload', from);
    await expectToTheLetter(standby.rpcUrl, `${folder}/healthz-jwt-mismatch`);
    await expectLikeRecorded(standby.rpcUrl, `${folder}/outputAtBlock-jwt-mismatch`);
    // Gossip and derivation fail side by side.
    await eventuallyInOrder(() => standby.node.logs.slice(from), recordedWords(`${folder}/log-jwt-mismatch-live.txt`));
    expectSameReasons(standby.node.logs.slice(from), 'log-jwt-mismatch-live');
  });
});

describe('without L1', () => {
  interface Moment {
    readonly label: string;
    readonly head_l1: number;
    readonly current_l1: number;
    readonly unsafe_l2: number;
    readonly safe_l2: number;
    readonly finalized_l2: number;
  }

  async function moment(label: string): Promise<Moment> {
    const status = await statusOf(sequencer.rpcUrl);
    const numbers = Object.fromEntries(
      (['head_l1', 'current_l1', 'unsafe_l2', 'safe_l2', 'finalized_l2'] as const).map((name) => [
        name,
        status[name].number,
      ]),
    );
    return { label, ...(numbers as Omit<Moment, 'label'>) };
  }

  /** What an outage looks like, whoever was watched. */
  function expectOutage(timeline: readonly Moment[]): void {
    const during = timeline.filter(({ label }) => label.includes('hangs'));
    const after = timeline.filter(({ label }) => label === 'L1 back');
    const last = during.at(-1);
    for (const name of ['head_l1', 'current_l1', 'safe_l2', 'finalized_l2'] as const) {
      expect(kindsOf(during.map((one) => String(one[name]))), `${name} while L1 hangs`).toHaveLength(1);
    }
    expect(during.map(({ unsafe_l2 }) => unsafe_l2)).toEqual(
      during.map(({ unsafe_l2 }) => unsafe_l2).sort((a, b) => a - b),
    );
    expect(last?.unsafe_l2).toBeGreaterThan(during[0]?.unsafe_l2 ?? 0);
    expect(after.at(-1)?.safe_l2).toBeGreaterThanOrEqual(last?.unsafe_l2 ?? Number.POSITIVE_INFINITY);
    expect(after.at(-1)?.finalized_l2).toBeGreaterThan(last?.finalized_l2 ?? Number.POSITIVE_INFINITY);
  }

  test('l1-outage-timeline: blocks go on, everything that comes from L1 stands still, and it recovers alone', async () => {
    expectOutage((JSON.parse(recordedText(`${folder}/l1-outage-timeline.json`)) as { timeline: Moment[] }).timeline);
    const from = sequencer.node.logs.length;
    const timeline = [await moment('before')];
    const { pid } = bed.l1.process;
    process.kill(pid, 'SIGSTOP');
    try {
      // What was asked before may still arrive.
      await logged(sequencer.node, 'context deadline exceeded', from);
      for (let blocks = 0; blocks < 3; blocks += 1) {
        const { unsafe_l2 } = await statusOf(sequencer.rpcUrl);
        timeline.push(await moment('L1 RPC hangs'));
        await unsafeAt(sequencer.rpcUrl, unsafe_l2.number + 1);
      }
      await expectToTheLetter(`http://${batcher.address}:8548`, 'op-batcher-1.16.11/healthz-l1-hang');
      const recorded = recordedWords(`${folder}/log-l1-hang.txt`);
      await eventually(
        'the next round',
        () => sequencer.node.logs.slice(from).filter((line) => line.includes('Failed to get next origin')).length > 1,
      );
      await eventuallyInOrder(() => sequencer.node.logs.slice(from), recorded);
      expectSameReasons(sequencer.node.logs.slice(from), 'log-l1-hang');
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    const { unsafe_l2 } = await statusOf(sequencer.rpcUrl);
    await safeAt(sequencer.rpcUrl, unsafe_l2.number);
    const { finalized_l2 } = await statusOf(sequencer.rpcUrl);
    await statusWith('finality', sequencer.rpcUrl, (status) => status.finalized_l2.number > finalized_l2.number);
    expectOutage([...timeline, await moment('L1 back')]);
  });
});

describe('with a wrong key somewhere', () => {
  test('log-unauthorized-batcher: names the sender of a batch that does not count', async () => {
    const from = sequencer.node.logs.length;
    const stranger = startBatcher(chain, sequencer, {
      name: 'stranger',
      env: { OP_BATCHER_PRIVATE_KEY: chain.deployment.keys.proposer },
    });
    const line = await logged(sequencer.node, 'unauthorized submitter', from);
    await stranger.terminate();
    const likeAny = (text: string) => withoutAccidents(text).replace(/0x[0-9a-fA-F]{40}/, '<address>');
    expect(likeAny(line)).toBe(likeAny(recordedLines('log-unauthorized-batcher')[0] ?? ''));
    expect(line).toContain(` addr=${chain.deployment.accounts.proposer} `);
  });

  test('log-unsafe-signer-mismatch: after a rotation followers refuse the blocks, and so does their own node', async () => {
    // The followers learn of it first: the sequencer has just looked.
    await logged(sequencer.node, 'loaded new runtime config values!', sequencer.node.logs.length);
    const from = [sequencer, replica].map(({ node }) => node.logs.length);
    await chain.owner.setUnsafeBlockSigner(chain.deployment.accounts.challenger);
    const likeAny = (text: string) => withoutAccidents(text).replace(/peer=\w+/, 'peer=<id>');
    const recorded = likeAny(recordedLines('log-unsafe-signer-mismatch')[0] ?? '');
    for (const [index, { node }] of [sequencer, replica].entries()) {
      expect(likeAny(await logged(node, 'invalid block signature', from[index]))).toBe(recorded);
    }
    await logged(sequencer.node, 'failed to publish newly created block', from[0]);
  });
});

test('log-blobs-unavailable: a node that cannot fetch blobs starts over for ever, and only current_l1 shows it', async () => {
  await batcher.terminate();
  const from = sequencer.node.logs.length;
  const blobs = startBatcher(chain, sequencer, {
    name: 'blobs',
    image: OLD_BATCHER,
    env: { OP_BATCHER_DATA_AVAILABILITY_TYPE: 'blobs' },
  });
  await logged(sequencer.node, 'failed to fetch blobs', from);
  await eventuallyInOrder(() => sequencer.node.logs, recordedWords(`${folder}/log-blobs-unavailable.txt`));
  expectSameReasons(sequencer.node.logs, 'log-blobs-unavailable');
  const metric = async (name: string) => {
    const text = await (await fetch(`http://${sequencer.address}:7300/metrics`)).text();
    return Number(new RegExp(`^op_node_default_${name} (\\d+)`, 'm').exec(text)?.[1]);
  };
  const resets = await metric('pipeline_resets_total');
  const { safe_l2 } = await statusOf(sequencer.rpcUrl);
  await eventually('more resets', async () => (await metric('pipeline_resets_total')) > resets + 2);
  expect(await statusOf(sequencer.rpcUrl)).toMatchObject({
    current_l1: { number: 0 },
    safe_l2: { number: safe_l2.number },
  });
  expect(await metric('derivation_errors_total')).toBe(0);
  await logged(blobs, 'Sequencer is out of sync, retrying next tick.');
});
