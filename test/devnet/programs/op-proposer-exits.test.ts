/** Every recorded start of op-proposer with one thing wrong: the simulated program ends, or goes on, in the same way. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CHAIN_TEST_MS, eventually } from './testing/eventually.ts';
import { commandLine, expectSameEnd, failureOf, runRecorded } from './testing/recorded-start.ts';
import { withoutAccidents } from './testing/recording.ts';
import { finalizedAt } from './testing/sync-status.ts';
import { startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import { sequencerEnv, startBatcher, startNode, type TestNode } from './testing/test-chain.ts';
import { runContainer, type TestContainer } from './testing/test-pod.ts';
import { factoryOf } from './testing/test-proposer.ts';

vi.setConfig({ testTimeout: CHAIN_TEST_MS, hookTimeout: CHAIN_TEST_MS });

const folder = 'op-proposer-1.16.11';
const image = 'op-proposer:v1.16.11';

let bed: TestBed;
let chain: TestChain;
let node: TestNode;

beforeAll(async () => {
  bed = await startTestBed();
  // Only the pause between two tries to make a transaction is as in life: the recorded stop falls into it.
  chain = await bed.chain({ timeScale: 0.005, isthmusAfterSeconds: 0, delays: { transactionRetry: 2_000 } });
  node = await startNode(chain, 'sequencer', { env: sequencerEnv(chain, false) });
  startBatcher(chain, node);
  await finalizedAt(node.rpcUrl, 1);
});
afterAll(() => bed?.stop());

/** The recorded command line with this chain's op-node and factory. */
const start = (name: string): TestContainer =>
  runRecorded(chain, `${folder}/${name}`, {
    image,
    argv: commandLine(chain, `${folder}/${name}`).map((argument) =>
      argument
        .replace('127.0.0.1:2945', `${node.address}:9545`)
        .replace('0xa513E6E4b8f2a923D98304ec87F64353C4D5C853', factoryOf(chain)),
    ),
  });

describe('op-proposer', () => {
  test.each([
    'exit-no-args',
    'exit-unknown-flag',
    'exit-l1-unreachable',
    'exit-rollup-unreachable',
    'exit-wrong-factory',
  ])('%s', (name) => expectSameEnd(start(name), `${folder}/${name}`));

  describe.each(['exit-unfunded', 'exit-not-the-proposer', 'exit-unregistered-game-type'])('%s', (name) => {
    test('goes on, warns as recorded, and ends as recorded when it is told to', async () => {
      const { output, warningsAndErrors = [] } = failureOf(`${folder}/${name}`);
      const container = start(name);
      const warning = await eventually('a warning', () => container.logs.find((line) => line.includes('lvl=warn')));
      expect(plain(warning)).toBe(plain(warningsAndErrors[0] ?? ''));
      const port = /--rpc\.port=(\d+)/.exec(commandLine(chain, `${folder}/${name}`).join(' '))?.[1];
      expect((await fetch(`http://${container.address}:${port}/healthz`)).status).toBe(200);
      expect(await container.terminate()).toBe(0);
      expect(container.logs.slice(-output.length).map(plain)).toEqual(output.map(plain));
    });
  });

  describe('with settings of which no recording tells', () => {
    const factory = { OP_PROPOSER_GAME_FACTORY_ADDRESS: `0x${'11'.repeat(20)}` };
    const oracle = { OP_PROPOSER_L2OO_ADDRESS: `0x${'22'.repeat(20)}` };
    const interval = { OP_PROPOSER_PROPOSAL_INTERVAL: '1h' };
    const rollup = { OP_PROPOSER_ROLLUP_RPC: 'http://127.0.0.1:1' };
    const run = (tag: string, env: Record<string, string>) =>
      runContainer(chain.cluster, {
        name: 'unrecorded',
        image: `op-proposer:${tag}`,
        argv: ['op-proposer'],
        env: { OP_PROPOSER_L1_ETH_RPC: chain.l1Url, OP_PROPOSER_PRIVATE_KEY: chain.deployment.keys.proposer, ...env },
      });

    test.each([
      ['v1.18.2', 'no factory', { ...interval, ...rollup }, '`DisputeGameFactory` is required'],
      ['v1.10.2', 'neither contract', rollup, 'neither the `DisputeGameFactory` nor `L2OutputOracle` address'],
      ['v1.10.2', 'both contracts', { ...factory, ...oracle, ...interval, ...rollup }, 'both the `DisputeGameFactory`'],
      ['v1.16.2', 'an oracle that it knows no more', { ...oracle, ...rollup }, '`DisputeGameFactory` is required'],
      ['v1.16.2', 'no interval', { ...factory, ...rollup }, 'but the `ProposalInterval` was not set'],
      ['v1.16.2', 'no op-node', { ...factory, ...interval }, 'missing rollup rpc'],
    ])('%s does not start with %s', async (tag, _, env, reason) => {
      const container = run(tag, env);
      expect(await container.exit).toBe(1);
      expect(container.logs.at(-1)).toContain('failed to setup: invalid CLI flags: ');
      expect(container.logs.at(-1)).toContain(reason);
    });

    test.each([
      ['v1.16.2', 'OP_PROPOSER_SUPERVISOR_RPCS'],
      ['v1.16.3', 'OP_PROPOSER_SUPERNODE_RPCS'],
      ['v1.16.4', 'OP_PROPOSER_SUPERROOT_RPCS'],
      ['v1.16.11', 'OP_PROPOSER_SUPERVISOR_RPCS'],
      ['v1.18.2', 'OP_PROPOSER_SUPERNODE_RPCS'],
    ])('%s takes super roots from %s, and only warns about other names', async (tag, known) => {
      const names = ['OP_PROPOSER_SUPERVISOR_RPCS', 'OP_PROPOSER_SUPERNODE_RPCS', 'OP_PROPOSER_SUPERROOT_RPCS'];
      const sources = Object.fromEntries(names.map((name) => [name, 'http://127.0.0.1:1']));
      const container = run(tag, { ...factory, ...interval, ...rollup, ...sources });
      expect(await container.exit).toBe(1);
      const unknown = container.logs.flatMap((line) => /Unknown env var.*env_var="(\w+)=/.exec(line)?.[1] ?? []);
      expect(unknown).toEqual(names.filter((name) => name !== known));
      expect(container.logs.at(-1)).toContain('must specify exactly one of rollup rpc or');
    });
  });
});

const plain = (line: string) => withoutAccidents(line).replace(/\b(l1blocknum|l1head)=\d+/g, '$1=<number>');
