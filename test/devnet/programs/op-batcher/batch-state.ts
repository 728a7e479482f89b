import type { Log } from '../log.ts';
import type { Channel } from './channel.ts';
import type { SyncStatus } from './sync-status.ts';

/** What a batcher remembers of its submissions, and when it has to forget it. */
export interface BatchState {
  /** The newest block that was submitted, and the L1 origin from which the next channel's age counts. */
  newest(): { readonly block: number; readonly origin: number } | undefined;
  /** How often the state was cleared: a channel of an earlier time is not known any more. */
  generation(): number;
  confirmed(channel: Channel, l1Block: number): void;
  /** Compares with what op-node says; clears when blocks have to be sent again. */
  check(status: SyncStatus): void;
  /** @param safeOrigin as log lines show it; undefined when op-node does not answer */
  clear(safeOrigin: string | undefined): void;
}

interface Sent {
  readonly channel: Channel;
  readonly l1: number;
}

/** @param onClear forgets what others keep about the blocks */
export function createBatchState(log: Log, onClear: () => void): BatchState {
  /** Confirmed on L1, not yet safe on L2; the last one also when it is safe. */
  let sent: readonly Sent[] = [];
  let oldest = 0;
  let generation = 0;
  const clear = (safeOrigin: string | undefined) => {
    sent = [];
    oldest = 0;
    generation += 1;
    onClear();
    log.info('Clearing state');
    if (safeOrigin !== undefined) log.info('Clearing state with safe L1 origin', { origin: safeOrigin });
    log.info('State cleared');
  };
  return {
    newest: () => {
      const last = sent.at(-1);
      return last && { block: last.channel.last, origin: last.channel.origin };
    },
    generation: () => generation,
    confirmed(channel, l1) {
      sent = [...sent, { channel, l1 }];
    },
    clear,
    check(status) {
      const safe = status.safe.number;
      if (safe + 1 < oldest) {
        log.warn('next safe block is below oldest block in state', status.shown);
        return clear(status.safeOrigin);
      }
      oldest = safe + 1;
      const late = sent.find(({ channel, l1 }) => channel.last > safe && l1 < status.currentL1);
      if (late !== undefined) {
        log.warn('sequencer did not make expected progress', status.shown);
        return clear(status.safeOrigin);
      }
      const last = sent.at(-1);
      sent = sent.filter((one) => one === last || one.channel.last > safe);
    },
  };
}
