import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { jsonRpc } from '../servers/json-rpc.ts';
import { decodeBatch, encodeBatch } from './op-node/batch.ts';
import { CHAIN_TEST_MS, eventually } from './testing/eventually.ts';
import { sendL1 } from './testing/l1-transactions.ts';
import { safeAt, statusOf, statusWith, unsafeAt } from './testing/sync-status.ts';
import { setBatcherData, startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import { sequencerEnv, startBatcher, startNode, startOpNode, startSequencing } from './testing/test-chain.ts';

vi.setConfig({ testTimeout: CHAIN_TEST_MS, hookTimeout: CHAIN_TEST_MS });

let bed: TestBed;
beforeAll(async () => {
  bed = await startTestBed();
});
afterAll(() => bed?.stop());

const count = (chain: TestChain, type: string) => chain.ledger.events().filter((event) => event.type === type).length;

describe.concurrent('the safe head', () => {
  test('comes from transactions in the inbox on L1, and finalized follows L1', async () => {
    const chain = await bed.chain();
    const sequencer = await startNode(chain, 'sequencer', { env: sequencerEnv(chain, false) });
    await unsafeAt(sequencer.rpcUrl, 3);
    expect((await statusOf(sequencer.rpcUrl)).safe_l2.number).toBe(0);
    startBatcher(chain, sequencer);
    const { safe_l2 } = await safeAt(sequencer.rpcUrl, 3);
    const final = await statusWith(
      'finality',
      sequencer.rpcUrl,
      ({ finalized_l2 }) => finalized_l2.number >= safe_l2.number,
    );
    expect(final.finalized_l2.number).toBeLessThanOrEqual(final.safe_l2.number);
    const inbox = await eventually('an inbox transaction', () => chain.referee.inbox()[0]);
    expect(inbox.from).toBe(chain.deployment.accounts.batcher.toLowerCase());
    expect(chain.referee.violations()).toEqual([]);
  });

  test('after a restart starts from the finalized one and comes back', async () => {
    const chain = await bed.chain();
    const sequencer = await startNode(chain, 'sequencer', { env: sequencerEnv(chain, false) });
    startBatcher(chain, sequencer);
    await statusWith('finality', sequencer.rpcUrl, ({ finalized_l2 }) => finalized_l2.number >= 2);
    const before = await statusOf(sequencer.rpcUrl);
    await sequencer.node.terminate();
    startOpNode(chain, 'sequencer', { env: sequencerEnv(chain, false), address: sequencer.address });
    const { unsafe_l2 } = await safeAt(sequencer.rpcUrl, before.safe_l2.number + 2);
    expect(unsafe_l2.number).toBeGreaterThan(before.unsafe_l2.number);
    expect(chain.referee.violations()).toEqual([]);
  });

  test('stalls after setBatcherHash while the old batcher goes on paying, until the new one sends', async () => {
    const chain = await bed.chain();
    const sequencer = await startNode(chain, 'sequencer', { env: sequencerEnv(chain, false) });
    const old = startBatcher(chain, sequencer);
    await safeAt(sequencer.rpcUrl, 2);
    await chain.owner.setBatcher(chain.deployment.accounts.batcher2);
    await eventually('two wasted batches', () => (count(chain, 'unauthorized-batch') >= 2 ? true : undefined));
    const stalled = await statusOf(sequencer.rpcUrl);
    expect(sequencer.node.logs.some((line) => line.includes('tx in inbox with unauthorized submitter'))).toBe(true);
    expect((await fetch(`http://${old.address}:8548/healthz`)).status).toBe(200);
    await unsafeAt(sequencer.rpcUrl, stalled.unsafe_l2.number + 3);
    expect((await statusOf(sequencer.rpcUrl)).safe_l2.number).toBe(stalled.safe_l2.number);
    expect(await old.terminate()).toBe(0);
    startBatcher(chain, sequencer, { name: 'new', env: { OP_BATCHER_PRIVATE_KEY: chain.deployment.keys.batcher2 } });
    await safeAt(sequencer.rpcUrl, stalled.unsafe_l2.number);
    expect(chain.referee.violations()).toEqual([]);
  });

  test('rises by itself when the sequencing window has expired, and a batcher repairs it', async () => {
    const chain = await bed.chain({ seqWindowSize: 10 });
    const sequencer = await startNode(chain, 'sequencer', { env: sequencerEnv(chain, false) });
    const expired = await safeAt(sequencer.rpcUrl, 4);
    expect(expired.current_l1.number - expired.safe_l2.l1origin.number).toBeGreaterThanOrEqual(9);
    expect(expired.current_l1.number - expired.safe_l2.l1origin.number).toBeLessThanOrEqual(11);
    const reorgs = chain.ledger.events().filter((event) => event.type === 'unsafe-reorg');
    expect(reorgs.length).toBeGreaterThan(1);
    expect(reorgs.every((event) => event.type === 'unsafe-reorg' && event.reason === 'window-expired')).toBe(true);
    startBatcher(chain, sequencer);
    await eventually('a safe head that comes from batches', () =>
      chain.ledger
        .events()
        .some(
          (event) => event.type === 'safe-advanced' && !event.forced && event.block.number > expired.safe_l2.number,
        ),
    );
    expect(chain.referee.violations()).toEqual([]);
  });

  test('stands still on a node that is made to never sync', async () => {
    const chain = await bed.chain();
    const undo = chain.faults.pod('test/replica').freezeDerivation();
    const sequencer = await startNode(chain, 'sequencer', { peers: ['replica'], env: sequencerEnv(chain, false) });
    const replica = await startNode(chain, 'replica', { peers: ['sequencer'] });
    startBatcher(chain, sequencer);
    await safeAt(sequencer.rpcUrl, 3);
    expect(await statusOf(replica.rpcUrl)).toMatchObject({ current_l1: { number: 0 }, safe_l2: { number: 0 } });
    undo();
    await safeAt(replica.rpcUrl, 3);
  });

  test('is begun again and again while L1 has no blobs, and nothing else says so', async () => {
    const chain = await bed.chain();
    const sequencer = await startNode(chain, 'sequencer', { env: sequencerEnv(chain, false) });
    startBatcher(chain, sequencer);
    const { safe_l2, unsafe_l2 } = await safeAt(sequencer.rpcUrl, 3);
    const undo = chain.faults.pod('sequencer').loseBlobs();
    await eventually('three resets', () => (count(chain, 'pipeline-reset') > 3 ? true : undefined));
    const status = await unsafeAt(sequencer.rpcUrl, unsafe_l2.number + 2);
    // As recorded in op-node-1.16.11/syncStatus-blobs-unavailable.
    expect(status.current_l1.number).toBe(0);
    expect(status.safe_l2).toEqual(status.finalized_l2);
    expect(sequencer.node.logs.some((line) => line.includes('failed to fetch blobs'))).toBe(true);
    expect((await fetch(`${sequencer.rpcUrl}/healthz`)).status).toBe(200);
    undo();
    await safeAt(sequencer.rpcUrl, safe_l2.number + 2);
    expect(chain.referee.violations()).toEqual([]);
  });

  test('ignores garbage in the inbox', () => {
    const batch = { first: 1, last: 3, tip: `0x${'ab'.repeat(32)}` };
    expect(decodeBatch(encodeBatch(batch))).toEqual(batch);
    expect(decodeBatch('0x00')).toBeUndefined();
    expect(decodeBatch(`0x00${'ff'.repeat(40)}`)).toBeUndefined();
    expect(decodeBatch(encodeBatch(batch).slice(0, 60))).toBeUndefined();
  });
});

test('in the L1 block of setBatcherHash no batch of the old key counts, wherever it stands in it', async () => {
  const chain = await bed.chain();
  const { accounts, keys } = chain.deployment;
  const sequencer = await startNode(chain, 'sequencer', { env: sequencerEnv(chain, false) });
  const { unsafe_l2 } = await unsafeAt(sequencer.rpcUrl, 2);
  const data = encodeBatch({ first: 1, last: unsafe_l2.number, tip: unsafe_l2.hash });
  const inbox = String(chain.files.rollup['batch_inbox_address']);
  // Two transactions sent at once are nearly always mined together; a batch that came earlier proves nothing.
  const [batch, change] = await sendL1(chain.deployment, [
    { key: keys.batcher, to: inbox, data },
    {
      key: keys.deployer,
      to: chain.deployment.addresses['SystemConfigProxy'] ?? '',
      data: setBatcherData(accounts.batcher2),
    },
  ]);
  expect(batch?.block).toBe(change?.block);
  const refused = await eventually('the refused batch', () =>
    chain.ledger.events().find((event) => event.type === 'unauthorized-batch'),
  );
  expect(refused).toMatchObject({
    sender: accounts.batcher.toLowerCase(),
    transaction: batch?.hash,
    l1: { number: batch?.block },
  });
  expect((await statusOf(sequencer.rpcUrl)).safe_l2.number).toBe(0);
});

test('when L1 hangs, blocks go on while everything that comes from L1 stands still, and it recovers alone', async () => {
  const chain = await bed.chain();
  const sequencer = await startNode(chain, 'sequencer', { env: sequencerEnv(chain, false) });
  startBatcher(chain, sequencer);
  await safeAt(sequencer.rpcUrl, 2);
  const { pid } = bed.l1.process;
  process.kill(pid, 'SIGSTOP');
  try {
    const before = await statusOf(sequencer.rpcUrl);
    await unsafeAt(sequencer.rpcUrl, before.unsafe_l2.number + 4);
    const during = await statusOf(sequencer.rpcUrl);
    expect(during.head_l1.number).toBeLessThanOrEqual(before.head_l1.number + 1);
    expect(during.safe_l2.number).toBeLessThanOrEqual(before.unsafe_l2.number);
    expect((await fetch(`${sequencer.rpcUrl}/healthz`)).status).toBe(200);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  const { unsafe_l2 } = await statusOf(sequencer.rpcUrl);
  await safeAt(sequencer.rpcUrl, unsafe_l2.number);
  expect(chain.referee.violations()).toEqual([]);
});

test('an L1 reorg below the sequencer’s confirmations only resets the pipeline; the safe head comes back', async () => {
  const chain = await bed.chain();
  const env = { ...sequencerEnv(chain, false), OP_NODE_SEQUENCER_L1_CONFS: '4' };
  const sequencer = await startNode(chain, 'sequencer', { env });
  startBatcher(chain, sequencer);
  const before = await safeAt(sequencer.rpcUrl, 4);
  await jsonRpc(bed.l1.rpcUrl, 'anvil_reorg', [2, []]);
  await eventually('the reset', () => sequencer.node.logs.find((line) => line.includes('detected L1 reorg')));
  await safeAt(sequencer.rpcUrl, before.safe_l2.number + 3);
  expect(chain.referee.violations().filter((violation) => !violation.startsWith('inbox transaction'))).toEqual([]);
  expect(count(chain, 'unsafe-reorg')).toBe(0);
});

test('a deeper L1 reorg makes the sequencer drop its newest blocks; followers come after by derivation', async () => {
  const chain = await bed.chain();
  const sequencer = await startNode(chain, 'sequencer', { peers: ['replica'], env: sequencerEnv(chain, true) });
  const replica = await startNode(chain, 'replica', { peers: ['sequencer'] });
  await startSequencing(sequencer, 1);
  const { head_l1, unsafe_l2 } = await unsafeAt(replica.rpcUrl, 8);
  await jsonRpc(bed.l1.rpcUrl, 'anvil_reorg', [head_l1.number - unsafe_l2.l1origin.number + 4, []]);
  const dropped = await eventually('dropped blocks', () =>
    chain.ledger.events().find((event) => event.type === 'unsafe-reorg' && event.node === 'test/sequencer'),
  );
  expect(dropped).toMatchObject({ reason: 'l1-reorg' });
  startBatcher(chain, sequencer);
  const { safe_l2 } = await safeAt(replica.rpcUrl, 10);
  expect((await safeAt(sequencer.rpcUrl, safe_l2.number)).safe_l2.number).toBeGreaterThanOrEqual(safe_l2.number);
  expect(chain.referee.violations()).toEqual([]);
});
