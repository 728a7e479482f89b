import { type L2Block, ZERO_HASH } from '../../ledger/block.ts';
import { type L1Ref, refOf, ZERO_L1 } from '../l1/l1-block.ts';
import { compareVersions } from '../version.ts';
import type { Driver } from './driver.ts';

/** An L2 block as op-node's RPC shows it. */
export function l2Ref(block: L2Block): Record<string, unknown> {
  return {
    hash: block.hash,
    number: block.number,
    parentHash: block.parentHash,
    timestamp: block.timestamp,
    l1origin: { hash: block.l1Origin.hash, number: block.l1Origin.number },
    sequenceNumber: block.sequenceNumber,
  };
}

const ZERO_L2 = {
  hash: ZERO_HASH,
  number: 0,
  parentHash: ZERO_HASH,
  timestamp: 0,
  l1origin: { hash: ZERO_HASH, number: 0 },
  sequenceNumber: 0,
};

/**
 * `optimism_syncStatus`. Right after a start all references are zero; until the pipeline is back `current_l1` is zero
 * and the finalized head is shown as the safe one.
 */
export function syncStatus(driver: Driver): Record<string, unknown> {
  const { heads, ledger } = driver;
  const resetting = ledger.now() < driver.resettingUntil;
  const l1 = (ref: L1Ref | undefined) => (ref === undefined || heads === undefined ? ZERO_L1 : refOf(ref));
  const l2 = (block: L2Block | undefined) => (block === undefined ? ZERO_L2 : l2Ref(block));
  const safe = resetting ? heads?.finalized : heads?.safe;
  return {
    current_l1: resetting ? ZERO_L1 : l1(driver.currentL1),
    current_l1_finalized: l1(driver.finalizedL1),
    head_l1: l1(driver.headL1),
    safe_l1: l1(driver.safeL1),
    finalized_l1: l1(driver.finalizedL1),
    unsafe_l2: l2(heads?.unsafe),
    safe_l2: l2(safe),
    finalized_l2: l2(heads?.finalized),
    pending_safe_l2: l2(safe),
    ...(compareVersions(driver.config.version, '1.19.6') < 0 ? { cross_unsafe_l2: l2(heads?.unsafe) } : {}),
    local_safe_l2: l2(safe),
  };
}
