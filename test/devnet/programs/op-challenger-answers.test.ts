import { createConnection } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CHAIN_TEST_MS, eventually } from './testing/eventually.ts';
import { challengerMetrics, PERMISSIONED, propose, startChallenger, WRONG_ROOT } from './testing/games.ts';
import { commandLine, runRecorded } from './testing/recorded-start.ts';
import { recordedText, withoutAccidents } from './testing/recording.ts';
import { startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import { startNode, type TestNode } from './testing/test-chain.ts';
import type { TestContainer } from './testing/test-pod.ts';

const folder = 'op-challenger-1.16.11';
vi.setConfig({ testTimeout: CHAIN_TEST_MS, hookTimeout: CHAIN_TEST_MS });

let bed: TestBed;
let chain: TestChain;
let node: TestNode;

beforeAll(async () => {
  bed = await startTestBed();
  chain = await bed.chain();
  node = await startNode(chain, 'replica');
  for (const block of [1, 2]) await propose(chain, { type: PERMISSIONED, root: WRONG_ROOT, block });
});
afterAll(() => bed?.stop());

/** The recorded command line of a whole start, at this chain and with other settings. */
function start(name: string, settings: Record<string, string>): TestContainer {
  const recorded = `${folder}/exit-unknown-flag`;
  const known = commandLine(chain, recorded).filter((argument) => argument !== '--no.such.flag');
  const flags = known.slice(1).map((argument) => /^--([^=]*)(?:=(.*))?$/.exec(argument)?.slice(1) ?? []);
  const all: Record<string, string | undefined> = {
    ...Object.fromEntries(flags),
    'l2-eth-rpc': node.ethUrl,
    'rollup-rpc': node.rpcUrl,
    'game-factory-address': chain.deployment.addresses['DisputeGameFactoryProxy'],
    'cannon-prestates-url': 'file:///prestates',
    'http-poll-interval': '200ms',
    'metrics.port': '7300',
    ...settings,
  };
  const argv = Object.entries(all).map(([flag, value]) => (value === undefined ? `--${flag}` : `--${flag}=${value}`));
  return runRecorded(chain, recorded, { name, image: 'op-challenger:v1.16.11', argv: ['op-challenger', ...argv] });
}

/** Level and message of a line, and its errors without what differs from run to run, each once. */
function readLine(line: string): { readonly what: string; readonly errors: readonly string[] } {
  const [, what = ''] = /(lvl=\w+ msg="[^"]*")/.exec(line) ?? [];
  const [, text = ''] = / err="(.*)/.exec(line) ?? [];
  // Long lines were cut when they were recorded, somewhere in an error.
  const parts = text.replace(/"$/, '').split('\\n');
  const whole = line.endsWith('"') ? parts : parts.slice(0, -1);
  const errors = whole.map((part) => withoutAccidents(part).replace(/0x[0-9a-fA-F]{40}/g, '<address>'));
  return { what, errors: [...new Set(errors.map((error) => error.replace(' path /', ' path ')))] };
}

/** The log has the kinds of lines that were recorded and no others, and their errors begin like the recorded ones. */
function expectSameKinds(logs: readonly string[], recorded: readonly string[]): void {
  const ours = logs.map(readLine);
  const theirs = recorded.map(readLine);
  expect(new Set(ours.map(({ what }) => what))).toEqual(new Set(theirs.map(({ what }) => what)));
  for (const { what, errors } of theirs) {
    const same = ours.find((line) => line.what === what);
    expect(same?.errors.slice(0, errors.length), what).toEqual(errors);
  }
}

const recordedLog = (name: string) =>
  recordedText(`${folder}/${name}`)
    .split('\n')
    .filter((line) => line.startsWith('t='));

const failures = (challenger: TestContainer) =>
  challenger.logs.filter((line) => line.includes('Failed to schedule game updates'));

describe('op-challenger logs like the recorded 1.16.11', () => {
  test('games of a type that it is not there for: an error for each L1 block, and it stays up', async () => {
    const challenger = start('unsupported', { 'game-types': 'alphabet' });
    await eventually('three errors', () => failures(challenger).length >= 3);
    const metrics = await challengerMetrics(challenger);
    expect(metrics.get('op_challenger_highest_acted_l1_block')).toBe(0);
    expect(metrics.get('op_challenger_claim_failures')).toBeGreaterThan(0);
    expect(await challenger.terminate()).toBe(0);
    expectSameKinds(challenger.logs, recordedLog('log-unsupported-game-type.txt'));
  });

  test('a prestate that is not there: the same', async () => {
    const challenger = start('prestate-missing', {});
    await eventually('three errors', () => failures(challenger).length >= 3);
    expect(await challenger.terminate()).toBe(0);
    // The recorded one was stopped in the middle of its calls for bonds.
    const recorded = recordedLog('log-prestate-missing.txt').filter((line) => !line.includes('interrupted'));
    expectSameKinds(challenger.logs, recorded);
  });
});

describe('op-challenger', () => {
  let challenger: TestContainer;
  beforeAll(async () => {
    challenger = startChallenger(chain, node, { env: { OP_CHALLENGER_GAME_ALLOWLIST: `0x${'1'.repeat(40)}` } });
    await eventually('a block', async () => (await acted()) > 0);
  });
  const acted = async () => (await challengerMetrics(challenger)).get('op_challenger_highest_acted_l1_block') ?? 0;

  test('has metrics only with names that the real one has, under every path', async () => {
    const names = (text: string) =>
      new Set(
        text
          .split('\n')
          .filter((line) => line !== '' && !line.startsWith('#'))
          .map((line) => line.split(' ')[0]),
      );
    const real = names(recordedText(`${folder}/metrics.txt`));
    const response = await fetch(`http://${challenger.address}:7300/anything`);
    expect(response.status).toBe(200);
    expect([...names(await response.text())].filter((name) => !real.has(name))).toEqual([]);
    expect((await challengerMetrics(challenger)).get('op_challenger_balance')).toBe(1000);
  });

  test('listens on no other port', async () => {
    const refused = await new Promise((resolve) => {
      const socket = createConnection({ host: challenger.address, port: 8545 });
      socket.once('connect', () => resolve(false));
      socket.once('error', () => resolve(true));
    });
    expect(refused).toBe(true);
  });

  test('says which of its types the factory has no implementation for', async () => {
    const fast = startChallenger(chain, node, { name: 'fast', env: { OP_CHALLENGER_GAME_TYPES: 'alphabet,fast' } });
    const line = await eventually('the warning', () => fast.logs.find((one) => one.includes('No game implementation')));
    expect(line).toContain('gameType=fast');
  });
});
