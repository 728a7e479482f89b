/** Reorganises the test's L1, with or without the transactions that were in the orphaned blocks. */
import { jsonRpc } from '../../servers/json-rpc.ts';

export interface OrphanedTransaction {
  readonly hash: string;
  readonly from: string;
  readonly to: string;
}

/** The transactions of the newest blocks, newest block last. */
async function newestTransactions(url: string, depth: number): Promise<readonly OrphanedTransaction[]> {
  const head = Number(await jsonRpc<string>(url, 'eth_blockNumber'));
  const numbers = Array.from({ length: depth }, (_, index) => head - depth + 1 + index);
  const blocks = await Promise.all(
    numbers.map((number) =>
      jsonRpc<{ transactions: OrphanedTransaction[] }>(url, 'eth_getBlockByNumber', [`0x${number.toString(16)}`, true]),
    ),
  );
  return blocks.flatMap(({ transactions }) => transactions);
}

/**
 * Replaces the newest blocks by empty ones; those transactions that `comesBack` names are in the mempool again, as real
 * L1 nodes do it.
 */
export async function reorgL1(
  url: string,
  depth: number,
  comesBack: (transaction: OrphanedTransaction) => boolean,
): Promise<readonly OrphanedTransaction[]> {
  const orphaned = await newestTransactions(url, depth);
  const raw = await Promise.all(
    orphaned.filter(comesBack).map(({ hash }) => jsonRpc<string>(url, 'eth_getRawTransactionByHash', [hash])),
  );
  await jsonRpc(url, 'anvil_reorg', [depth, []]);
  for (const one of raw) await jsonRpc(url, 'eth_sendRawTransaction', [one]);
  return orphaned;
}
