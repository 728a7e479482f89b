/** Reference to an L1 block; times are unix seconds. */
export interface L1Ref {
  readonly hash: string;
  readonly number: number;
  readonly parentHash: string;
  readonly timestamp: number;
}

export interface L1Transaction {
  readonly hash: string;
  readonly from: string;
  readonly to: string;
  readonly input: string;
  readonly type: number;
}

/** An L1 block with the transactions that could be batches. */
export interface L1Block extends L1Ref {
  readonly logsBloom: string;
  readonly batches: readonly L1Transaction[];
}

export const ZERO_L1: L1Ref = {
  hash: `0x${'00'.repeat(32)}`,
  number: 0,
  parentHash: `0x${'00'.repeat(32)}`,
  timestamp: 0,
};

/** Batch data starts with the derivation version byte 0. */
const BATCH_DATA = '0x00';

/** Reads `eth_getBlockByNumber`; undefined for null. */
export function readL1Block(answer: unknown): L1Block | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const block = answer as Record<string, unknown>;
  const transactions = Array.isArray(block['transactions']) ? block['transactions'] : [];
  return {
    hash: String(block['hash']),
    number: Number(block['number']),
    parentHash: String(block['parentHash']),
    timestamp: Number(block['timestamp']),
    logsBloom: String(block['logsBloom'] ?? '0x'),
    batches: transactions.filter(isBatch).map((transaction) => ({
      hash: String(transaction['hash']),
      from: String(transaction['from']).toLowerCase(),
      to: String(transaction['to']).toLowerCase(),
      input: String(transaction['input']),
      type: Number(transaction['type'] ?? 0),
    })),
  };
}

function isBatch(transaction: unknown): transaction is Record<string, unknown> {
  if (typeof transaction !== 'object' || transaction === null) return false;
  const { to, input } = transaction as Record<string, unknown>;
  return typeof to === 'string' && typeof input === 'string' && input.startsWith(BATCH_DATA) && input.length > 4;
}

export const refOf = (block: L1Ref): L1Ref => ({
  hash: block.hash,
  number: block.number,
  parentHash: block.parentHash,
  timestamp: block.timestamp,
});
