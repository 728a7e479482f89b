import type { RpcMethods } from '../rpc/server.ts';
import type { Settings } from '../settings/settings.ts';

const GWEI = 1_000_000_000;
const NANOSECONDS = 1_000_000;

/** Namespace `txmgr` of every service that sends transactions, where admin is enabled. */
export function txManagerMethods(settings: Settings): RpcMethods {
  return {
    txmgr_getMinBaseFee: () => settings.number('txmgr.min-basefee') * GWEI,
    txmgr_getMinPriorityFee: () => settings.number('txmgr.min-tip-cap') * GWEI,
    txmgr_getMinBlobFee: () => GWEI,
    txmgr_getFeeThreshold: () => settings.number('txmgr.fee-limit-threshold') * GWEI,
    txmgr_getRebroadcastInterval: () => settings.duration('txmgr.rebroadcast-interval') * NANOSECONDS,
    txmgr_getBumpFeeRetryTime: () => settings.duration('resubmission-timeout') * NANOSECONDS,
    txmgr_getBlobTipCapDynamic: () => settings.bool('txmgr.blob-tip-cap-dynamic'),
  };
}
