/**
 * The four L1 reorgs that were recorded with op-node 1.18.2, one after the other on one chain. There L1 is final after 32
 * blocks and the sequencer keeps 4 confirmations; here after 12 blocks, with the same confirmations.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { jsonRpc } from '../servers/json-rpc.ts';
import { CHAIN_TEST_MS, eventually } from './testing/eventually.ts';
import { reorgL1 } from './testing/l1-reorg.ts';
import { recordedText } from './testing/recording.ts';
import { rpc } from './testing/rpc.ts';
import { expectInOrder, kindsOf, wordsOf } from './testing/said-in-order.ts';
import { type SyncStatus, safeAt, statusOf, statusWith } from './testing/sync-status.ts';
import { startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import { sequencerEnv, startBatcher, startNode, startSequencing, type TestNode } from './testing/test-chain.ts';
import type { TestContainer } from './testing/test-pod.ts';

const folder = 'op-node-1.18.2';
vi.setConfig({ testTimeout: CHAIN_TEST_MS, hookTimeout: CHAIN_TEST_MS });

/** Deeper than the confirmations, and not final yet. */
const DEEP = 8;

const NAMES = ['a', 'b', 'c'] as const;
type Name = (typeof NAMES)[number];
type Moment = Readonly<Record<Name, SyncStatus>>;

let bed: TestBed;
let chain: TestChain;
let nodes: Readonly<Record<Name, TestNode>>;
let batcher: TestContainer;
/** Where the logs stood before the last deep reorg. */
let lastReorg: readonly number[] | undefined;

beforeAll(async () => {
  bed = await startTestBed({ slotsInAnEpoch: 6 });
  chain = await bed.chain({ delays: { pipelineReset: 2_000 }, isthmusAfterSeconds: 0 });
  const env = (stopped: boolean) => ({ ...sequencerEnv(chain, stopped), OP_NODE_SEQUENCER_L1_CONFS: '4' });
  const metrics = { OP_NODE_METRICS_ENABLED: 'true' };
  const a = await startNode(chain, 'a', { env: { ...env(true), ...metrics } });
  const b = await startNode(chain, 'b', { peers: ['a'], env: env(true) });
  const c = await startNode(chain, 'c', { peers: ['a', 'b'] });
  nodes = { a, b, c };
  await startSequencing(a, 2);
  batcher = startBatcher(chain, a, { env: { OP_BATCHER_MAX_CHANNEL_DURATION: '2' } });
  await all('finality', ({ finalized_l2 }) => finalized_l2.number > 1);
});
afterAll(() => bed?.stop());

const all = (what: string, wanted: (status: SyncStatus) => boolean) =>
  Promise.all(NAMES.map((name) => statusWith(`${what} on ${name}`, nodes[name].rpcUrl, wanted)));

async function look(): Promise<Moment> {
  const [a, b, c] = await Promise.all(NAMES.map((name) => statusOf(nodes[name].rpcUrl)));
  if (a === undefined || b === undefined || c === undefined) throw new Error('no status');
  return { a, b, c };
}

/** Looks at all nodes again and again until the condition holds. */
async function watch(what: string, until: (moment: Moment) => boolean): Promise<readonly Moment[]> {
  const moments: Moment[] = [];
  await eventually(what, async () => {
    const moment = await look();
    moments.push(moment);
    return until(moment);
  });
  return moments;
}

/** Where each log stands now. */
const marks = () => [...NAMES.map((name) => nodes[name].node.logs.length), batcher.logs.length];

/**
 * What depends on the instant: whether a block is being built, which batches are in the orphaned blocks, in which order
 * head and derivation notice. Unauthorized batches of earlier rotations are on the recorded chain only.
 */
const BY_CHANCE =
  /cancelling old block|unauthorized submitter|L1 head signal|blob base fee|future batch|unknown channel|Dropping invalid/;
/** Order of a reset on every node. */
const RESET = /Deriver system|reset signal|Reset of|Resetting|Confirming|Engine reset|Rewinding|completed reset|past/;

/** A program's log: since this reorg, and since the one before, whose traces are read again by every reset. */
interface Said {
  readonly now: readonly string[];
  readonly before?: readonly string[];
}

