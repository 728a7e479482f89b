import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CHAIN_TEST_MS, eventually } from './testing/eventually.ts';
import { recordedText } from './testing/recording.ts';
import { rpc, rpcAnswer } from './testing/rpc.ts';
import { statusOf, statusWith, unsafeAt } from './testing/sync-status.ts';
import { startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import {
  sequencerEnv,
  startGeth,
  startNode,
  startOpNode,
  startSequencing,
  type TestNode,
} from './testing/test-chain.ts';

vi.setConfig({ testTimeout: CHAIN_TEST_MS, hookTimeout: CHAIN_TEST_MS });

let bed: TestBed;
beforeAll(async () => {
  bed = await startTestBed();
});
afterAll(() => bed?.stop());

/** As recorded of a running op-node (op-stack-observed.md 1). */
const UNAUTHORISED = '401 Unauthorized: signature is invalid';

const blockOf = (node: TestNode, number: number) =>
  rpc<{ hash: string }>(node.ethUrl, 'eth_getBlockByNumber', [`0x${number.toString(16)}`, false]);

async function startStopped(chain: TestChain, name: string, peers: readonly string[] = []): Promise<TestNode> {
  const node = await startNode(chain, name, { peers, env: sequencerEnv(chain, true) });
  await statusWith('its first head', node.rpcUrl, ({ unsafe_l2 }) => !/^0x0+$/.test(unsafe_l2.hash));
  return node;
}

describe.concurrent('a sequencer', () => {
  test('stays stopped until it is started with the hash of its head, then makes a block each second', async () => {
    const chain = await bed.chain();
    const node = await startStopped(chain, 'sequencer');
    expect(await rpc(node.rpcUrl, 'admin_sequencerActive')).toBe(false);
    await startSequencing(node);
    expect(await rpc(node.rpcUrl, 'admin_sequencerActive')).toBe(true);
    const { unsafe_l2 } = await statusWith(
      'the present',
      node.rpcUrl,
      (status) => Date.now() / 1000 - status.unsafe_l2.timestamp < 2,
    );
    const later = await unsafeAt(node.rpcUrl, unsafe_l2.number + 3);
    expect(later.unsafe_l2.timestamp - unsafe_l2.timestamp).toBe(later.unsafe_l2.number - unsafe_l2.number);
    expect(chain.referee.violations()).toEqual([]);
  });

  test('shows zero references just after its start, then the finalized head as safe head', async () => {
    const chain = await bed.chain({ delays: { zeroReferences: 4_000, pipelineReset: 3_000 } });
    const node = await startNode(chain, 'sequencer', { env: sequencerEnv(chain, true) });
    const first = await eventually('the first answer', () => statusOf(node.rpcUrl));
    expect(first.unsafe_l2).toMatchObject({ hash: `0x${'00'.repeat(32)}`, number: 0, timestamp: 0 });
    const head = `0x${'00'.repeat(32)}`;
    expect(await rpcAnswer(node.rpcUrl, 'admin_startSequencer', [head])).toMatchObject({
      error: { code: -32000, message: `no prestate, cannot determine if sequencer start at ${head} is safe` },
    });
    const second = await statusWith('heads', node.rpcUrl, ({ unsafe_l2 }) => unsafe_l2.timestamp > 0);
    expect(second.current_l1.number).toBe(0);
    expect(second.safe_l2).toEqual(second.finalized_l2);
    await statusWith('derivation', node.rpcUrl, ({ current_l1 }) => current_l1.number > 0);
  });

  test('stays active and makes no block while its execution client has another JWT secret', async () => {
    const chain = await bed.chain();
    const node = await startNode(chain, 'sequencer', { env: sequencerEnv(chain, false) });
    await unsafeAt(node.rpcUrl, 2);
    const undo = chain.faults.pod('sequencer').otherJwtSecret();
    await eventually('its complaint', () => node.node.logs.some((line) => line.includes(UNAUTHORISED)) || undefined);
    const { unsafe_l2 } = await statusOf(node.rpcUrl);
    expect(await rpc(node.rpcUrl, 'admin_sequencerActive')).toBe(true);
    expect((await fetch(`${node.rpcUrl}/healthz`)).status).toBe(200);
    undo();
    await unsafeAt(node.rpcUrl, unsafe_l2.number + 3);
    expect(chain.referee.violations()).toEqual([]);
  });

  test('hands over without a missed block', async () => {
    const chain = await bed.chain();
    const a = await startNode(chain, 'a', { peers: ['b'], env: sequencerEnv(chain, true) });
    const b = await startStopped(chain, 'b', ['a']);
    await startSequencing(a, 1);
    await unsafeAt(b.rpcUrl, 2);
    const hash = await rpc<string>(a.rpcUrl, 'admin_stopSequencer');
    const at = await statusWith('the last block', b.rpcUrl, ({ unsafe_l2 }) => unsafe_l2.hash === hash);
    await rpc(b.rpcUrl, 'admin_startSequencer', [hash]);
    const { unsafe_l2 } = await unsafeAt(a.rpcUrl, at.unsafe_l2.number + 3);
    expect((await blockOf(b, unsafe_l2.number)).hash).toBe(unsafe_l2.hash);
    expect(chain.referee.violations()).toEqual([]);
    const produced = chain.ledger.events().flatMap((event) => (event.type === 'block-produced' ? [event] : []));
    expect(produced.map((event) => event.block.number)).toEqual(produced.map((_, index) => index + 1));
  });

  test('that handed over sequences again after a restart, because its flags win; the referee sees two', async () => {
    const chain = await bed.chain();
    const a = await startNode(chain, 'a', { peers: ['b'], env: sequencerEnv(chain, true) });
    const b = await startStopped(chain, 'b', ['a']);
    await startSequencing(a, 1);
    await unsafeAt(b.rpcUrl, 2);
    const hash = await rpc<string>(a.rpcUrl, 'admin_stopSequencer');
    await statusWith('the last block', b.rpcUrl, ({ unsafe_l2 }) => unsafe_l2.hash === hash);
    await rpc(b.rpcUrl, 'admin_startSequencer', [hash]);
    expect(await a.node.terminate()).toBe(0);
    startOpNode(chain, 'a', { peers: ['b'], env: sequencerEnv(chain, false), address: a.address });
    const violation = await eventually('a violation', () => chain.referee.violations()[0]);
    expect(violation).toMatch(/^two sequencers at once: test\/a started .* while test\/b was active/);
    const active = await Promise.all([a, b].map((node) => rpc(node.rpcUrl, 'admin_sequencerActive')));
    expect(active).toEqual([true, true]);
  });

  test('two of them with empty blocks make the same hashes; a transaction to one of them makes a fork', async () => {
    const chain = await bed.chain();
    const a = await startNode(chain, 'a', { env: sequencerEnv(chain, false) });
    const b = await startNode(chain, 'b', { env: sequencerEnv(chain, false) });
    const both = Math.max(
      (await unsafeAt(a.rpcUrl, 2)).unsafe_l2.number,
      (await unsafeAt(b.rpcUrl, 2)).unsafe_l2.number,
    );
    await Promise.all([unsafeAt(a.rpcUrl, both), unsafeAt(b.rpcUrl, both)]);
    expect(await blockOf(a, both)).toEqual(await blockOf(b, both));
    const transaction = await rpc<string>(a.ethUrl, 'eth_sendRawTransaction', ['0x02c0ffee']);
    const mined = await eventually(
      'the transaction',
      async () =>
        (await rpc<{ blockNumber: string } | null>(a.ethUrl, 'eth_getTransactionReceipt', [transaction])) ?? undefined,
    );
    const number = Number(mined.blockNumber);
    await unsafeAt(b.rpcUrl, number);
    expect((await blockOf(a, number)).hash).not.toBe((await blockOf(b, number)).hash);
  });
});

describe.concurrent('the admin state file', () => {
  const env = { OP_NODE_RPC_ADMIN_STATE: '/cl/state.json' };
  const file = (chain: TestChain) =>
    readFileSync(path.join(chain.cluster.directory, 'sequencer/cl/state.json'), 'utf8');

  test('admin-state-file: keeps the last decision, wins over the flags then, and takes a graceful stop for one', async () => {
    const { steps } = JSON.parse(recordedText('op-node-1.16.11/admin-state-file.json')) as {
      steps: readonly { readonly sequencerActive: boolean; readonly file: string }[];
    };
    const chain = await bed.chain();
    const flags = { env: { ...sequencerEnv(chain, false), ...env } };
    const node = await startNode(chain, 'sequencer', flags);
    const seen = async () => ({
      sequencerActive: await eventually('its RPC', async () => {
        const { result } = await rpcAnswer(node.rpcUrl, 'admin_sequencerActive');
        return [result];
      }).then(([active]) => active),
      file: file(chain),
    });
    const asRecorded = async (step: number) => expect(steps[step]).toMatchObject(await seen());
    await unsafeAt(node.rpcUrl, 1);
    await asRecorded(0);
    await rpc(node.rpcUrl, 'admin_stopSequencer');
    await asRecorded(1);
    await node.node.terminate();
    const again = startOpNode(chain, 'sequencer', { ...flags, address: node.address });
    await asRecorded(2);
    await startSequencing(node);
    await asRecorded(3);
    await again.terminate();
    expect(file(chain)).toBe('{"sequencerStarted":false}');
  });

  test('keeps started after a SIGKILL', async () => {
    const chain = await bed.chain();
    const node = await startNode(chain, 'sequencer', { env: { ...sequencerEnv(chain, false), ...env } });
    await unsafeAt(node.rpcUrl, 1);
    expect(await node.node.kill()).toBe(137);
    expect(file(chain)).toBe('{"sequencerStarted":true}');
    startOpNode(chain, 'sequencer', { env: { ...sequencerEnv(chain, true), ...env }, address: node.address });
    expect(await eventually('its RPC', () => rpc<boolean>(node.rpcUrl, 'admin_sequencerActive'))).toBe(true);
    expect(chain.referee.violations()).toEqual([]);
  });
});

describe.concurrent('the execution client of an active sequencer', () => {
  test('loses its newest block by SIGKILL; op-node gives it back with the same hash', async () => {
    const chain = await bed.chain();
    const node = await startNode(chain, 'sequencer', { env: sequencerEnv(chain, false) });
    const { unsafe_l2 } = await unsafeAt(node.rpcUrl, 3);
    expect(await node.geth.kill()).toBe(137);
    await startGeth(chain, 'sequencer', { address: node.address });
    await unsafeAt(node.rpcUrl, unsafe_l2.number + 3);
    expect((await blockOf(node, unsafe_l2.number)).hash).toBe(unsafe_l2.hash);
    expect(chain.referee.violations()).toEqual([]);
  });

  test('that is gone first makes op-node ignore SIGTERM until SIGKILL', async () => {
    const chain = await bed.chain();
    const node = await startNode(chain, 'sequencer', { env: sequencerEnv(chain, false) });
    await unsafeAt(node.rpcUrl, 1);
    await node.geth.terminate();
    const end = node.node.terminate();
    await eventually('a retry', () =>
      node.node.logs.find((line) => line.includes('failed to sync forkchoice with engine')),
    );
    expect(await rpc(node.rpcUrl, 'admin_sequencerActive')).toBe(true);
    void node.node.kill();
    expect(await end).toBe(137);
  });

  test('that came back with another JWT leaves op-node up with frozen heads', async () => {
    const chain = await bed.chain();
    const node = await startNode(chain, 'sequencer', { env: sequencerEnv(chain, false) });
    await unsafeAt(node.rpcUrl, 1);
    await node.geth.terminate();
    await startGeth(chain, 'sequencer', { address: node.address, jwt: '22'.repeat(32) });
    await eventually('the refusal', () =>
      node.node.logs.find((line) => line.includes('401 Unauthorized: signature is invalid')),
    );
    expect((await fetch(`${node.rpcUrl}/healthz`)).status).toBe(200);
    const answer = await rpcAnswer(node.rpcUrl, 'optimism_outputAtBlock', ['0x1']);
    expect(answer.error?.message).toMatch(/could not get payload: 401 Unauthorized: signature is invalid\n$/);
  });
});
