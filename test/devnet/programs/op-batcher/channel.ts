import type { RpcClient } from '../rpc/client.ts';
import type { SyncStatus } from './sync-status.ts';

/** Blocks first…last, ending in the block with hash `tip`, that one transaction brings to L1. */
export interface Channel {
  readonly first: number;
  readonly last: number;
  readonly tip: string;
  /** L1 origin up to which everything was submitted then; the next channel's age counts from it. */
  readonly origin: number;
}

export interface ChannelLimits {
  /** L1 blocks that a channel stays open; 0 = until the timeout. */
  readonly duration: number;
  readonly timeout: number;
  readonly maxBytes: number;
  /** Close it now. */
  readonly force: boolean;
}

/** About what an empty block takes in a compressed channel. */
const BYTES_PER_BLOCK = 100;

/** The channel that is to be submitted now; undefined while it may stay open or there is nothing new. */
export async function nextChannel(
  status: Pick<SyncStatus, 'headL1' | 'safe' | 'unsafe'>,
  execution: RpcClient,
  sent: { readonly block: number; readonly origin: number } | undefined,
  limits: ChannelLimits,
): Promise<Channel | undefined> {
  const first = Math.max(status.safe.number, sent?.block ?? 0) + 1;
  const full = first + Math.max(1, Math.floor(limits.maxBytes / BYTES_PER_BLOCK)) - 1;
  const last = Math.min(status.unsafe.number, full);
  if (last < first) return undefined;
  const openedAt = Math.max(status.safe.origin, sent?.origin ?? 0);
  const age = status.headL1 - openedAt;
  const due = limits.duration > 0 ? age >= limits.duration : age >= limits.timeout;
  if (!due && !limits.force && last < full) return undefined;
  const block = (await execution.call('eth_getBlockByNumber', [`0x${last.toString(16)}`, false])) as {
    hash: string;
  } | null;
  return block === null ? undefined : { first, last, tip: block.hash, origin: status.headL1 };
}
