import { setTimeout as delay } from 'node:timers/promises';
import { Wallet } from 'ethers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ContractFacts } from '../../../src/render/index.ts';
import { devnet, renderInput } from '../../render/render-input.ts';
import { container as renderedContainer } from '../../render/rendered.ts';
import { jsonRpc } from '../servers/json-rpc.ts';
import { CHAIN_TEST_MS, eventually } from './testing/eventually.ts';
import { deployOutputOracle } from './testing/output-oracle.ts';
import { rpc } from './testing/rpc.ts';
import { finalizedAt, safeAt, statusOf, statusWith, unsafeAt } from './testing/sync-status.ts';
import { startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import { sequencerEnv, startBatcher, startNode, startOpNode, startSequencing } from './testing/test-chain.ts';
import type { TestContainer } from './testing/test-pod.ts';
import { gamesOf, PROPOSER_RPC_PORT, startProposer } from './testing/test-proposer.ts';

vi.setConfig({ testTimeout: CHAIN_TEST_MS, hookTimeout: CHAIN_TEST_MS });

let bed: TestBed;
beforeAll(async () => {
  bed = await startTestBed();
});
afterAll(() => bed?.stop());

async function withBatches() {
  const chain = await bed.chain();
  const node = await startNode(chain, 'sequencer', { env: sequencerEnv(chain, false) });
  const batcher = startBatcher(chain, node);
  return { chain, node, batcher };
}

/** What the operator tells a proposer of where proposals go to. */
/** @param yaml what is rendered */
function renderedTarget(contracts: ContractFacts, yaml = devnet()): Record<string, string> {
  const { env = [] } = renderedContainer(renderInput(yaml, { contracts }), 'devnet-proposer', 'op-proposer');
  const target = /^OP_PROPOSER_(GAME_.*|L2OO_ADDRESS|PROPOSAL_INTERVAL)$/;
  return Object.fromEntries(env.flatMap(({ name, value }) => (target.test(name) ? [[name, value ?? '']] : [])));
}

const gamesOfAtLeast = (chain: TestChain, count: number) =>
  eventually(`${count} games`, async () => {
    const games = await gamesOf(chain);
    return games.length >= count && games;
  });
const logged = (container: TestContainer, text: string) =>
  eventually(`"${text}"`, () => container.logs.find((line) => line.includes(text)));
const healthzOf = async ({ address }: TestContainer) =>
  (await fetch(`http://${address}:${PROPOSER_RPC_PORT}/healthz`)).status;
const l1Block = async (tag: string) =>
  Number((await jsonRpc<{ number: string }>(bed.l1.rpcUrl, 'eth_getBlockByNumber', [tag, false])).number);
const l1Head = () => l1Block('latest');
/** Waits for as many new L1 blocks: things that do not happen have had their chance. */
const l1Blocks = async (count: number) => {
  const from = await l1Head();
  await eventually(`${count} L1 blocks`, async () => (await l1Head()) >= from + count);
};

/** Selector of the error with which the factory refuses the same claim again. */
const GAME_ALREADY_EXISTS = '0x014f6fe5';

/** Waits until the node has taken in all of an L1 that stands still: both proposers find the same to be final. */
async function followed(rpcUrl: string): Promise<void> {
  const [head, final] = await Promise.all([l1Block('latest'), l1Block('finalized')]);
  await statusWith(
    `all of L1 up to ${head}`,
    rpcUrl,
    ({ head_l1, current_l1, finalized_l1 }) =>
      head_l1.number === head && current_l1.number === head && finalized_l1.number === final,
  );
  await delay(1000); // and has told its execution client
}

describe.concurrent('a proposer', () => {
  test('makes a game with the output of the finalized head, and the next one after the interval', async () => {
    const { chain, node } = await withBatches();
    startProposer(chain, node);
    const games = await gamesOfAtLeast(chain, 3);
    for (const game of games) {
      const { outputRoot } = await rpc<{ outputRoot: string }>(node.rpcUrl, 'optimism_outputAtBlock', [
        `0x${game.block.toString(16)}`,
      ]);
      expect(game).toMatchObject({
        gameType: 1,
        rootClaim: outputRoot,
        creator: chain.deployment.accounts.proposer,
      });
      expect(game.block).toBeLessThanOrEqual((await statusOf(node.rpcUrl)).finalized_l2.number);
    }
    const pauses = games.slice(1).map(({ createdAt }, index) => createdAt - (games[index]?.createdAt ?? 0));
    for (const pause of pauses) expect(pause).toBeGreaterThanOrEqual(3);
    expect(chain.referee.violations()).toEqual([]);
  });

  test('waits at the genesis block while nothing is finalized', async () => {
    const chain = await bed.chain();
    const node = await startNode(chain, 'sequencer', { env: sequencerEnv(chain, false) });
    await unsafeAt(node.rpcUrl, 2);
    const proposer = startProposer(chain, node);
    await logged(proposer, 'Skipping proposal for genesis block');
    expect(await gamesOf(chain)).toEqual([]);
    startBatcher(chain, node);
    await gamesOfAtLeast(chain, 1);
  });

  test('proposes what is only safe where that is allowed', async () => {
    const chain = await bed.chain();
    // Finality stands still: only the L1 blocks that are safe already are derived.
    const node = await startNode(chain, 'sequencer', {
      env: { ...sequencerEnv(chain, false), OP_NODE_L1_EPOCH_POLL_INTERVAL: '1h' },
    });
    startBatcher(chain, node);
    const { finalized_l2 } = await safeAt(node.rpcUrl, 2);
    const careful = startProposer(chain, node, { name: 'careful' });
    await logged(careful, 'Skipping proposal for genesis block');
    await careful.terminate();
    startProposer(chain, node, { env: { OP_PROPOSER_ALLOW_NON_FINALIZED: 'true' } });
    const [game] = await gamesOfAtLeast(chain, 1);
    expect(game?.block).toBeGreaterThan(finalized_l2.number);
    expect((await statusOf(node.rpcUrl)).finalized_l2.number).toBe(0);
  });

  test('with a key that may not propose is refused with BadAuth and goes on', async () => {
    const { chain, node } = await withBatches();
    const proposer = startProposer(chain, node, {
      env: { OP_PROPOSER_PRIVATE_KEY: chain.deployment.keys.challenger },
    });
    expect(await logged(proposer, 'Failed to send proposal transaction')).toContain(
      'operation failed permanently after 30 attempts: failed to estimate gas: execution reverted: custom error 0xd386ef3e',
    );
    expect([await healthzOf(proposer), await gamesOf(chain)]).toEqual([200, []]);
    const tries = () => proposer.logs.filter((line) => line.includes('Proposing output root')).length;
    await eventually('another try', () => tries() >= 2);
    expect(await proposer.terminate()).toBe(0);
  });

  test('for a game type without implementation is refused with NoImplementation', async () => {
    const { chain, node } = await withBatches();
    const proposer = startProposer(chain, node, { env: { OP_PROPOSER_GAME_TYPE: '8' } });
    expect(await logged(proposer, 'Failed to create a transaction')).toContain('custom error 0x031c6de4');
    expect([await healthzOf(proposer), await gamesOf(chain)]).toEqual([200, []]);
  });

  test('without money runs on and only warns', async () => {
    const { chain, node } = await withBatches();
    const proposer = startProposer(chain, node, {
      env: { OP_PROPOSER_PRIVATE_KEY: Wallet.createRandom().privateKey, OP_PROPOSER_METRICS_ENABLED: 'true' },
    });
    await logged(proposer, 'Insufficient funds for gas * price + value, reason: <nil>');
    expect(await healthzOf(proposer)).toBe(200);
    const metrics = await (await fetch(`http://${proposer.address}:7300/metrics`)).text();
    expect(metrics).toContain('op_proposer_default_balance 0\n');
  });

  test('proposes games that anybody may make with any key', async () => {
    const { chain, node } = await withBatches();
    startProposer(chain, node, {
      env: { OP_PROPOSER_GAME_TYPE: '255', OP_PROPOSER_PRIVATE_KEY: chain.deployment.keys.challenger },
    });
    const [game] = await gamesOfAtLeast(chain, 1);
    expect(game).toMatchObject({ gameType: 255, creator: chain.deployment.accounts.challenger });
  });

  test('started again proposes at the next interval, not twice', async () => {
    const { chain, node } = await withBatches();
    const env = { OP_PROPOSER_PROPOSAL_INTERVAL: '6s' };
    const first = startProposer(chain, node, { env });
    await gamesOfAtLeast(chain, 1);
    expect(await first.terminate()).toBe(0);
    startProposer(chain, node, { env });
    const [one, two] = await gamesOfAtLeast(chain, 2);
    expect((two?.createdAt ?? 0) - (one?.createdAt ?? 0)).toBeGreaterThanOrEqual(6);
    expect(chain.referee.violations()).toEqual([]);
  });

  test('killed with its transaction pending is followed by a new process: one game', async () => {
    const { chain, node } = await withBatches();
    const env = { OP_PROPOSER_PROPOSAL_INTERVAL: '1h' };
    await finalizedAt(node.rpcUrl, 1);
    await bed.l1.withoutBlocks(async () => {
      await followed(node.rpcUrl);
      const first = startProposer(chain, node, { env });
      await logged(first, 'Transaction successfully published');
      expect(await first.kill()).toBe(137);
      const second = startProposer(chain, node, { env });
      await logged(second, GAME_ALREADY_EXISTS);
    });
    await gamesOfAtLeast(chain, 1);
    await l1Blocks(4);
    expect(await gamesOf(chain)).toHaveLength(1);
    expect(chain.referee.violations()).toEqual([]);
  });

  test('beside a second one with the same key is noticed by the referee', async () => {
    const { chain, node } = await withBatches();
    startProposer(chain, node, { name: 'one' });
    startProposer(chain, node, { name: 'two' });
    const violation = await eventually('a violation', () => chain.referee.violations()[0]);
    expect(violation).toMatch(/^two proposers with key 0x/);
  });

  test('goes on when its op-node was away', async () => {
    const { chain, node } = await withBatches();
    const proposer = startProposer(chain, node);
    const before = await gamesOfAtLeast(chain, 1);
    await node.node.terminate();
    expect(await logged(proposer, 'Error getting proposal')).toContain('connect: connection refused');
    expect(await healthzOf(proposer)).toBe(200);
    startOpNode(chain, 'sequencer', { address: node.address, env: sequencerEnv(chain, false) });
    await gamesOfAtLeast(chain, before.length + 1);
  });

  test('with several sequencers follows the active one', async () => {
    const chain = await bed.chain();
    const a = await startNode(chain, 'a', { peers: ['b'], env: sequencerEnv(chain, true) });
    const b = await startNode(chain, 'b', { peers: ['a'], env: sequencerEnv(chain, true) });
    await startSequencing(a, 1);
    await unsafeAt(b.rpcUrl, 2);
    startBatcher(chain, b);
    startProposer(chain, a, {
      env: {
        OP_PROPOSER_ROLLUP_RPC: `${a.rpcUrl},${b.rpcUrl}`,
        OP_PROPOSER_ACTIVE_SEQUENCER_CHECK_DURATION: '500ms',
      },
    });
    const before = await gamesOfAtLeast(chain, 1);
    const hash = await rpc<string>(a.rpcUrl, 'admin_stopSequencer');
    await statusWith('the last block', b.rpcUrl, ({ unsafe_l2 }) => unsafe_l2.hash === hash);
    await rpc(b.rpcUrl, 'admin_startSequencer', [hash]);
    await a.node.kill();
    await a.geth.kill();
    await gamesOfAtLeast(chain, before.length + 1);
    expect(chain.referee.violations()).toEqual([]);
  });

  test('with several op-nodes of which none sequences does not start', async () => {
    const chain = await bed.chain();
    const node = await startNode(chain, 'standby', { env: sequencerEnv(chain, true) });
    await eventually('its RPC', () => rpc(node.rpcUrl, 'optimism_version'));
    const proposer = startProposer(chain, node, { env: { OP_PROPOSER_ROLLUP_RPC: `${node.rpcUrl},${node.rpcUrl}` } });
    expect(await proposer.exit).toBe(1);
    expect(proposer.logs.at(-1)).toContain('failed to find an active sequencer, tried following urls:');
  });

  test('waits until its op-node has caught up with L1', async () => {
    const { chain, node } = await withBatches();
    const proposer = startProposer(chain, node, { env: { OP_PROPOSER_WAIT_NODE_SYNC: 'true' } });
    await gamesOfAtLeast(chain, 1);
    const at = (text: string) => proposer.logs.findIndex((line) => line.includes(text));
    expect(at('rollup current L1 block target reached')).toBeLessThan(at('Proposer started'));
  });

  test('up to 1.10 proposes outputs to an oracle', async () => {
    const { chain, node } = await withBatches();
    const oracle = await deployOutputOracle(chain, { submissionInterval: 2 });
    await finalizedAt(node.rpcUrl, 2);
    const older = devnet().replace('release: u18', 'release: u18\n  images: {opProposer: {tag: v1.10.0}}');
    const target = renderedTarget({ l2OutputOracle: oracle.address, registeredGameTypes: [] }, older);
    startProposer(chain, node, { image: 'op-proposer:v1.10.0', target });
    const output = await eventually('a second output', () => oracle.outputs().then((outputs) => outputs[1]));
    const { outputRoot } = await rpc<{ outputRoot: string }>(node.rpcUrl, 'optimism_outputAtBlock', ['0x4']);
    expect(output).toEqual({ root: outputRoot, block: 4 });
  });
});
