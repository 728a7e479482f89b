import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import type { RpcClient } from '../rpc/client.ts';
import { messageOf } from './challenger.ts';

/** A head of L1. */
export interface Head {
  readonly number: number;
  readonly hash: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

/**
 * Looks for a new L1 head once in an interval; those between two looks are skipped.
 * @param onHead the next look is only taken when it is done
 */
export async function followHeads(
  process: Process,
  l1: RpcClient,
  log: Log,
  options: { readonly intervalMs: number; readonly stopping: AbortSignal; onHead(head: Head): Promise<void> },
): Promise<void> {
  const { intervalMs, stopping, onHead } = options;
  let last = '';
  while ((await process.sleep(Math.max(50, intervalMs), stopping)) && !stopping.aborted) {
    try {
      const block = (await l1.call('eth_getBlockByNumber', ['latest', false])) as Record<string, string>;
      const { number, hash = '', timestamp } = block;
      if (hash === last || stopping.aborted) continue;
      last = hash;
      await onHead({ number: Number(number), hash, timestamp: Number(timestamp) });
    } catch (error) {
      if (!stopping.aborted) log.error('Failed to progress games', { err: messageOf(error) });
    }
  }
}
