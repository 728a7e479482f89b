import type { TxManager } from '../txmgr/tx-manager.ts';
import type { Submitter } from './submitter.ts';

/**
 * Prometheus text with the series of op-batcher that are worth watching; names as recorded.
 * @param balance of the key, in ether
 */
export function batcherMetrics(
  version: string,
  balance: number,
  transactions: TxManager,
  submitter: Submitter,
): string {
  const lines = [
    `op_batcher_default_info{version="${version}"} 1`,
    'op_batcher_default_up 1',
    `op_batcher_default_balance ${balance}`,
    `op_batcher_default_batcher_tx_total{stage="success"} ${submitter.submitted()}`,
    `op_batcher_default_txmgr_current_nonce ${transactions.nonce()}`,
    `op_batcher_default_txmgr_pending_txs ${transactions.pending()}`,
  ];
  const errors = transactions.publishErrors();
  if (errors > 0) lines.push(`op_batcher_default_txmgr_tx_publish_error_count{error="publish"} ${errors}`);
  return `${lines.join('\n')}\n`;
}
