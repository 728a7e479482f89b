/** Every recorded start of op-batcher with something wrong: same exit code and last line, or it goes on in the same words. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CHAIN_TEST_MS, eventually } from './testing/eventually.ts';
import { commandLine, expectSameEnd, failureOf, runRecorded } from './testing/recorded-start.ts';
import { withoutAccidents } from './testing/recording.ts';
import { rpc } from './testing/rpc.ts';
import { expectInOrder, wordsOf } from './testing/said-in-order.ts';
import { statusWith } from './testing/sync-status.ts';
import { startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import { sequencerEnv, startNode } from './testing/test-chain.ts';
import type { TestContainer } from './testing/test-pod.ts';

vi.setConfig({ testTimeout: CHAIN_TEST_MS, hookTimeout: CHAIN_TEST_MS });

let bed: TestBed;
let chain: TestChain;

beforeAll(async () => {
  bed = await startTestBed();
  // Without money it goes on trying for as long as anybody watches.
  chain = await bed.chain({
    timeScale: 0.005,
    isthmusAfterSeconds: 0,
    delays: { unfundedStop: 600_000, transactionRetry: 2_000 },
  });
});
afterAll(() => bed?.stop());

const folder = 'op-batcher-1.16.11';
const image = 'op-batcher:v1.16.11';

describe('op-batcher', () => {
  test.each(['exit-no-args', 'exit-unknown-flag', 'exit-unequal-endpoint-lists', 'exit-l1-unreachable'])('%s', (name) =>
    expectSameEnd(runRecorded(chain, `${folder}/${name}`, { image }), `${folder}/${name}`),
  );

  describe('with a sequencer', () => {
    let address: string;
    beforeAll(async () => {
      const node = await startNode(chain, 'sequencer', { env: sequencerEnv(chain, true) });
      address = node.address;
      await eventually('its RPC', () => rpc(node.rpcUrl, 'optimism_version'));
    });
    /** The recorded endpoints are on the loopback of the recording machine: all become this sequencer's. */
    const endpoints = (name: string) =>
      commandLine(chain, `${folder}/${name}`).map((argument) =>
        argument
          .replace(/127\.0\.0\.1:[2-6]9?45(?!\d)/g, (found) =>
            found.endsWith('945') ? `${address}:9545` : `${address}:8545`,
          )
          .replaceAll(/127\.0\.0\.1:[2-6]545/g, `${address}:8545`),
      );

    test.each(['exit-l2-unreachable', 'exit-rollup-unreachable', 'exit-two-sequencers-none-active'])('%s', (name) =>
      expectSameEnd(runRecorded(chain, `${folder}/${name}`, { image, argv: endpoints(name) }), `${folder}/${name}`),
    );

    test.each(['exit-no-key', 'exit-bad-key'])('%s', async (name) => {
      const argv = endpoints(name).map((argument) => argument.replace(/^(--(?:l2-eth|rollup)-rpc=[^,]*),.*/, '$1'));
      await expectSameEnd(runRecorded(chain, `${folder}/${name}`, { image, argv }), `${folder}/${name}`);
    });
  });

  describe('with an active sequencer', () => {
    let address: string;
    beforeAll(async () => {
      const node = await startNode(chain, 'active', { env: sequencerEnv(chain, false) });
      address = node.address;
      await statusWith('blocks', node.rpcUrl, ({ unsafe_l2 }) => unsafe_l2.number > 1);
    });

    /** Starts a recorded command line that did not end by itself, on this sequencer under both recorded addresses. */
    function run(name: string, env: Record<string, string> = {}): TestContainer {
      const argv = commandLine(chain, `${folder}/${name}`).map((argument) =>
        argument
          .replaceAll(/127\.0\.0\.1:[23]945/g, `${address}:9545`)
          .replaceAll(/127\.0\.0\.1:[23]545/g, `${address}:8545`),
      );
      expect(failureOf(`${folder}/${name}`).exitCode).toBeNull();
      return runRecorded(chain, `${folder}/${name}`, { image, argv, env });
    }
    const said = (container: TestContainer, words: string) =>
      eventually(`"${words}"`, () => container.logs.find((line) => line.includes(words)));

    test('exit-channel-duration-too-long: is accepted', async () => {
      const name = 'exit-channel-duration-too-long';
      const { warningsAndErrors = [], output } = failureOf(`${folder}/${name}`);
      const container = run(name);
      await said(container, 'Added L2 block to local state');
      expect(await container.terminate()).toBe(0);
      expectInOrder(container.logs, warningsAndErrors.map(wordsOf));
      expect(container.logs.slice(-output.length).map(withoutAccidents)).toEqual(output.map(withoutAccidents));
    });

    test('exit-unfunded: only warns, and does not end when it is asked to', async () => {
      const name = 'exit-unfunded';
      const { warningsAndErrors = [], output } = failureOf(`${folder}/${name}`);
      const container = run(name);
      await said(container, 'publishSignal channel is full');
      await eventually(
        'several tries',
        () => container.logs.filter((line) => line.includes('Failed to create a transaction')).length > 1,
      );
      const before = container.logs.length;
      void container.terminate();
      await said(container, 'Endpoint throttling loop shutting down');
      expectInOrder(container.logs, warningsAndErrors.map(wordsOf));
      expectInOrder(
        container.logs.slice(before),
        output.slice(output.findIndex((line) => /Stopping batcher/.test(line))).map(wordsOf),
      );
      const warning = container.logs.find((line) => line.includes('Failed to create a transaction'));
      expect(withoutAccidents(warning ?? '')).toBe(withoutAccidents(warningsAndErrors[1] ?? ''));
      expect((await fetch(`http://${container.address}:8602/healthz`)).status).toBe(200);
      expect(await container.kill()).toBe(137);
    });

    test('exit-wrong-key: pays, and warns only that nothing becomes safe', async () => {
      const name = 'exit-wrong-key';
      const { warningsAndErrors = [], output } = failureOf(`${folder}/${name}`);
      const container = run(name, { OP_BATCHER_TXMGR_RECEIPT_QUERY_INTERVAL: '2s' });
      // Its state is cleared while the next transaction is in flight, of which it knows nothing then.
      const cleared = () => container.logs.filter((line) => line.includes('did not make expected progress')).length;
      await eventually('two useless batches', () => cleared() >= 2);
      const last = (words: string) => container.logs.findLastIndex((line) => line.includes(words));
      await eventually('one in flight that is forgotten', () => {
        const sent = last('Publishing transaction');
        return last('Transaction confirmed') < sent && sent < last('did not make expected progress');
      });
      expect(await container.terminate()).toBe(0);
      expectInOrder(container.logs, warningsAndErrors.map(wordsOf));
      expectInOrder(container.logs, output.slice(-5).map(wordsOf));
    });
  });

  test('exit-no-miner-api: ends with exit code 0', async () => {
    const name = 'exit-no-miner-api';
    const node = await startNode(chain, 'plain', {
      env: sequencerEnv(chain, false),
      gethEnv: { GETH_HTTP_API: 'eth,net,web3' },
    });
    await eventually('its RPC', () => rpc(node.rpcUrl, 'optimism_version'));
    const argv = commandLine(chain, `${folder}/${name}`)
      .filter((argument) => argument !== '--wait-node-sync')
      .map((argument) =>
        argument.replace('127.0.0.1:4545', `${node.address}:8545`).replace('127.0.0.1:4945', `${node.address}:9545`),
      );
    const container = runRecorded(chain, `${folder}/${name}`, { image, argv });
    await expectSameEnd(container, `${folder}/${name}`);
    expect(container.logs.some((line) => line.includes('Critical error detected, attempting batcher shut down'))).toBe(
      true,
    );
  });
});
