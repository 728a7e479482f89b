import type { Log } from '../log.ts';
import type { RpcClient } from '../rpc/client.ts';

/** The L2 blocks that a batcher has read and not forgotten yet. */
export interface LoadedBlocks {
  /** Number of the newest one; 0 without any. */
  last(): number;
  /** Reads up to a block. False when they do not continue what was read before: the L2 was reorganised. */
  load(execution: RpcClient, safe: number, to: number, shown: Readonly<Record<string, string>>): Promise<boolean>;
  forget(): void;
}

interface Block {
  readonly hash: string;
  readonly number: string;
  readonly parentHash: string;
  readonly timestamp: string;
  readonly transactions: readonly unknown[];
}

/** Blocks that are asked for at once. */
const CHUNK = 50;

export function createLoadedBlocks(log: Log): LoadedBlocks {
  let newest: Block | undefined;

  const add = (block: Block) => {
    newest = block;
    const { hash, number, timestamp, transactions } = block;
    const fields = { block: `${hash}:${Number(number)}`, tx_count: transactions.length, time: Number(timestamp) };
    log.info('Added L2 block to local state', fields);
  };

  return {
    last: () => Number(newest?.number ?? 0),
    forget() {
      newest = undefined;
    },
    async load(execution, safe, to, shown) {
      const read = Number(newest?.number ?? 0);
      const first = Math.max(read, safe) + 1;
      if (to < first) return true;
      if (newest === undefined) log.info('no blocks in state', shown);
      if (to > first) log.info('Loading range of multiple blocks into state', { start: first, end: to });
      for (let from = first; from <= to; from += CHUNK) {
        const numbers = Array.from({ length: Math.min(CHUNK, to - from + 1) }, (_, index) => from + index);
        for (const block of await Promise.all(numbers.map((number) => blockAt(execution, number)))) {
          if (block === undefined) return true;
          const continues = newest === undefined || Number(newest.number) < Number(block.number) - 1;
          if (!continues && block.parentHash !== newest?.hash) {
            sayReorg(log, Number(block.number));
            return false;
          }
          add(block);
        }
      }
      return true;
    },
  };
}

async function blockAt(execution: RpcClient, number: number): Promise<Block | undefined> {
  const answer = await execution.call('eth_getBlockByNumber', [`0x${number.toString(16)}`, false]);
  return (answer as Block | null) ?? undefined;
}

function sayReorg(log: Log, number: number): void {
  log.warn('Found L2 reorg', { block_number: number });
  const err = 'adding L2 block to state: block does not extend existing chain';
  log.warn('error loading blocks, clearing state and waiting for node sync', { err });
}