/** Everything that the real program said is said, and its resets in the same order. */
function expectSaid({ now, before = [] }: Said, file: string, program: string): void {
  const [, section = ''] = recordedText(`${folder}/${file}.txt`).split(`## ${program}\n`);
  const lines = section.split('\n## ')[0]?.split('\n') ?? [];
  const recorded = kindsOf(lines.filter((line) => line !== '').map((line) => wordsOf(line.replace(/^\d+x /, ''))));
  const expected = recorded.filter((words) => !BY_CHANCE.test(words));
  const said = kindsOf([...before, ...now].map(wordsOf));
  expect(said, `${program} in ${file}`).toEqual(expect.arrayContaining([...expected]));
  const reset = expected.slice(expected.indexOf('warn Deriver system is resetting'));
  expectInOrder(
    now,
    reset.filter((words) => RESET.test(words)),
  );
}

function expectAllSaid(from: readonly number[], file: string, before = from): void {
  for (const [index, name] of NAMES.entries()) {
    const { logs } = nodes[name].node;
    const now = logs.slice(from[index]);
    expectSaid({ now, before: logs.slice(before[index], from[index]) }, file, `op-node-${name}`);
    expect(now.map(wordsOf)).toContain('warn L1 head signal indicates a possible L1 re-org');
  }
}

const reorgsOf = (name: Name, since: number) =>
  chain.ledger
    .events()
    .filter((event) => event.at >= since && event.type === 'unsafe-reorg' && event.node === `test/${name}`);

test('l1-reorg-depth-2: below the confirmations nothing happens to unsafe blocks; safe is finalized for seconds', async () => {
  const from = marks();
  const since = Date.now();
  const before = await look();
  await reorgL1(bed.l1.rpcUrl, 2, () => true);
  const moments = await watch('the old safe head, and one batch more', (moment) =>
    NAMES.every((name) => moment[name].current_l1.number > 0 && moment[name].safe_l2.number > before.a.safe_l2.number),
  );
  for (const name of NAMES) {
    const seen = moments.map((moment) => moment[name]);
    const heads = seen.map(({ unsafe_l2 }) => unsafe_l2.number);
    expect(heads).toEqual(heads.toSorted((x, y) => x - y));
    expect(reorgsOf(name, since)).toEqual([]);
    const resetting = seen.filter(({ current_l1 }) => current_l1.number === 0);
    expect(resetting.length).toBeGreaterThan(0);
    for (const { safe_l2, finalized_l2 } of resetting) expect(safe_l2).toEqual(finalized_l2);
  }
  expectAllSaid(from, 'log-l1-reorg-depth-2');
  expectSaid({ now: batcher.logs.slice(from[3]) }, 'log-l1-reorg-depth-2', 'op-batcher');
  const metrics = await (await fetch(`http://${nodes.a.address}:7300/metrics`)).text();
  // One is counted when the first head that is seen afterwards is not higher than the last one before.
  const signals = nodes.a.node.logs.flatMap((line) => [
    /old_l1_head=\S+:(\d+) .*new_l1_head=\S+:(\d+)/.exec(line) ?? [],
  ]);
  const counted = signals.filter(([, old, next]) => old !== undefined && Number(next) <= Number(old)).length;
  for (const [name, value] of [
    ['l1_reorg_depth_count', counted],
    ['derivation_errors_total', 0],
  ] as const) {
    expect(metrics).toContain(`op_node_default_${name} ${value}\n`);
  }
});

/** Followers keep the orphaned head until the batch with its successor has been derived; the sequencer builds on. */
async function deepReorg(comesBack: boolean): Promise<readonly number[]> {
  const from = marks();
  const since = Date.now();
  await all(
    'blocks by gossip',
    ({ unsafe_l2, safe_l2, current_l1 }) => current_l1.number > 0 && unsafe_l2.number > safe_l2.number + 1,
  );
  const orphaned = await reorgL1(bed.l1.rpcUrl, DEEP, () => comesBack);
  expect(orphaned.length).toBeGreaterThan(0);
  await eventually('dropped blocks', () => reorgsOf('a', since).length > 0);
  const [dropped] = reorgsOf('a', since);
  if (dropped?.type !== 'unsafe-reorg') throw new Error('nothing was dropped');
  expect(dropped).toMatchObject({ reason: 'l1-reorg' });
  const moments = await watch('the sequencer’s chain on all nodes', ({ a, b, c }) =>
    [b, c].every(
      (other) =>
        other.unsafe_l2.number > dropped.from.number && Math.abs(other.unsafe_l2.number - a.unsafe_l2.number) < 2,
    ),
  );
  for (const name of ['b', 'c'] as const) {
    // From the orphaned head in one step to what derivation and gossip bring.
    const left = reorgsOf(name, since);
    expect(left).toHaveLength(1);
    const frozen = moments
      .map((moment) => moment[name].unsafe_l2)
      .filter(({ number }) => number <= dropped.from.number);
    expect(kindsOf(frozen.map(({ hash }) => hash)).length).toBeLessThan(3);
  }
  const { unsafe_l2 } = await statusOf(nodes.a.rpcUrl);
  await all('a new safe head', ({ safe_l2 }) => safe_l2.number >= unsafe_l2.number);
  return from;
}

