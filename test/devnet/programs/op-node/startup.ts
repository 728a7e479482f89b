import { connect } from 'node:net';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import type { RpcClient } from '../rpc/client.ts';
import { compareVersions } from '../version.ts';
import type { NodeConfig } from './config.ts';

/** A failure while the node is set up, in op-node's words. */
export class SetupError extends Error {}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** When the ten dial attempts happen, as a share of the whole time (recorded). */
const DIAL_TIMES = [0, 1, 3, 7, 15, 25, 36, 46, 56, 66].map((second) => second / 66);

/** Waits until something listens at the URL. @throws SetupError after ten attempts */
async function dial(process: Process, log: Log, url: string, totalMs: number): Promise<void> {
  for (const [attempt, share] of DIAL_TIMES.entries()) {
    const pause = (share - (DIAL_TIMES[attempt - 1] ?? 0)) * totalMs;
    if (attempt > 0 && !(await process.sleep(pause))) return;
    if (await canConnect(process, url)) return;
    log.warn('failed to dial address, but may connect later', { addr: url });
  }
  throw new SetupError(`operation failed permanently after 10 attempts: address unavailable (${url})`);
}

/** True when a TCP connection to the URL's host can be made. */
export async function canConnect(process: Process, url: string): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url);
  const host = await process.resolve(hostname);
  if (host === undefined) return false;
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
      timeout: 5_000,
    });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}

/** Releases before 1.19.4 ask the beacon node for its version, with five tries, even when told to ignore it. */
export async function checkBeacon(
  process: Process,
  log: Log,
  config: NodeConfig,
  beacon: RpcClient,
  ledger: Ledger,
): Promise<void> {
  if (compareVersions(config.version, '1.19.4') >= 0) return;
  let reason = '';
  for (let attempt = 0; attempt < 5; attempt += 1) {
    if (attempt > 0 && !(await process.sleep(ledger.delays.beaconRetries / 4))) return;
    try {
      const { status } = await beacon.get('/eth/v1/node/version');
      if (status === 200) {
        log.info('Connected to L1 Beacon API, ready for EIP-4844 blobs retrieval.');
        return;
      }
      reason = status === 404 ? 'failed request with status 404: : not found' : `failed request with status ${status}`;
    } catch (error) {
      reason = messageOf(error);
    }
  }
  const why = `operation failed permanently after 5 attempts: ${reason}`;
  if (!config.settings.bool('l1.beacon.ignore')) {
    throw new SetupError(`failed to init L1 Beacon: failed to check L1 Beacon API version: ${why}`);
  }
  log.warn(
    'Failed to check L1 Beacon API version, but configuration ignores results. The node may be unable to retrieve EIP-4844 blobs data.',
    { err: why },
  );
}

/** @throws SetupError when L1 is another chain than the rollup config says */
export async function checkL1(
  process: Process,
  log: Log,
  config: NodeConfig,
  l1: RpcClient,
  ledger: Ledger,
): Promise<void> {
  try {
    await dial(process, log, l1.url, ledger.delays.nodeDial);
  } catch (error) {
    throw new SetupError(
      `failed to init L1 Source: failed to get L1 RPC client: failed to dial L1 address (${l1.url}): ${messageOf(error)}`,
    );
  }
  const fail = (why: string) => new SetupError(`failed to init L1 Source: failed to validate the L1 config: ${why}`);
  const { rollup } = config;
  let chainId: number;
  let block: { hash?: unknown } | null;
  try {
    chainId = Number(await l1.call('eth_chainId', []));
    const number = `0x${rollup.genesis.l1.number.toString(16)}`;
    block = (await l1.call('eth_getBlockByNumber', [number, false])) as typeof block;
  } catch (error) {
    throw fail(`failed to get L1 chain ID: ${messageOf(error)}`);
  }
  if (chainId !== rollup.l1ChainId) throw fail(`incorrect L1 RPC chain id ${chainId}, expected ${rollup.l1ChainId}`);
  if (block === null) {
    log.warn('L1 genesis block is not available on this L1', { number: rollup.genesis.l1.number });
  } else if (block.hash !== rollup.genesis.l1.hash) {
    throw fail(`incorrect L1 genesis block hash ${block.hash}, expected ${rollup.genesis.l1.hash}`);
  }
}

/** @throws SetupError when the execution client is another chain, or does not take our token */
export async function checkL2(
  process: Process,
  log: Log,
  config: NodeConfig,
  l2: RpcClient,
  ledger: Ledger,
): Promise<void> {
  const fail = (why: string) => new SetupError(`failed to init L2: ${why}`);
  try {
    await dial(process, log, l2.url, ledger.delays.nodeDial);
  } catch (error) {
    throw fail(`failed to setup L2 execution-engine RPC client: ${messageOf(error)}`);
  }
  const { rollup } = config;
  const ask = async <T>(what: string, method: string, params: readonly unknown[]): Promise<T> => {
    try {
      return (await l2.call(method, params)) as T;
    } catch (error) {
      throw fail(`failed to get L2 ${what}: ${messageOf(error)}`);
    }
  };
  const chainId = Number(await ask<string>('chain ID', 'eth_chainId', []));
  if (chainId !== rollup.l2ChainId) throw fail(`incorrect L2 RPC chain id ${chainId}, expected ${rollup.l2ChainId}`);
  const { l2: genesis } = rollup.genesis;
  const number = `0x${genesis.number.toString(16)}`;
  const block = await ask<{ hash: string } | null>('genesis blockhash', 'eth_getBlockByNumber', [number, false]);
  if (block?.hash !== genesis.hash) {
    throw fail(
      `failed to get L2 genesis blockhash: expected L2 genesis hash to match L2 block at genesis block number ${genesis.number}: ${block?.hash} <> ${genesis.hash}`,
    );
  }
}
