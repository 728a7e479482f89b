import { type L2Block, seal } from '../../ledger/block.ts';
import type { L1Block } from '../l1/l1-block.ts';
import { type Driver, named } from './driver.ts';

/**
 * When no batch for an epoch arrived within the sequencing window, derivation makes empty blocks by itself: safe and
 * finalized rise without any batcher, and the unsafe chain is thrown back to them again and again (recorded).
 */
export async function forceExpiredEpochs(driver: Driver, l1: L1Block): Promise<void> {
  const { rollup } = driver.config;
  for (let heads = driver.heads; heads !== undefined; heads = driver.heads) {
    if (l1.number < heads.safe.l1Origin.number + rollup.sequencingWindow) return;
    const block = await emptyBlock(driver, heads.safe);
    if (block === undefined) return;
    driver.ledger.add(block);
    if (!(await driver.engine.insert(block))) return;
    if (heads.unsafe.number >= block.number) driver.recordReorg(heads.unsafe, block, 'window-expired');
    driver.log.warn('Sequencing window expired, deriving an empty block', { block: named(block), l1: named(l1) });
    driver.derivedAt = driver.ledger.now();
    await driver.moveTo({ ...heads, safe: block, unsafe: block });
  }
}

/** The next block on the safe head: its epoch moves on as soon as the next L1 block is old enough. */
async function emptyBlock(driver: Driver, safe: L2Block): Promise<L2Block | undefined> {
  const timestamp = safe.timestamp + driver.config.rollup.blockTime;
  const next = await driver.l1.block(safe.l1Origin.number + 1);
  if (next === undefined) return undefined;
  const moveOn = timestamp >= next.timestamp;
  const fork = driver.config.rollup.forkAt(timestamp);
  return seal({
    parentHash: safe.hash,
    number: safe.number + 1,
    timestamp,
    l1Origin: moveOn ? { hash: next.hash, number: next.number } : safe.l1Origin,
    sequenceNumber: moveOn ? 0 : safe.sequenceNumber + 1,
    batcher: moveOn
      ? await driver.l1.batcherAfter(safe.batcher, next, driver.config.rollup.systemConfig)
      : safe.batcher,
    transactions: [],
    forced: true,
    ...(fork === undefined ? {} : { fork }),
  });
}
