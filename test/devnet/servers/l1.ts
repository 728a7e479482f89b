/** The devnet's L1: anvil with a fixed block time and `safe` and `finalized` tags that follow the head closely. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureTool } from '../../../tools/toolchain.ts';
import { keepingState } from './anvil-state.ts';
import { startBeaconApi } from './beacon.ts';
import { startBlockClock } from './block-clock.ts';
import { freePort } from './free-port.ts';
import { jsonRpc } from './json-rpc.ts';
import { type ManagedProcess, startProcess } from './managed-process.ts';

/** Not 127.0.0.1: that is a pod itself for the programs in it. */
const L1_HOST = '127.0.1.1';

export interface L1 {
  rpcUrl: string;
  chainId: number;
  /** Beacon API: version, spec, genesis, syncing, blobs. */
  beaconUrl: string;
  process: ManagedProcess;
  /** Makes `count` blocks at once. Each advances the chain's clock by a second, so it may run ahead of the real one. */
  mine(count: number): Promise<void>;
  /** Misses slots while `during` runs: what is sent stays pending. */
  withoutBlocks<T>(during: () => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

export interface L1Options {
  dir: string;
  chainId?: number;
  blockTimeSeconds?: number;
  /** `safe` is the head minus this, `finalized` the head minus twice this. */
  slotsInAnEpoch?: number;
  log?: (line: string) => void;
}

/** So that an L2 whose genesis is hours old can have an L1 origin that is older still. */
const HISTORY_SECONDS = 3 * 3600;
const HISTORY_STEP_SECONDS = 300;

/**
 * How many of the newest blocks can be asked for their state (eth_call, eth_getBalance, …). anvil copies the whole state
 * for every block: without a limit an hour of the devnet takes gigabytes.
 */
const STATES_KEPT = 128;

/**
 * Starts anvil; the chain begins with three hours of sparse history.
 * Killing it through `process` loses nothing, because an L1 does not lose blocks when one RPC node dies: blocks,
 * transactions, logs and the newest state are there after `restart`, only older states cannot be called any more.
 */
export async function startL1(options: L1Options): Promise<L1> {
  const { dir, chainId = 900, blockTimeSeconds = 1, slotsInAnEpoch = 1, log = () => {} } = options;
  const from = performance.now();
  const tool = await ensureTool('anvil', { onProgress: log });
  await mkdir(dir, { recursive: true });
  const stateFile = join(dir, 'state.json');
  const port = await freePort(L1_HOST);
  const rpcUrl = `http://${L1_HOST}:${port}`;
  const anvil = await startProcess({
    name: 'anvil',
    command: tool.path,
    dir,
    args: () => [
      `--host=${L1_HOST}`,
      `--port=${port}`,
      `--chain-id=${chainId}`,
      '--no-mining',
      `--slots-in-an-epoch=${slotsInAnEpoch}`,
      // Roomy, so that the contracts of several parallel tests fit into one block.
      '--gas-limit=1000000000',
      '--hardfork=prague',
      `--state=${stateFile}`,
      `--prune-history=${STATES_KEPT}`,
      '--quiet',
      // After a restart the saved chain says what time it is; this flag would throw it back.
      ...(existsSync(stateFile) ? [] : [`--timestamp=${Math.floor(Date.now() / 1000) - HISTORY_SECONDS}`]),
    ],
    ready: async () => (await jsonRpc<string>(rpcUrl, 'eth_chainId')) === hex(chainId),
  });
  await jsonRpc(rpcUrl, 'anvil_mine', [hex(HISTORY_SECONDS / HISTORY_STEP_SECONDS), hex(HISTORY_STEP_SECONDS)]);
  await jsonRpc(rpcUrl, 'evm_setTime', [Math.floor(Date.now() / 1000)]);
  const clock = startBlockClock({ rpcUrl, blockTimeSeconds });
  const beacon = await startBeaconApi({ rpcUrl, secondsPerSlot: blockTimeSeconds });
  log(`anvil ready in ${((performance.now() - from) / 1000).toFixed(1)} s`);
  return {
    rpcUrl,
    chainId,
    beaconUrl: beacon.url,
    process: keepingState(anvil, { rpcUrl, stateFile, clock }),
    async mine(count) {
      await jsonRpc(rpcUrl, 'anvil_mine', [hex(count)]);
    },
    async withoutBlocks(during) {
      await clock.pause();
      try {
        return await during();
      } finally {
        clock.resume();
      }
    },
    async stop() {
      await Promise.all([anvil.kill(), beacon.stop()]);
      await clock.pause();
    },
  };
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
