/** Execution client of a node: op-geth or op-reth. */
import { z } from 'zod';
import { FORKS } from '../../catalogue/releases.ts';
import type { BlockId, ExecutionSample, ForkTimes } from '../samples.ts';
import { block, hexNumber, hexOf, syncing } from './ethereum-values.ts';
import type { HttpOptions } from './http.ts';
import { jsonRpc } from './json-rpc.ts';
import { RpcError } from './rpc-error.ts';

export interface ExecutionStateOptions extends HttpOptions {
  /** Block that the chain begins with. Absent: 0. */
  readonly genesisNumber?: number | undefined;
}

/** What the client is and where it stands. Peers and version are left out where `net` or `web3` is off. */
export async function executionState(url: string, options: ExecutionStateOptions = {}): Promise<ExecutionSample> {
  const first = [hexOf(options.genesisNumber ?? 0), false];
  const [chainId, head, genesis, isSyncing, peers, version] = await Promise.all([
    jsonRpc(url, { method: 'eth_chainId', answer: hexNumber }, options),
    jsonRpc(url, { method: 'eth_getBlockByNumber', params: ['latest', false], answer: block }, options),
    jsonRpc(url, { method: 'eth_getBlockByNumber', params: first, answer: block.nullable() }, options),
    jsonRpc(url, { method: 'eth_syncing', answer: syncing }, options),
    optional(jsonRpc(url, { method: 'net_peerCount', answer: hexNumber }, options)),
    optional(jsonRpc(url, { method: 'web3_clientVersion', answer: z.string() }, options)),
  ]);
  return {
    chainId,
    head,
    ...(genesis ? { genesisHash: genesis.hash } : {}),
    syncing: isSyncing,
    ...(peers === undefined ? {} : { peers }),
    ...(version === undefined ? {} : { version }),
  };
}

async function optional<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RpcError && error.kind === 'method-missing') return undefined;
    throw error;
  }
}

/** The block at a height. @throws RpcError `no-reading` when the client does not have it yet */
export async function blockAt(url: string, number: number, options?: HttpOptions): Promise<BlockId> {
  const method = 'eth_getBlockByNumber';
  const found = await jsonRpc(url, { method, params: [hexOf(number), false], answer: block.nullable() }, options);
  if (found) return { number: found.number, hash: found.hash };
  const { host } = new URL(url);
  throw new RpcError(`${host}: ${method}: has no block ${number} yet`, { kind: 'no-reading', host, method });
}

const chainConfig = z.record(z.string(), z.unknown());
const nodeInfo = z.object({ protocols: z.object({ eth: z.object({ config: chainConfig }) }) });

/**
 * Fork times of the client's own chain configuration, which op-node cannot see.
 * @throws RpcError `method-missing` where neither the `debug` nor the `admin` API is on
 */
export async function executionForks(url: string, options?: HttpOptions): Promise<ForkTimes> {
  const config = await chainConfigOf(url, options);
  const times = FORKS.map((name) => [name, config[`${name}Time`]] as const);
  return Object.fromEntries(
    times.filter((entry): entry is [(typeof FORKS)[number], number] => typeof entry[1] === 'number'),
  );
}

async function chainConfigOf(url: string, options?: HttpOptions): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await jsonRpc(url, { method: 'debug_chainConfig', answer: chainConfig }, options);
  } catch (error) {
    if (!(error instanceof RpcError && error.kind === 'method-missing')) throw error;
    const info = await jsonRpc(url, { method: 'admin_nodeInfo', answer: nodeInfo }, options);
    return info.protocols.eth.config;
  }
}
