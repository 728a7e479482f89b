import type { TxManager } from '../txmgr/tx-manager.ts';
import type { Counters } from './challenger.ts';
import type { Scheduler } from './scheduler.ts';

export interface MetricsParts {
  readonly version: string;
  readonly transactions: TxManager;
  readonly counters: Counters;
  /** Undefined until start-up is through: metrics are served before. */
  readonly scheduler: Scheduler | undefined;
  /** Of the key, in ether. */
  readonly balance: number;
}

/** Prometheus text with the series of op-challenger that are worth watching; names as recorded. */
export function challengerMetrics(parts: MetricsParts): string {
  const { version, transactions, counters, scheduler, balance } = parts;
  const tracked = scheduler?.tracked();
  const lines = [
    ...(scheduler === undefined ? [] : [`op_challenger_info{version="${version}"} 1`]),
    `op_challenger_up ${scheduler === undefined ? 0 : 1}`,
    `op_challenger_balance ${balance}`,
    `op_challenger_bonds ${counters.bonds}`,
    `op_challenger_claim_failures ${counters.claimFailures}`,
    `op_challenger_highest_acted_l1_block ${scheduler?.actedOn() ?? 0}`,
    `op_challenger_inflight_games ${scheduler?.inFlight() ?? 0}`,
    `op_challenger_moves ${counters.moves}`,
    ...(tracked === undefined
      ? []
      : [
          `op_challenger_tracked_games{status="challenger_won"} ${tracked['Challenger Won']}`,
          `op_challenger_tracked_games{status="defender_won"} ${tracked['Defender Won']}`,
          `op_challenger_tracked_games{status="in_progress"} ${tracked['In Progress']}`,
        ]),
    `op_challenger_txmgr_current_nonce ${transactions.nonce()}`,
    `op_challenger_txmgr_pending_txs ${transactions.pending()}`,
  ];
  const errors = transactions.publishErrors();
  if (errors > 0) lines.push(`op_challenger_txmgr_tx_publish_error_count{error="publish"} ${errors}`);
  return `${lines.join('\n')}\n`;
}
