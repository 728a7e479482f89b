import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { jsonRpc } from '../servers/json-rpc.ts';
import { type PrestateServer, startPrestateServer } from '../servers/prestates.ts';
import { CHAIN_TEST_MS, eventually } from './testing/eventually.ts';
import {
  ALPHABET,
  advanceL1,
  challengerMetrics,
  creditOf,
  gameOnL1,
  outputRoot,
  PERMISSIONED,
  permissionedEnv,
  prestateOf,
  propose,
  startChallenger,
  WRONG_ROOT,
} from './testing/games.ts';
import { safeAt } from './testing/sync-status.ts';
import { startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import { sequencerEnv, startBatcher, startNode, type TestNode } from './testing/test-chain.ts';
import type { TestContainer } from './testing/test-pod.ts';

vi.setConfig({ testTimeout: CHAIN_TEST_MS, hookTimeout: CHAIN_TEST_MS });

let bed: TestBed;
/** The chain whose node says what is right. */
let chain: TestChain;
let node: TestNode;
const servers: PrestateServer[] = [];

beforeAll(async () => {
  bed = await startTestBed();
  chain = await bed.chain();
  node = await startNode(chain, 'sequencer', { env: sequencerEnv(chain, false) });
  startBatcher(chain, node);
  await safeAt(node.rpcUrl, 6);
});
afterAll(async () => {
  await bed?.stop();
  await Promise.all(servers.map((server) => server.stop()));
});

/** All chains have the same prestate, so who needs it to be missing has a server of its own. */
async function servePrestates(): Promise<PrestateServer> {
  const server = await startPrestateServer();
  servers.push(server);
  return server;
}

const metric = async (challenger: TestContainer, name: string) =>
  (await challengerMetrics(challenger)).get(`op_challenger_${name}`) ?? 0;
const actedOn = (challenger: TestContainer) => metric(challenger, 'highest_acted_l1_block');
const l1Head = async () => Number(await jsonRpc<string>(bed.l1.rpcUrl, 'eth_blockNumber'));

/** Waits until the challenger has done everything that it had to do for the L1 block of now. */
async function caughtUp(challenger: TestContainer): Promise<void> {
  const head = await l1Head();
  await eventually(`L1 block ${head} is acted on`, async () => (await actedOn(challenger)) >= head);
}

const claimsOf = async (of: TestChain, game: string) => (await gameOnL1(of, game)).claims;
const has = (challenger: TestContainer, words: string) => challenger.logs.some((line) => line.includes(words));

describe('a challenger', () => {
  test('follows L1 and counts the games', async () => {
    const challenger = startChallenger(chain, node);
    await caughtUp(challenger);
    expect(await metric(challenger, 'tracked_games{status="in_progress"}')).toBe(0);
    await propose(chain, { type: ALPHABET, root: await outputRoot(node, 1), block: 1 });
    await caughtUp(challenger);
    expect(await metric(challenger, 'tracked_games{status="in_progress"}')).toBe(1);
    await challenger.terminate();
  });

  test('attacks a wrong claim once, also over a restart, and leaves a right one alone', async () => {
    const wrong = await propose(chain, { type: ALPHABET, root: WRONG_ROOT, block: 2 });
    const right = await propose(chain, { type: ALPHABET, root: await outputRoot(node, 2), block: 2 });
    const challenger = startChallenger(chain, node);
    const [, attack] = await eventually('the attack', async () => {
      const claims = await claimsOf(chain, wrong);
      return claims.length > 1 && claims;
    });
    expect(attack).toEqual({
      parent: 0,
      claimant: chain.deployment.accounts.challenger,
      value: await outputRoot(node, 2),
    });
    await caughtUp(challenger);
    expect(await metric(challenger, 'moves')).toBe(1);
    expect(await challenger.terminate()).toBe(0);

    const restarted = startChallenger(chain, node);
    await caughtUp(restarted);
    await caughtUp(restarted);
    expect(await metric(restarted, 'moves')).toBe(0);
    expect(await claimsOf(chain, wrong)).toHaveLength(2);
    expect(await claimsOf(chain, right)).toHaveLength(1);
    expect(chain.referee.violations()).toEqual([]);
    await restarted.terminate();
  });

  test('serves metrics and waits for an op-node whose name does not resolve yet', async () => {
    const challenger = startChallenger(chain, { rpcUrl: 'http://late:9545', ethUrl: node.ethUrl });
    await eventually('a try', () => has(challenger, 'failed to dial address, but may connect later'));
    expect(await metric(challenger, 'up')).toBe(0);
    chain.cluster.names.set('late', node.address);
    await caughtUp(challenger);
    expect(await metric(challenger, 'up')).toBe(1);
    await challenger.terminate();
  });
});

describe.concurrent('a game that can not be played', () => {
  test('holds the L1 block that was acted on, with an error for each block; the other games are played', async () => {
    const other = await bed.chain();
    const challenger = startChallenger(other, node);
    await caughtUp(challenger);
    await propose(other, { type: PERMISSIONED, root: WRONG_ROOT, block: 1 });
    await eventually('the error', () => has(challenger, 'Failed to schedule game updates'));
    const held = await actedOn(challenger);
    const game = await propose(other, { type: ALPHABET, root: WRONG_ROOT, block: 1 });
    await eventually('the attack', async () => (await claimsOf(other, game)).length > 1);
    expect(await actedOn(challenger)).toBe(held);
    const errors = challenger.logs.filter((line) => line.includes('Failed to schedule game updates'));
    expect(errors.length).toBeGreaterThan(1);
    expect(errors.every((line) => line.includes('unsupported game type: 1'))).toBe(true);
  });

  test('for want of a prestate is played as soon as that is published', async () => {
    const other = await bed.chain();
    const game = await propose(other, { type: PERMISSIONED, root: WRONG_ROOT, block: 1 });
    const hash = await prestateOf(other, game);
    const prestates = await servePrestates();
    const challenger = startChallenger(other, node, { env: permissionedEnv(prestates.url) });
    await eventually('the error', () => has(challenger, `required prestate ${hash} not available`));
    expect(has(challenger, `${hash}.json.gz: status 404`)).toBe(true);
    expect(await actedOn(challenger)).toBe(0);
    prestates.publish(hash);
    await eventually('the attack', async () => (await claimsOf(other, game)).length > 1);
    await caughtUp(challenger);
    await challenger.terminate();

    // It is in the data directory now.
    const restarted = startChallenger(other, node, { env: permissionedEnv('http://127.0.1.1:1') });
    await caughtUp(restarted);
    await restarted.terminate();
  });

  test('for want of a prestate is played by a later release when it is a permissioned one', async () => {
    const other = await bed.chain();
    const game = await propose(other, { type: PERMISSIONED, root: WRONG_ROOT, block: 1 });
    const { url } = await servePrestates();
    startChallenger(other, node, { image: 'op-challenger:v1.9.4', env: permissionedEnv(url) });
    await eventually('the attack', async () => (await claimsOf(other, game)).length > 1);
  });

  test('for want of a folder to unpack cannon in is one with a prestate', async () => {
    const other = await bed.chain();
    const game = await propose(other, { type: PERMISSIONED, root: WRONG_ROOT, block: 1 });
    const prestates = await servePrestates();
    prestates.publish(await prestateOf(other, game));
    const challenger = startChallenger(other, node, { env: permissionedEnv(prestates.url), volumes: ['/data'] });
    await eventually('the error', () => has(challenger, 'state conversion failed'));
    expect(await claimsOf(other, game)).toHaveLength(1);
    await challenger.terminate();

    const withTmp = startChallenger(other, node, { env: permissionedEnv(prestates.url) });
    await eventually('the attack', async () => (await claimsOf(other, game)).length > 1);
    await withTmp.terminate();
  });

  test('for want of a data directory is one with a prestate; others are played without', async () => {
    const other = await bed.chain();
    const game = await propose(other, { type: ALPHABET, root: WRONG_ROOT, block: 1 });
    const { url } = await servePrestates();
    const challenger = startChallenger(other, node, { env: permissionedEnv(url), volumes: [] });
    await eventually('the attack', async () => (await claimsOf(other, game)).length > 1);
    await caughtUp(challenger);
    await propose(other, { type: PERMISSIONED, root: WRONG_ROOT, block: 1 });
    await eventually('the error', () =>
      has(challenger, 'error creating prestate dir: mkdir /data/cannon-prestates: read-only file system'),
    );
  });
});

describe.concurrent('a challenger that can not act', () => {
  test('for its key may not move in a permissioned game tries again and again', async () => {
    const other = await bed.chain();
    const game = await propose(other, { type: PERMISSIONED, root: WRONG_ROOT, block: 1 });
    const prestates = await servePrestates();
    prestates.publish(await prestateOf(other, game));
    const stranger = startChallenger(other, node, {
      env: { ...permissionedEnv(prestates.url), OP_CHALLENGER_PRIVATE_KEY: other.deployment.keys.batcher2 },
    });
    await eventually('two failures', () => stranger.logs.filter((line) => line.includes('Action failed')).length >= 2);
    const [failed] = stranger.logs.filter((line) => line.includes('Action failed'));
    // BadAuth().
    expect(failed).toContain('failed to estimate gas: execution reverted: custom error 0xd386ef3e, reason: 0xd386ef3e');
    expect(await metric(stranger, 'moves')).toBeGreaterThanOrEqual(2);
    expect(await metric(stranger, 'up')).toBe(1);
    expect(await claimsOf(other, game)).toHaveLength(1);
  });

  test('for its op-node has no safe head database says so', async () => {
    const other = await bed.chain();
    const plain = await startNode(other, 'plain', { env: { ...sequencerEnv(other, false), OP_NODE_SAFEDB_PATH: '' } });
    await propose(other, { type: ALPHABET, root: WRONG_ROOT, block: 1 });
    const challenger = startChallenger(other, plain);
    await eventually('the error', () => has(challenger, 'safe head database not enabled'));
    expect(has(challenger, 'Failed to calculate all required moves')).toBe(true);
  });
});

describe('when the clock of a game has run out', () => {
  test('its claims and the game are resolved, and the bonds are claimed once they are free', async () => {
    const lost = await propose(chain, { type: ALPHABET, root: WRONG_ROOT, block: 3 });
    const won = await propose(chain, { type: ALPHABET, root: await outputRoot(node, 3), block: 3 });
    const challenger = startChallenger(chain, node);
    await eventually('the attack', async () => (await claimsOf(chain, lost)).length > 1);
    await advanceL1(chain, 61);
    await eventually('the end', async () => (await gameOnL1(chain, lost)).status === 'challenger won');
    await eventually('the end', async () => (await gameOnL1(chain, won)).status === 'defender won');
    const ours = chain.deployment.accounts.challenger;
    expect(await creditOf(chain, lost, ours)).toBeGreaterThan(0n);
    await advanceL1(chain, 61);
    await eventually('the bond', async () => (await creditOf(chain, lost, ours)) === 0n);
    await eventually('a count', async () => (await metric(challenger, 'bonds')) > 0);
    // Those of the tests before as well, all at once.
    const left = () => metric(challenger, 'tracked_games{status="in_progress"}');
    await eventually('the end of all games', async () => (await left()) === 0);
    expect(await metric(challenger, 'tracked_games{status="challenger_won"}')).toBeGreaterThan(0);
  });

  test('a selective challenger only resolves the claims that pay it', async () => {
    const other = await bed.chain();
    const game = await propose(other, { type: ALPHABET, root: WRONG_ROOT, block: 1 });
    const challenger = startChallenger(other, node, { env: { OP_CHALLENGER_SELECTIVE_CLAIM_RESOLUTION: 'true' } });
    await eventually('the attack', async () => (await claimsOf(other, game)).length > 1);
    await advanceL1(other, 61);
    const ours = other.deployment.accounts.challenger;
    await eventually('its claim', async () => (await creditOf(other, game, ours)) > 0n);
    await caughtUp(challenger);
    expect((await gameOnL1(other, game)).status).toBe('in progress');
  });
});
