import { keccak256, toUtf8Bytes } from 'ethers';

/** Reference to a block of either chain. */
export interface BlockId {
  readonly hash: string;
  readonly number: number;
}

/** One L2 block. Times are unix seconds. `batcher` is the batcher address of the system config at the L1 origin. */
export interface L2Block extends BlockId {
  readonly parentHash: string;
  readonly timestamp: number;
  readonly l1Origin: BlockId;
  readonly sequenceNumber: number;
  readonly batcher: string;
  /** Hashes of user transactions. Empty blocks of two sequencers on the same parent are therefore identical. */
  readonly transactions: readonly string[];
  /** True for a block that derivation made because the sequencing window had expired. */
  readonly forced: boolean;
  /** Fork by whose rules it was made, if one is active that was scheduled after the genesis; see forks.ts. */
  readonly fork?: string;
}

export type UnsealedBlock = Omit<L2Block, 'hash'>;

export const ZERO_HASH = `0x${'00'.repeat(32)}`;

/** Gives a block its hash: a function of its content only, never of who built it (as in life). */
export function seal(block: UnsealedBlock): L2Block {
  const content = [
    block.parentHash,
    block.number,
    block.timestamp,
    block.l1Origin.hash,
    block.sequenceNumber,
    block.transactions,
    block.forced,
    ...(block.fork === undefined ? [] : [block.fork]),
  ];
  return { ...block, hash: keccak256(toUtf8Bytes(JSON.stringify(content))) };
}

/** A hash that stands for a root (state, receipts, …) of a block; the simulators compute no state. */
export function derivedRoot(block: BlockId, kind: string): string {
  return keccak256(toUtf8Bytes(`${kind}:${block.hash}`));
}
