import { type L2Block, seal, type UnsealedBlock } from '../../ledger/block.ts';
import type { ForkAt } from '../../ledger/forks.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { StoredHeads } from './data-directory.ts';

/** Hashes that op-node names in a forkchoice update. */
export interface Heads {
  readonly unsafe: string;
  readonly safe: string;
  readonly finalized: string;
}

/** The blocks and heads of one execution client. It moves only when its op-node tells it to. */
export interface Chain {
  unsafe(): L2Block;
  /** Undefined until op-node has named one since the start. */
  safe(): L2Block | undefined;
  finalized(): L2Block | undefined;
  has(hash: string): boolean;
  /** Canonical block at a height. */
  at(number: number): L2Block | undefined;
  /** Takes a block; false when its parent is missing, or it is of another fork than by this client's own times. */
  insert(block: L2Block): boolean;
  /** Whether a block is of the fork that this client has at its time. */
  isValid(block: L2Block): boolean;
  readonly forkAt: ForkAt;
  /** Makes the blocks the heads; false when one is missing. Unknown or zero safe and finalized hashes keep the old. */
  setHeads(heads: Heads): boolean;
  build(block: UnsealedBlock, withPool: boolean): L2Block;
  readonly pool: Map<string, string>;
  /** Block that holds a mined transaction. */
  blockOfTransaction(hash: string): L2Block | undefined;
}

/**
 * @param forkAt by the client's own chain configuration
 * @param stored heads of the last run; those whose blocks are not known any more fall back to genesis
 * @param onHeads called after each change with the heads and the ones before
 */
export function createChain(
  ledger: Ledger,
  genesis: L2Block,
  forkAt: ForkAt,
  stored: StoredHeads | undefined,
  onHeads: (heads: StoredHeads, before: StoredHeads) => void,
): Chain {
  const canonical: string[] = [];
  const inserted = new Set<string>();
  const built = new Set<string>();
  const mined = new Map<string, string>();
  const pool = new Map<string, string>();
  if (ledger.block(genesis.hash) === undefined) ledger.add(genesis);
  const restore = (hash: string | undefined) => (hash === undefined ? undefined : ledger.block(hash));
  let unsafe = genesis;
  let finalized = restore(stored?.finalized);
  let safe = finalized;

  const makeCanonical = (head: L2Block) => {
    canonical.length = head.number + 1;
    for (let block: L2Block | undefined = head; block !== undefined && canonical[block.number] !== block.hash; ) {
      canonical[block.number] = block.hash;
      inserted.delete(block.hash);
      for (const transaction of block.transactions) {
        mined.set(transaction, block.hash);
        pool.delete(transaction);
      }
      block = ledger.block(block.parentHash);
    }
    unsafe = head;
  };
  canonical[0] = genesis.hash;
  makeCanonical(restore(stored?.unsafe) ?? genesis);

  const has = (hash: string) => {
    const block = ledger.block(hash);
    return block !== undefined && (canonical[block.number] === hash || inserted.has(hash));
  };
  const isValid = (block: L2Block) => block.fork === forkAt(block.timestamp) || built.has(block.hash);
  const heads = (): StoredHeads => ({ unsafe: unsafe.hash, finalized: finalized?.hash });
  const at = (number: number) => {
    const hash = canonical[number];
    return hash === undefined ? undefined : ledger.block(hash);
  };

  return {
    unsafe: () => unsafe,
    safe: () => safe,
    finalized: () => finalized,
    has,
    at,
    pool,
    forkAt,
    isValid,
    insert(block) {
      if (has(block.hash)) return true;
      if (!has(block.parentHash) || !isValid(block)) return false;
      inserted.add(block.hash);
      return true;
    },
    setHeads(wanted) {
      const head = ledger.block(wanted.unsafe);
      if (head === undefined || !has(head.hash)) return false;
      const before = heads();
      makeCanonical(head);
      safe = ledger.block(wanted.safe) ?? safe;
      finalized = ledger.block(wanted.finalized) ?? finalized;
      onHeads(heads(), before);
      return true;
    },
    build(block, withPool) {
      const transactions = withPool ? [...pool.keys()] : [];
      const sealed = seal({ ...block, transactions: [...block.transactions, ...transactions] });
      ledger.add(sealed);
      built.add(sealed.hash);
      return sealed;
    },
    blockOfTransaction(hash) {
      const found = mined.get(hash);
      const block = found === undefined ? undefined : ledger.block(found);
      return block !== undefined && canonical[block.number] === block.hash ? block : undefined;
    },
  };
}
