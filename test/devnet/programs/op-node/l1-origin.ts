import type { L2Block } from '../../ledger/block.ts';
import type { Driver } from './driver.ts';

/** False when the L1 block that an L2 block builds on is not in the L1 chain any more. */
export async function hasCanonicalOrigin(driver: Driver, block: L2Block): Promise<boolean> {
  if (block.number === 0) return true;
  const origin = await driver.l1.block(block.l1Origin.number);
  return origin?.hash === block.l1Origin.hash;
}

/**
 * After an L1 reorg a sequencer goes back to its newest block whose L1 origin still exists and builds on from there.
 * Followers stay on the orphaned blocks until a batch has been derived (recorded).
 */
export async function dropOrphans(driver: Driver): Promise<void> {
  const { heads, ledger } = driver;
  if (heads === undefined) return;
  let block: L2Block | undefined = heads.unsafe;
  while (block !== undefined && block.number > heads.safe.number && !(await hasCanonicalOrigin(driver, block))) {
    block = ledger.block(block.parentHash);
  }
  if (block === undefined || block.hash === heads.unsafe.hash) return;
  driver.recordReorg(heads.unsafe, block, 'l1-reorg');
  await driver.moveTo({ ...heads, unsafe: block });
}
