/** Every recorded failed start of op-challenger: the simulated program ends with the same exit code and the same words. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CHAIN_TEST_MS } from './testing/eventually.ts';
import { expectSameEnd, failureOf, runRecorded } from './testing/recorded-start.ts';
import { withoutAccidents } from './testing/recording.ts';
import { startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import { runContainer } from './testing/test-pod.ts';

vi.setConfig({ testTimeout: CHAIN_TEST_MS, hookTimeout: CHAIN_TEST_MS });

const folder = 'op-challenger-1.16.11';
const image = 'op-challenger:v1.16.11';

let bed: TestBed;
let chain: TestChain;

beforeAll(async () => {
  bed = await startTestBed();
  chain = await bed.chain({ timeScale: 0.005 });
});
afterAll(() => bed?.stop());

describe('op-challenger', () => {
  test.each(['exit-no-args', 'exit-missing-cannon-flags', 'exit-l1-unreachable', 'exit-wrong-factory'])(
    '%s',
    async (name) => {
      const container = runRecorded(chain, `${folder}/${name}`, { image });
      await expectSameEnd(container, `${folder}/${name}`);
      const recorded = failureOf(`${folder}/${name}`).output.map(withoutAccidents);
      expect(container.logs.map(withoutAccidents).slice(-recorded.length)).toEqual(recorded);
    },
  );

  test('exit-unknown-flag: the whole help, then the reason', async () => {
    const container = runRecorded(chain, `${folder}/exit-unknown-flag`, { image });
    await expectSameEnd(container, `${folder}/exit-unknown-flag`);
    expect(container.logs.some((line) => line.includes('--selective-claim-resolution'))).toBe(true);
    expect(container.logs.some((line) => line.includes('--rpc.port'))).toBe(false);
  });

  test('the name of its op-node does not resolve: it waits for a minute, and then it ends', async () => {
    const file = '../../status/fixtures/pods/dependency-missing-challenger.json';
    const { pod, log_tail } = JSON.parse(readFileSync(path.join(import.meta.dirname, file), 'utf8')) as {
      pod: { spec: { containers: { command: string[]; env: { name: string; value: string }[] }[] } };
      log_tail: string[];
    };
    const [container] = pod.spec.containers;
    const recorded = Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]));
    const challenger = runContainer(chain.cluster, {
      name: 'dep-missing-challenger',
      image,
      argv: container?.command ?? [],
      env: {
        ...recorded,
        OP_CHALLENGER_L1_ETH_RPC: chain.l1Url,
        OP_CHALLENGER_GAME_FACTORY_ADDRESS: chain.deployment.addresses['DisputeGameFactoryProxy'] ?? '',
        OP_CHALLENGER_PRIVATE_KEY: chain.deployment.keys.challenger,
      },
    });
    expect(await challenger.exit).toBe(1);
    const dialled = challenger.logs.filter((line) => line.includes('failed to dial address'));
    expect(dialled).toHaveLength(30);
    expect([...new Set(dialled.map(withoutAccidents))]).toEqual([...new Set(log_tail.map(withoutAccidents))]);
    expect(challenger.logs.at(-1)).toContain('dial rollup client http://no-such:9545');
  });
});
