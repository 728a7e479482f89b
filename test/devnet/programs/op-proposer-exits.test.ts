/** Every recorded start of op-proposer with one thing wrong: the simulated program ends, or goes on, in the same way. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CHAIN_TEST_MS, eventually } from './testing/eventually.ts';
import { commandLine, expectSameEnd, failureOf, runRecorded } from './testing/recorded-start.ts';
import { withoutAccidents } from './testing/recording.ts';
import { finalizedAt } from './testing/sync-status.ts';
import { startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import { sequencerEnv, startBatcher, startNode, type TestNode } from './testing/test-chain.ts';
import type { TestContainer } from './testing/test-pod.ts';
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
});

const plain = (line: string) => withoutAccidents(line).replace(/\b(l1blocknum|l1head)=\d+/g, '$1=<number>');
