import type { TxManager } from '../txmgr/tx-manager.ts';
import type { Output } from './output-source.ts';

/**
 * Prometheus text with the series of op-proposer that are worth watching; names as recorded.
 * @param balance of the key, in ether
 */
export function proposerMetrics(
  version: string,
  balance: number,
  transactions: TxManager,
  lastProposed: Output | undefined,
): string {
  const proposed = lastProposed?.block;
  const lines = [
    `op_proposer_default_info{version="${version}"} 1`,
    'op_proposer_default_up 1',
    `op_proposer_default_balance ${balance}`,
    `op_proposer_default_proposed_sequence_number ${proposed?.number ?? 0}`,
    `op_proposer_default_txmgr_current_nonce ${transactions.nonce()}`,
    `op_proposer_default_txmgr_pending_txs ${transactions.pending()}`,
  ];
  if (proposed !== undefined) {
    lines.push(
      `op_proposer_default_refs_number{layer="l1_origin",type="proposed"} ${proposed.l1Origin}`,
      `op_proposer_default_refs_number{layer="l2",type="proposed"} ${proposed.number}`,
      `op_proposer_default_refs_time{layer="l2",type="proposed"} ${proposed.timestamp}`,
    );
  }
  const errors = transactions.publishErrors();
  if (errors > 0) lines.push(`op_proposer_default_txmgr_tx_publish_error_count{error="publish"} ${errors}`);
  return `${lines.join('\n')}\n`;
}
