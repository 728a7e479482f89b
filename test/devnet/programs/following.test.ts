import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { scaledDelays } from '../ledger/delays.ts';
import { enodeId } from './execution/peers.ts';
import { CHAIN_TEST_MS, eventually } from './testing/eventually.ts';
import { recordedText } from './testing/recording.ts';
import { rpc } from './testing/rpc.ts';
import { eventuallyInOrder, recordedWords, wordsOf } from './testing/said-in-order.ts';
import { safeAt, statusOf, statusWith, unsafeAt } from './testing/sync-status.ts';
import { startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import { peersOf, sequencerEnv, startBatcher, startNode, startOpNode, startSequencing } from './testing/test-chain.ts';

vi.setConfig({ testTimeout: CHAIN_TEST_MS, hookTimeout: CHAIN_TEST_MS });

let bed: TestBed;
beforeAll(async () => {
  bed = await startTestBed();
});
afterAll(() => bed?.stop());

const eventOf = <Type extends string>(chain: TestChain, type: Type, node?: string) =>
  chain.ledger.events().find((event) => event.type === type && (node === undefined || event.node === node));

describe.concurrent('a replica', () => {
  test('follows by gossip when either side dials the other by its right peer id', async () => {
    const chain = await bed.chain();
    const sequencer = await startNode(chain, 'sequencer', { env: sequencerEnv(chain, true) });
    const replica = await startNode(chain, 'replica', { peers: ['sequencer'] });
    await startSequencing(sequencer, 1);
    const { unsafe_l2 } = await unsafeAt(replica.rpcUrl, 3);
    expect(unsafe_l2.hash).toBe(
      (
        await rpc<{ hash: string }>(sequencer.ethUrl, 'eth_getBlockByNumber', [
          `0x${unsafe_l2.number.toString(16)}`,
          false,
        ])
      ).hash,
    );
    expect([await peersOf(sequencer), await peersOf(replica)]).toEqual([1, 1]);
  });

  test('passes blocks on to its own peers', async () => {
    const chain = await bed.chain();
    const sequencer = await startNode(chain, 'sequencer', { peers: ['middle'], env: sequencerEnv(chain, true) });
    await startNode(chain, 'middle', { peers: ['sequencer', 'end'] });
    const end = await startNode(chain, 'end', { peers: ['middle'] });
    await eventually('the last connection', async () => (await peersOf(end)) === 1);
    await startSequencing(sequencer, 1);
    await unsafeAt(end.rpcUrl, 3);
  });

  test('with a wrong peer id of the sequencer gets nothing', async () => {
    const chain = await bed.chain();
    const sequencer = await startNode(chain, 'sequencer', { env: sequencerEnv(chain, false) });
    chain.cluster.names.set('impostor', sequencer.address);
    const replica = await startNode(chain, 'replica', { peers: ['impostor'] });
    await eventually('the failed dial', () => replica.node.logs.find((line) => line.includes('peer id mismatch')));
    await unsafeAt(sequencer.rpcUrl, 3);
    expect((await statusOf(replica.rpcUrl)).unsafe_l2.number).toBe(0);
  });

  test('dials a peer whose name does not exist yet again later', async () => {
    const chain = await bed.chain();
    const replica = await startNode(chain, 'replica', { peers: ['sequencer'] });
    await eventually('the warning', () =>
      replica.node.logs.find(
        (line) => line.includes('error dialing static peer') && line.includes('no good addresses'),
      ),
    );
    const sequencer = await startNode(chain, 'sequencer', { env: sequencerEnv(chain, false) });
    await eventually('the connection', async () => ((await peersOf(sequencer)) === 1 ? true : undefined));
  });

  test('rejects blocks of a signer that is not the one on L1; the sequencer itself does not even publish them', async () => {
    const chain = await bed.chain();
    const env = { ...sequencerEnv(chain, false), OP_NODE_P2P_SEQUENCER_KEY: chain.deployment.keys.challenger };
    const sequencer = await startNode(chain, 'sequencer', { peers: ['replica'], env });
    const replica = await startNode(chain, 'replica', { peers: ['sequencer'] });
    await unsafeAt(sequencer.rpcUrl, 3);
    expect(eventOf(chain, 'publish-failed')).toMatchObject({ reason: 'invalid block signature' });
    expect((await statusOf(replica.rpcUrl)).unsafe_l2.number).toBe(0);
  });
});

describe.concurrent('a missed gossip block', () => {
  /** How a real replica came by the blocks that it had missed, and what it said until then. */
  const { timeline } = JSON.parse(recordedText('op-node-1.18.2/missed-gossip-catch-up.json')) as {
    timeline: readonly { readonly case: string; readonly atTipAgainAfter_s: number; readonly log: readonly string[] }[];
  };
  const [byDerivation, byRequest, byClientPeer] = timeline;
  /** The first line is of the process before. */
  const wordsIn = (one: (typeof timeline)[number] | undefined) => (one?.log ?? []).slice(1).map(wordsOf);

  test('missed-gossip-catch-up: comes by request first, then by a peer of the client, then by derivation', () => {
    expect(timeline.map((one) => one.case).slice(0, 3)).toEqual([
      expect.stringMatching(/^default flags, EL without/),
      expect.stringMatching(/^--syncmode.req-resp=true, EL without/),
      expect.stringMatching(/^default flags, EL has one EL peer/),
    ]);
    const { requestResponseSync, executionPeerSync } = scaledDelays(1);
    const seconds = [requestResponseSync, executionPeerSync].map((milliseconds) => milliseconds / 1_000);
    const recorded = [byRequest, byClientPeer, byDerivation].map((one) => one?.atTipAgainAfter_s ?? 0);
    expect(recorded).toEqual(recorded.toSorted((a, b) => a - b));
    // A delay is a part of the whole way, and longer than the whole of the faster one.
    expect(seconds[0]).toBeLessThan(recorded[0] ?? 0);
    expect(seconds[1]).toBeGreaterThan(recorded[0] ?? 0);
    expect(seconds[1]).toBeLessThan(recorded[1] ?? 0);
  });

  async function missBlocks(options: {
    readonly env?: Record<string, string>;
    readonly gethEnv?: Record<string, string>;
    readonly batcher?: boolean;
    readonly sequencerGethEnv?: Record<string, string>;
  }) {
    const chain = await bed.chain();
    const sequencer = await startNode(chain, 'sequencer', {
      peers: ['replica'],
      env: sequencerEnv(chain, true),
      ...(options.sequencerGethEnv === undefined ? {} : { gethEnv: options.sequencerGethEnv }),
    });
    const replica = await startNode(chain, 'replica', { peers: ['sequencer'], ...options });
    await startSequencing(sequencer, 1);
    await unsafeAt(replica.rpcUrl, 2);
    const undo = chain.faults.pod('replica').dropGossip();
    const { unsafe_l2 } = await statusOf(replica.rpcUrl);
    await unsafeAt(sequencer.rpcUrl, unsafe_l2.number + 3);
    undo();
    const { unsafe_l2: frozen } = await statusOf(replica.rpcUrl);
    return { chain, sequencer, replica, frozen };
  }

  test('freezes the node until the batch with it has been derived', async () => {
    const { chain, sequencer, replica, frozen } = await missBlocks({});
    await eventually('the frozen head', () => eventOf(chain, 'unsafe-frozen', 'test/replica'));
    expect((await statusOf(replica.rpcUrl)).unsafe_l2).toEqual(frozen);
    const attempts = () => replica.node.logs.filter((line) => line.includes('requesting engine missing')).length;
    await eventually('one more attempt', () => attempts() > 1);
    startBatcher(chain, sequencer);
    await unsafeAt(replica.rpcUrl, frozen.number + 4);
    await statusWith('the tip', replica.rpcUrl, ({ unsafe_l2 }) => Date.now() / 1000 - unsafe_l2.timestamp < 2.5);
    await eventuallyInOrder(() => replica.node.logs, wordsIn(byDerivation));
    expect(chain.referee.violations()).toEqual([]);
  });

  test('is fetched from peers with request/response sync', async () => {
    const { replica, frozen } = await missBlocks({ env: { OP_NODE_SYNCMODE_REQ_RESP: 'true' } });
    await unsafeAt(replica.rpcUrl, frozen.number + 3);
    expect((await statusOf(replica.rpcUrl)).safe_l2.number).toBe(0);
    expect(wordsIn(byRequest)).toEqual([]);
    expect(replica.node.logs.map(wordsOf)).not.toContain(wordsIn(byDerivation)[0]);
  });

  test('is fetched by an execution client that has a peer', async () => {
    const nodeKey = '55'.repeat(32);
    const enode = `enode://${enodeId(Buffer.from(nodeKey, 'hex'))}@sequencer:30303`;
    const { replica, frozen } = await missBlocks({
      sequencerGethEnv: { GETH_MAXPEERS: '5', GETH_NODEKEYHEX: nodeKey },
      gethEnv: { GETH_MAXPEERS: '5', GETH_BOOTNODES: enode },
    });
    expect(await rpc(replica.ethUrl, 'net_peerCount')).toBe('0x1');
    await unsafeAt(replica.rpcUrl, frozen.number + 3);
    expect((await statusOf(replica.rpcUrl)).safe_l2.number).toBe(0);
    await eventuallyInOrder(() => replica.node.logs, wordsIn(byClientPeer).slice(0, 3));
  });
});

describe.concurrent('an old chain', () => {
  test('is caught up in a rush that is not gossiped: a replica follows it by batches', async () => {
    const chain = await bed.chain({ genesisAgeSeconds: 240, catchUpBlocksPerSecond: 60 });
    const sequencer = await startNode(chain, 'sequencer', { peers: ['replica'], env: sequencerEnv(chain, false) });
    const replica = await startNode(chain, 'replica', { peers: ['sequencer'] });
    const caughtUp = await statusWith(
      'the present',
      sequencer.rpcUrl,
      ({ unsafe_l2 }) => Date.now() / 1000 - unsafe_l2.timestamp < 3,
    );
    expect(caughtUp.unsafe_l2.number).toBeGreaterThanOrEqual(240);
    const tooOld = chain.ledger
      .events()
      .filter((event) => event.type === 'publish-failed' && event.reason === 'payload is too old');
    expect(tooOld.length).toBeGreaterThan(150);
    await eventuallyInOrder(() => sequencer.node.logs, recordedWords('op-node-1.16.11/log-payload-too-old.txt'));
    expect((await statusOf(replica.rpcUrl)).unsafe_l2.number).toBe(0);
    startBatcher(chain, sequencer);
    await safeAt(replica.rpcUrl, 240);
    await statusWith(
      'the tip by gossip',
      replica.rpcUrl,
      ({ unsafe_l2 }) => Date.now() / 1000 - unsafe_l2.timestamp < 2.5,
    );
    expect(chain.referee.violations()).toEqual([]);
  });

  test('is derived alone by a replica that comes late', async () => {
    const chain = await bed.chain({ genesisAgeSeconds: 60, catchUpBlocksPerSecond: 100 });
    const sequencer = await startNode(chain, 'sequencer', { env: sequencerEnv(chain, false) });
    startBatcher(chain, sequencer);
    await safeAt(sequencer.rpcUrl, 60);
    const replica = await startNode(chain, 'late');
    const { safe_l2, unsafe_l2 } = await safeAt(replica.rpcUrl, 60);
    expect(unsafe_l2.hash).toBe(safe_l2.hash);
  });
});

test.concurrent('a rotated signer is accepted during the grace, but not by a node that was restarted inside it', async () => {
  const chain = await bed.chain();
  const sequencer = await startNode(chain, 'sequencer', {
    peers: ['steady', 'restarted'],
    env: sequencerEnv(chain, true),
  });
  const steady = await startNode(chain, 'steady', { peers: ['sequencer'] });
  const restarted = await startNode(chain, 'restarted', { peers: ['sequencer'] });
  await startSequencing(sequencer, 2);
  await Promise.all([unsafeAt(steady.rpcUrl, 2), unsafeAt(restarted.rpcUrl, 2)]);
  await chain.owner.setUnsafeBlockSigner(chain.deployment.accounts.challenger);
  await eventually('the grace', () =>
    steady.node.logs.find((line) => line.includes('grace period started for previous signer')),
  );
  await restarted.node.terminate();
  startOpNode(chain, 'restarted', { peers: ['sequencer'], address: restarted.address });
  await eventually('a rejected block', () => eventOf(chain, 'gossip-rejected', 'test/restarted'));
  const { unsafe_l2 } = await statusOf(restarted.rpcUrl);
  await unsafeAt(steady.rpcUrl, unsafe_l2.number + 2);
  expect((await statusOf(restarted.rpcUrl)).unsafe_l2.number).toBe(unsafe_l2.number);
  await chain.owner.setUnsafeBlockSigner(chain.deployment.accounts.sequencerSigner);
  await eventually('the end of the grace', () =>
    steady.node.logs.find((line) => line.includes('new signer confirmed in use, ending grace period')),
  );
  await eventuallyInOrder(() => steady.node.logs, recordedWords('op-node-1.18.2/log-signer-grace.txt'));
});
