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
    const block = (await l1.call('eth_getBlockByNumber', ['latest', false]).catch((error: unknown) => {
      if (!stopping.aborted) log.info('Error getting latest header', { err: messageOf(error) });
    })) as Record<string, string> | undefined;
    const { number, hash = last, timestamp } = block ?? {};
    if (hash === last || stopping.aborted) continue;
    last = hash;
    await onHead({ number: Number(number), hash, timestamp: Number(timestamp) });
  }
}