/** A batcher notices alone, by one of two signs: which of them comes first depends on where its batches were. */
function expectStateCleared([, , , from]: readonly number[]): void {
  const signs = [
    ['log-l1-reorg-depth-10', 'warn Found L2 reorg'],
    ['log-l1-reorg-depth-10-batch-lost', 'warn next safe block is below oldest block in state'],
  ] as const;
  for (const [file, words] of signs) {
    expect(recordedText(`${folder}/${file}.txt`)).toContain(words.replace('warn ', 'lvl=warn msg="'));
  }
  const said = batcher.logs.slice(from).map(wordsOf);
  expect(signs.filter(([, words]) => said.includes(words)).length).toBeGreaterThan(0);
  expect(said).toContain('info State cleared');
}

test('l1-reorg-depth-10: the sequencer drops its newest blocks, followers stay on them until a batch is derived', async () => {
  const from = await deepReorg(true);
  lastReorg = from;
  expectAllSaid(from, 'log-l1-reorg-depth-10');
  expectStateCleared(from);
});

test('l1-reorg-depth-10-batch-lost: the batcher sends again what was lost', async () => {
  const from = await deepReorg(false);
  expectAllSaid(from, 'log-l1-reorg-depth-10-batch-lost', lastReorg);
  expectStateCleared(from);
});

test('l1-reorg-drops-setBatcherHash: the new batcher pays for nothing until the rotation is sent again', async () => {
  const { accounts, keys } = chain.deployment;
  await rpc(`http://${batcher.address}:8548`, 'admin_stopBatcher');
  const from = marks();
  const first = Number(await jsonRpc<string>(bed.l1.rpcUrl, 'eth_blockNumber'));
  await chain.owner.setBatcher(accounts.batcher2);
  const fresh = startBatcher(chain, nodes.a, {
    name: 'batcher2',
    env: { OP_BATCHER_PRIVATE_KEY: keys.batcher2, OP_BATCHER_MAX_CHANNEL_DURATION: '2' },
  });
  const batch = await eventually('its first batch', () =>
    chain.ledger.events().find((event) => event.type === 'batch-submitted' && event.address === accounts.batcher2),
  );
  await eventually(
    'its receipt',
    () => batch.type === 'batch-submitted' && jsonRpc(bed.l1.rpcUrl, 'eth_getTransactionReceipt', [batch.transaction]),
  );
  const head = Number(await jsonRpc<string>(bed.l1.rpcUrl, 'eth_blockNumber'));
  const owner = accounts.deployer.toLowerCase();
  await reorgL1(bed.l1.rpcUrl, Math.max(DEEP, head - first), ({ from: sender }) => sender.toLowerCase() !== owner);
  const { safe_l2 } = await statusWith('derivation', nodes.a.rpcUrl, ({ current_l1 }) => current_l1.number > head);
  await eventually(
    'batches that do not count',
    () =>
      chain.ledger
        .events()
        .filter((event) => event.type === 'unauthorized-batch' && event.sender === accounts.batcher2.toLowerCase())
        .length > 5,
  );
  expect((await statusOf(nodes.a.rpcUrl)).safe_l2.number).toBe(safe_l2.number);
  expect((await fetch(`http://${fresh.address}:8548/healthz`)).status).toBe(200);
  await chain.owner.setBatcher(accounts.batcher2);
  const { unsafe_l2 } = await statusOf(nodes.a.rpcUrl);
  for (const name of NAMES) await safeAt(nodes[name].rpcUrl, unsafe_l2.number);
  expectAllSaid(from, 'log-l1-reorg-drops-setBatcherHash');
  // All that the new batcher says about it.
  const sign = 'sequencer did not make expected progress';
  expect(recordedText(`${folder}/log-l1-reorg-drops-setBatcherHash.txt`)).toContain(`lvl=warn msg="${sign}"`);
  expect(fresh.logs.map(wordsOf)).toContain(`warn ${sign}`);
  expect(nodes.a.node.logs.slice(from[0]).map(wordsOf)).toContain('warn tx in inbox with unauthorized submitter');
  expect(chain.referee.violations()).toEqual([]);
});
