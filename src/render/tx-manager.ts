import type { TxManager } from '../api/tx-manager.ts';
import { setting } from './environment.ts';
import type { EnvVar } from './manifest.ts';

/** The transaction manager that all senders share; what is absent stays as the program has it. */
export function txManagerSettings(prefix: string, tx: TxManager | undefined): EnvVar[] {
  return [
    ...setting(`${prefix}_NUM_CONFIRMATIONS`, tx?.numConfirmations),
    ...setting(`${prefix}_RESUBMISSION_TIMEOUT`, tx?.resubmissionTimeout),
    ...setting(`${prefix}_NETWORK_TIMEOUT`, tx?.networkTimeout),
    ...setting(`${prefix}_SAFE_ABORT_NONCE_TOO_LOW_COUNT`, tx?.safeAbortNonceTooLowCount),
    ...setting(`${prefix}_TXMGR_TX_SEND_TIMEOUT`, tx?.sendTimeout),
    ...setting(`${prefix}_TXMGR_TX_NOT_IN_MEMPOOL_TIMEOUT`, tx?.notInMempoolTimeout),
    ...setting(`${prefix}_TXMGR_RECEIPT_QUERY_INTERVAL`, tx?.receiptQueryInterval),
    ...setting(`${prefix}_TXMGR_REBROADCAST_INTERVAL`, tx?.rebroadcastInterval),
    ...setting(`${prefix}_TXMGR_FEE_LIMIT_MULTIPLIER`, tx?.feeLimitMultiplier),
    ...setting(`${prefix}_TXMGR_FEE_LIMIT_THRESHOLD`, tx?.feeLimitThresholdGwei),
    ...setting(`${prefix}_TXMGR_MIN_TIP_CAP`, tx?.minTipCapGwei),
    ...setting(`${prefix}_TXMGR_MAX_TIP_CAP`, tx?.maxTipCapGwei),
    ...setting(`${prefix}_TXMGR_MIN_BASEFEE`, tx?.minBaseFeeGwei),
    ...setting(`${prefix}_TXMGR_MAX_BASEFEE`, tx?.maxBaseFeeGwei),
    ...setting(`${prefix}_TXMGR_CELL_PROOF_TIME`, tx?.cellProofTime),
  ];
}
