/** Every recorded failed start of op-batcher: the simulated program ends with the same exit code and the same last line. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CHAIN_TEST_MS, eventually } from './testing/eventually.ts';
import { commandLine, expectSameEnd, runRecorded } from './testing/recorded-start.ts';
import { rpc } from './testing/rpc.ts';
import { startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import { sequencerEnv, startNode } from './testing/test-chain.ts';

vi.setConfig({ testTimeout: CHAIN_TEST_MS, hookTimeout: CHAIN_TEST_MS });

let bed: TestBed;
let chain: TestChain;

beforeAll(async () => {
  bed = await startTestBed();
  chain = await bed.chain({ timeScale: 0.005, isthmusAfterSeconds: 0 });
});
afterAll(() => bed?.stop());

describe('op-batcher', () => {
  const folder = 'op-batcher-1.16.11';
  const image = 'op-batcher:v1.16.11';

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
