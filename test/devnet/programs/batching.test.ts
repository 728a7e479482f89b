import { Wallet } from 'ethers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { jsonRpc } from '../servers/json-rpc.ts';
import { CHAIN_TEST_MS, eventually } from './testing/eventually.ts';
import { rpc } from './testing/rpc.ts';
import { safeAt, statusOf, unsafeAt } from './testing/sync-status.ts';
import { startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import { sequencerEnv, startBatcher, startNode, startSequencing } from './testing/test-chain.ts';
import { runContainer } from './testing/test-pod.ts';

vi.setConfig({ testTimeout: CHAIN_TEST_MS, hookTimeout: CHAIN_TEST_MS });

let bed: TestBed;
beforeAll(async () => {
  bed = await startTestBed();
});
afterAll(() => bed?.stop());

const submitted = (chain: TestChain) =>
  chain.ledger.events().flatMap((event) => (event.type === 'batch-submitted' ? [event] : []));
const nonceOf = async (address: string, tag: string) =>
  Number(await jsonRpc<string>(bed.l1.rpcUrl, 'eth_getTransactionCount', [address, tag]));

async function withSequencer() {
  const chain = await bed.chain();
  const sequencer = await startNode(chain, 'sequencer', { env: sequencerEnv(chain, false) });
  await unsafeAt(sequencer.rpcUrl, 2);
  return { chain, sequencer };
}

describe.concurrent('a batcher', () => {
  test('sends every block once, one transaction after the other', async () => {
    const { chain, sequencer } = await withSequencer();
    startBatcher(chain, sequencer);
    await safeAt(sequencer.rpcUrl, 6);
    const sent = submitted(chain);
    expect(sent.map((event) => event.nonce)).toEqual(sent.map((_, index) => index));
    expect(sent.slice(1).map((event) => event.first)).toEqual(sent.slice(0, -1).map((event) => event.last + 1));
    expect(chain.referee.violations()).toEqual([]);
  });

  test('waits for its channel to be old enough, unless it is flushed', async () => {
    const { chain, sequencer } = await withSequencer();
    const batcher = startBatcher(chain, sequencer, { env: { OP_BATCHER_MAX_CHANNEL_DURATION: '1000' } });
    await eventually('it runs', () => chain.ledger.events().find((event) => event.type === 'batcher-started'));
    await unsafeAt(sequencer.rpcUrl, 5);
    expect(submitted(chain)).toEqual([]);
    await rpc(`http://${batcher.address}:8548`, 'admin_flushBatcher');
    await safeAt(sequencer.rpcUrl, 5);
  });

  test('started stopped does nothing until it is told to', async () => {
    const { chain, sequencer } = await withSequencer();
    const batcher = startBatcher(chain, sequencer, { env: { OP_BATCHER_STOPPED: 'true' } });
    const url = `http://${batcher.address}:8548`;
    await eventually('its RPC', () => rpc(url, 'health_status'));
    await unsafeAt(sequencer.rpcUrl, 5);
    expect(submitted(chain)).toEqual([]);
    await rpc(url, 'admin_startBatcher');
    await safeAt(sequencer.rpcUrl, 5);
  });

  test('submits what it has loaded before it stops', async () => {
    const { chain, sequencer } = await withSequencer();
    const batcher = startBatcher(chain, sequencer, { env: { OP_BATCHER_MAX_CHANNEL_DURATION: '1000' } });
    await eventually('it runs', () => batcher.logs.find((line) => line.includes('Batch Submitter started')));
    const { unsafe_l2 } = await statusOf(sequencer.rpcUrl);
    await unsafeAt(sequencer.rpcUrl, unsafe_l2.number + 3);
    await rpc(`http://${batcher.address}:8548`, 'admin_stopBatcher');
    const last = submitted(chain).at(-1)?.last ?? 0;
    expect(last).toBeGreaterThanOrEqual(unsafe_l2.number);
    await safeAt(sequencer.rpcUrl, last);
    await unsafeAt(sequencer.rpcUrl, last + 4);
    expect((await statusOf(sequencer.rpcUrl)).safe_l2.number).toBe(last);
    expect(chain.referee.violations()).toEqual([]);
  });

  test('without money runs on and only warns', async () => {
    const { chain, sequencer } = await withSequencer();
    const batcher = startBatcher(chain, sequencer, {
      env: { OP_BATCHER_PRIVATE_KEY: Wallet.createRandom().privateKey },
    });
    const warning = await eventually('the warning', () =>
      batcher.logs.find((line) => line.includes('Failed to create a transaction, will retry')),
    );
    expect(warning).toMatch(/err="failed to call: Insufficient funds for gas \* price \+ value, reason: <nil>"$/);
    expect((await fetch(`http://${batcher.address}:8548/healthz`)).status).toBe(200);
    expect(await batcher.terminate()).toBe(0);
  });

  test('with a key that is not the chain’s pays for nothing and nothing dies', async () => {
    const { chain, sequencer } = await withSequencer();
    startBatcher(chain, sequencer, { env: { OP_BATCHER_PRIVATE_KEY: chain.deployment.keys.proposer } });
    await eventually('an unauthorised batch', () =>
      chain.ledger.events().find((event) => event.type === 'unauthorized-batch'),
    );
    await eventually('several tries', () => (submitted(chain).length >= 3 ? true : undefined));
    expect((await statusOf(sequencer.rpcUrl)).safe_l2.number).toBe(0);
  });

  test('killed with its transaction pending is replaced by a new process: one transaction per nonce, none lost', async () => {
    const { chain, sequencer } = await withSequencer();
    const { batcher } = chain.deployment.accounts;
    const first = startBatcher(chain, sequencer);
    await eventually('a pending transaction', async () =>
      (await nonceOf(batcher, 'pending')) > (await nonceOf(batcher, 'latest')) ? true : undefined,
    );
    expect(await first.kill()).toBe(137);
    startBatcher(chain, sequencer);
    const { unsafe_l2 } = await statusOf(sequencer.rpcUrl);
    await safeAt(sequencer.rpcUrl, unsafe_l2.number + 2);
    expect(chain.referee.violations()).toEqual([]);
    const mined = chain.referee.inbox().filter(({ from }) => from === batcher.toLowerCase());
    expect(mined.length).toBeGreaterThan(0);
    expect(await nonceOf(batcher, 'latest')).toBeGreaterThanOrEqual(mined.length);
  });

  test('beside a second one with the same key is noticed by the referee only', async () => {
    const { chain, sequencer } = await withSequencer();
    const one = startBatcher(chain, sequencer, { name: 'one' });
    const two = startBatcher(chain, sequencer, { name: 'two' });
    const violation = await eventually('a violation', () => chain.referee.violations()[0]);
    expect(violation).toMatch(/^two batchers with key 0x/);
    await safeAt(sequencer.rpcUrl, 4);
    for (const { address } of [one, two]) expect((await fetch(`http://${address}:8548/healthz`)).status).toBe(200);
  });

  test('whose key somebody else uses is noticed on L1', async () => {
    const { chain, sequencer } = await withSequencer();
    startBatcher(chain, sequencer);
    await safeAt(sequencer.rpcUrl, 2);
    const foreign = (await bed.chain()).cluster;
    runContainer(foreign, {
      name: 'foreign',
      image: 'op-batcher:v1.18.2',
      argv: ['op-batcher'],
      env: {
        OP_BATCHER_L1_ETH_RPC: chain.l1Url,
        OP_BATCHER_L2_ETH_RPC: sequencer.ethUrl,
        OP_BATCHER_ROLLUP_RPC: sequencer.rpcUrl,
        OP_BATCHER_MAX_CHANNEL_DURATION: '1',
        OP_BATCHER_POLL_INTERVAL: '200ms',
        OP_BATCHER_NUM_CONFIRMATIONS: '1',
        OP_BATCHER_TXMGR_RECEIPT_QUERY_INTERVAL: '200ms',
        OP_BATCHER_PRIVATE_KEY: chain.deployment.keys.batcher,
      },
    });
    const violation = await eventually('a violation', () =>
      chain.referee.violations().find((one) => one.startsWith('inbox transaction')),
    );
    expect(violation).toContain('but no batcher sent it');
  });

  test('with several sequencers follows the active one', async () => {
    const chain = await bed.chain();
    const a = await startNode(chain, 'a', { peers: ['b'], env: sequencerEnv(chain, true) });
    const b = await startNode(chain, 'b', { peers: ['a'], env: sequencerEnv(chain, true) });
    await startSequencing(a, 1);
    await unsafeAt(b.rpcUrl, 2);
    startBatcher(chain, a, {
      env: { OP_BATCHER_L2_ETH_RPC: `${a.ethUrl},${b.ethUrl}`, OP_BATCHER_ROLLUP_RPC: `${a.rpcUrl},${b.rpcUrl}` },
    });
    await safeAt(a.rpcUrl, 2);
    const hash = await rpc<string>(a.rpcUrl, 'admin_stopSequencer');
    await eventually('the last block', async () =>
      (await statusOf(b.rpcUrl)).unsafe_l2.hash === hash ? true : undefined,
    );
    await rpc(b.rpcUrl, 'admin_startSequencer', [hash]);
    await a.node.kill();
    await a.geth.kill();
    const { unsafe_l2 } = await statusOf(b.rpcUrl);
    await safeAt(b.rpcUrl, unsafe_l2.number + 2);
    expect(chain.referee.violations()).toEqual([]);
  });

  test('waits until its op-node has caught up with L1, and looks back for its last transaction', async () => {
    const { chain, sequencer } = await withSequencer();
    const env = { OP_BATCHER_WAIT_NODE_SYNC: 'true', OP_BATCHER_CHECK_RECENT_TXS_DEPTH: '20' };
    const first = startBatcher(chain, sequencer, { env });
    await safeAt(sequencer.rpcUrl, 3);
    expect(first.logs.some((line) => line.includes('rollup current L1 block target reached'))).toBe(true);
    await first.terminate();
    const second = startBatcher(chain, sequencer, { env });
    const found = await eventually('the look back', () =>
      second.logs.find((line) => line.includes('checked recent transactions')),
    );
    expect(found).toContain('found=true');
    const { unsafe_l2 } = await statusOf(sequencer.rpcUrl);
    await safeAt(sequencer.rpcUrl, unsafe_l2.number);
    expect(chain.referee.violations()).toEqual([]);
  });

  test('that would look back further than L1 is old ends with exit code 1', async () => {
    const { chain, sequencer } = await withSequencer();
    const env = { OP_BATCHER_WAIT_NODE_SYNC: 'true', OP_BATCHER_CHECK_RECENT_TXS_DEPTH: '10000' };
    const batcher = startBatcher(chain, sequencer, { env });
    expect(await batcher.exit).toBe(1);
    expect(batcher.logs.at(-1)).toContain('failed to retrieve previous nonce: hex string without 0x prefix');
  });

  test('that is made to stall looks healthy', async () => {
    const { chain, sequencer } = await withSequencer();
    const undo = chain.faults.pod('batcher').stallBatcher();
    const batcher = startBatcher(chain, sequencer);
    await eventually('it runs', () => chain.ledger.events().find((event) => event.type === 'batcher-started'));
    await unsafeAt(sequencer.rpcUrl, 5);
    expect([submitted(chain).length, (await fetch(`http://${batcher.address}:8548/healthz`)).status]).toEqual([0, 200]);
    undo();
    await safeAt(sequencer.rpcUrl, 5);
  });
});
