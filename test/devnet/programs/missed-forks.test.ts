/** A node that lacks the time of a fork, in op-node, in its execution client, or in both (op-stack-observed-2.md 6). */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CHAIN_TEST_MS, eventually } from './testing/eventually.ts';
import { rpc } from './testing/rpc.ts';
import { expectInOrder, recordedWords } from './testing/said-in-order.ts';
import { safeAt, statusWith, unsafeAt } from './testing/sync-status.ts';
import { startTestBed, type TestBed, type TestChain } from './testing/test-bed.ts';
import {
  sequencerEnv,
  startBatcher,
  startNode,
  startOpNode,
  startSequencing,
  type TestNode,
} from './testing/test-chain.ts';

vi.setConfig({ testTimeout: CHAIN_TEST_MS, hookTimeout: CHAIN_TEST_MS });

/** Block times of 1 s: the first block of Jovian. */
const FORK = 30;

let bed: TestBed;
beforeAll(async () => {
  bed = await startTestBed();
});
afterAll(() => bed?.stop());

type File = 'rollup' | 'genesis';

/** The chain with the time of the fork taken out of the one file, or the other. */
function without(chain: TestChain, ...files: readonly File[]): TestChain {
  const { jovian_time: _, ...rollup } = chain.files.rollup;
  const { jovianTime: __, ...config } = chain.files.genesis['config'] as Record<string, unknown>;
  const lacking = { rollup, genesis: { ...chain.files.genesis, config } };
  return { ...chain, files: { ...chain.files, ...Object.fromEntries(files.map((file) => [file, lacking[file]])) } };
}

const hashAt = async ({ ethUrl }: TestNode, number: number) =>
  (await rpc<{ hash: string } | null>(ethUrl, 'eth_getBlockByNumber', [`0x${number.toString(16)}`, false]))?.hash;

/** A chain that has begun, and a replica whose files lack the time of the fork. */
async function startedChain(...files: readonly File[]) {
  const chain = await bed.chain({ isthmusAfterSeconds: 0, jovianAfterSeconds: FORK });
  const wrong = without(chain, ...files);
  const sequencer = await startNode(chain, 'sequencer', { env: sequencerEnv(chain, true) });
  const lacking = await startNode(wrong, 'replica', { peers: ['sequencer'] });
  await startSequencing(sequencer, 1);
  return { chain, wrong, sequencer, lacking };
}

describe.concurrent('a node without the time of a fork', () => {
  test('is right about everything before, but for the times themselves', async () => {
    const { chain, sequencer, lacking } = await startedChain('rollup', 'genesis');
    const { unsafe_l2 } = await unsafeAt(lacking.rpcUrl, 3);
    expect(await hashAt(lacking, 3)).toBe(await hashAt(sequencer, 3));
    expect(unsafe_l2.number).toBeLessThan(FORK);
    const time = chain.files.rollup['jovian_time'];
    for (const [node, own] of [
      [sequencer, time],
      [lacking, undefined],
    ] as const) {
      const config = await rpc<Record<string, unknown>>(node.ethUrl, 'debug_chainConfig');
      const info = await rpc<{ protocols: { eth: { config: unknown } } }>(node.ethUrl, 'admin_nodeInfo');
      expect(config['jovianTime']).toBe(own);
      expect(info.protocols.eth.config).toEqual(config);
      expect((await rpc<Record<string, unknown>>(node.rpcUrl, 'optimism_rollupConfig'))['jovian_time']).toBe(own);
    }
  });

  test.each([
    ['its execution client lacks it', ['genesis']],
    ['both lack it', ['rollup', 'genesis']],
  ] as const)('freezes, and then goes on alone with every signal green, where %s', async (_, files) => {
    const { chain, sequencer, lacking } = await startedChain(...files);
    await eventually('the first block of the fork', () =>
      lacking.node.logs.find((line) => line.includes('Dropping invalid unsafe payload')),
    );
    expect((await statusWith('frozen', lacking.rpcUrl, () => true)).unsafe_l2.number).toBe(FORK - 1);
    startBatcher(chain, sequencer);
    const { unsafe_l2, safe_l2 } = await safeAt(lacking.rpcUrl, FORK);
    expect([unsafe_l2.number, safe_l2.number]).toEqual([FORK, FORK]);
    await safeAt(sequencer.rpcUrl, FORK + 2);
    expect(await hashAt(lacking, FORK - 1)).toBe(await hashAt(sequencer, FORK - 1));
    expect(await hashAt(lacking, FORK)).not.toBe(await hashAt(sequencer, FORK));
    await statusWith('finality', lacking.rpcUrl, ({ finalized_l2 }) => finalized_l2.number === FORK);
    expect(lacking.node.logs.some((line) => line.includes('ignoring batch with mismatching parent hash'))).toBe(true);
    expect(chain.referee.violations()).toEqual([]);
  });

  test('ends with code 0 at the first batch where op-node lacks it, again after each start, until it has the file', async () => {
    const { chain, wrong, sequencer, lacking } = await startedChain('rollup');
    await unsafeAt(sequencer.rpcUrl, FORK + 3);
    expect((await statusWith('stuck', lacking.rpcUrl, () => true)).unsafe_l2.number).toBe(FORK);
    startBatcher(chain, sequencer);
    expect(await lacking.node.exit).toBe(0);
    expectInOrder(lacking.node.logs, recordedWords('op-node-1.16.11/log-fork-readiness-c.txt'));
    const again = startOpNode(wrong, 'replica', { peers: ['sequencer'], address: lacking.address });
    expect(await again.exit).toBe(0);
    startOpNode(chain, 'replica', { peers: ['sequencer'], address: lacking.address });
    await safeAt(lacking.rpcUrl, FORK + 2);
    expect(await hashAt(lacking, FORK + 1)).toBe(await hashAt(sequencer, FORK + 1));
  });
});
