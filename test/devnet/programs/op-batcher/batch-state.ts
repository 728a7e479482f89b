import type { Log } from '../log.ts';
import type { RpcClient } from '../rpc/client.ts';
import type { Channel, SyncStatus } from './channel.ts';

/** What a batcher remembers of its submissions, and when it has to forget it. */
export interface BatchState {
  /** The newest block that was submitted, and the L1 origin from which the next channel's age counts. */
  newest(): { readonly block: number; readonly origin: number } | undefined;
  confirmed(channel: Channel, l1Block: number): void;
  /** Compares with what op-node says; clears when blocks have to be sent again. Rejects when the client is away. */
  check(status: SyncStatus, execution: RpcClient): Promise<void>;
  clear(): void;
}

interface Sent {
  readonly channel: Channel;
  readonly l1: number;
}

export function createBatchState(log: Log): BatchState {
  /** Confirmed on L1, not yet safe on L2; the last one also when it is safe. */
  let sent: readonly Sent[] = [];
  let oldest = 0;
  const clear = () => {
    sent = [];
    oldest = 0;
    log.info('Clearing state');
  };
  const warnAndClear = (why: string, fields: Record<string, number>) => {
    log.warn(why, fields);
    clear();
  };
  return {
    newest: () => {
      const last = sent.at(-1);
      return last && { block: last.channel.last, origin: last.channel.origin };
    },
    confirmed(channel, l1) {
      sent = [...sent, { channel, l1 }];
    },
    clear,
    async check(status, execution) {
      const safe = status.safe.number;
      if (safe + 1 < oldest) return warnAndClear('next safe block is below oldest block in state', { safe, oldest });
      oldest = safe + 1;
      const late = sent.find(({ channel, l1 }) => channel.last > safe && l1 < status.currentL1);
      if (late !== undefined) {
        return warnAndClear('sequencer did not make expected progress', { safe, submitted: late.channel.last });
      }
      const last = sent.at(-1);
      sent = sent.filter((one) => one === last || one.channel.last > safe);
      if (last === undefined) return;
      const number = `0x${last.channel.last.toString(16)}`;
      const block = (await execution.call('eth_getBlockByNumber', [number, false])) as { hash: string } | null;
      if (block?.hash !== last.channel.tip) warnAndClear('Found L2 reorg', { number: last.channel.last });
    },
  };
}
