/** op-node: heads, peers, and the switch that makes it sequence. Numbers of the `optimism` namespace are decimal. */
import { z } from 'zod';
import { FORKS } from '../../catalogue/releases.ts';
import type { ForkTimes, SyncStatus } from '../samples.ts';
import { hash } from './ethereum-values.ts';
import type { HttpOptions } from './http.ts';
import { jsonRpc } from './json-rpc.ts';
import { programMetrics } from './metrics.ts';
import { programVersion } from './program-version.ts';
import { RpcError } from './rpc-error.ts';

const METRICS = { program: 'op-node', prefix: 'op_node_default', expected: 'refs_number' };
const ZERO_HASH = `0x${'00'.repeat(32)}`;
const whole = z.int().nonnegative();
const blockId = z.object({ hash, number: whole });
const l1Ref = z.object({ hash, number: whole, timestamp: whole });
const l2Ref = z.object({ hash, number: whole, timestamp: whole, l1origin: blockId });

const syncStatusAnswer = z
  .object({
    current_l1: l1Ref,
    head_l1: l1Ref,
    safe_l1: l1Ref,
    finalized_l1: l1Ref,
    unsafe_l2: l2Ref,
    safe_l2: l2Ref,
    finalized_l2: l2Ref,
  })
  .transform(
    (status): SyncStatus => ({
      currentL1: status.current_l1,
      headL1: status.head_l1,
      safeL1: status.safe_l1,
      finalizedL1: status.finalized_l1,
      unsafeL2: status.unsafe_l2,
      safeL2: status.safe_l2,
      finalizedL2: status.finalized_l2,
    }),
  );

/**
 * Heads of the node.
 * @throws RpcError `no-reading` in the first second after a start, when all references are zero
 */
export async function syncStatus(url: string, options?: HttpOptions): Promise<SyncStatus> {
  const method = 'optimism_syncStatus';
  const status = await jsonRpc(url, { method, answer: syncStatusAnswer }, options);
  if (status.unsafeL2.hash === ZERO_HASH) {
    const host = new URL(url).host;
    throw new RpcError(`${host}: ${method}: all references are zero, as right after a start`, {
      kind: 'no-reading',
      host,
      method,
    });
  }
  return status;
}

/** Whether the node sequences. False on replicas too. @throws RpcError; `method-missing` without the admin API */
export function sequencerActive(url: string, options?: HttpOptions): Promise<boolean> {
  return jsonRpc(url, { method: 'admin_sequencerActive', answer: z.boolean() }, options);
}

/** Number of connected gossip peers. */
export async function peerCount(url: string, options?: HttpOptions): Promise<number> {
  const answer = z.object({ connected: whole });
  const { connected } = await jsonRpc(url, { method: 'opp2p_peerStats', answer }, options);
  return connected;
}

/**
 * Number of the block that came last from a peer, whether the node could add it or not; 0: none since its start. Only its
 * metrics tell.
 * @param url of the metrics
 */
export async function heardBlock(url: string, options?: HttpOptions): Promise<number> {
  const series = await programMetrics(url, METRICS, options);
  const heard = series.find(
    ({ name, labels }) => name === METRICS.expected && labels === 'layer="l2",type="received_payload"',
  );
  return heard?.value ?? 0;
}

/** `v1.16.11` */
export async function version(url: string, options?: HttpOptions): Promise<string> {
  return programVersion(await jsonRpc(url, { method: 'optimism_version', answer: z.string() }, options));
}

/** Fork times that the node works with. */
export async function rollupForks(url: string, options?: HttpOptions): Promise<ForkTimes> {
  const answer = z.record(z.string(), z.unknown());
  const config = await jsonRpc(url, { method: 'optimism_rollupConfig', answer }, options);
  const times = FORKS.map((name) => [name, config[`${name}_time`]] as const);
  return Object.fromEntries(
    times.filter((entry): entry is [(typeof FORKS)[number], number] => typeof entry[1] === 'number'),
  );
}

export type StopOutcome = { readonly outcome: 'stopped'; readonly hash: string } | { readonly outcome: 'not-running' };

/**
 * Stops sequencing and says which block was the last.
 * @throws RpcError; after any the outcome is unknown
 */
export async function stopSequencer(url: string, options?: HttpOptions): Promise<StopOutcome> {
  try {
    return { outcome: 'stopped', hash: await jsonRpc(url, { method: 'admin_stopSequencer', answer: hash }, options) };
  } catch (error) {
    if (isAnswer(error, /sequencer not running/)) return { outcome: 'not-running' };
    throw error;
  }
}

export type StartOutcome =
  | { readonly outcome: 'started' }
  | { readonly outcome: 'already-running' }
  /** The node's unsafe head is another block than the one that was asked for. */
  | { readonly outcome: 'hash-mismatch'; readonly head?: { readonly hash: string; readonly number: number } }
  /** op-conductor leads another node. */
  | { readonly outcome: 'not-leader' }
  /** The node runs without `--sequencer.enabled`: a replica. */
  | { readonly outcome: 'not-enabled' };

/**
 * Starts sequencing on top of a block, which has to be the node's unsafe head.
 * @throws RpcError; after any the outcome is unknown
 */
export async function startSequencer(url: string, unsafeHead: string, options?: HttpOptions): Promise<StartOutcome> {
  try {
    await jsonRpc(url, { method: 'admin_startSequencer', params: [unsafeHead], answer: z.null() }, options);
    return { outcome: 'started' };
  } catch (error) {
    if (isAnswer(error, /sequencer already running/)) return { outcome: 'already-running' };
    if (isAnswer(error, /sequencer is not the leader/)) return { outcome: 'not-leader' };
    if (isAnswer(error, /sequencer is not enabled/)) return { outcome: 'not-enabled' };
    if (isAnswer(error, /block hash does not match/)) return { outcome: 'hash-mismatch', ...headIn(error.message) };
    throw error;
  }
}

/** op-node has one code (-32000) for all of these, so its words have to tell them apart (recorded, v1.16 and v1.18). */
function isAnswer(error: unknown, words: RegExp): error is RpcError {
  return error instanceof RpcError && error.kind === 'rpc-error' && words.test(error.message);
}

function headIn(message: string): { head?: { hash: string; number: number } } {
  const found = /head (0x[0-9a-f]{64}):(\d+)/.exec(message);
  return found?.[1] && found[2] ? { head: { hash: found[1], number: Number(found[2]) } } : {};
}
