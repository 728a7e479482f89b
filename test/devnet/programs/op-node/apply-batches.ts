import type { L2Block } from '../../ledger/block.ts';
import type { L1Block } from '../l1/l1-block.ts';
import { decodeBatch } from './batch.ts';
import { type Driver, idOf, named } from './driver.ts';
import { hasCanonicalOrigin } from './l1-origin.ts';
import { takeClientHead } from './reinsert.ts';

/**
 * Applies the batches of one L1 block. A transaction counts only when it goes to the inbox and its sender is the
 * batcher of the system config **after** this block's receipts: in the block of a `setBatcherHash` the old batcher is
 * invalid from the first transaction on.
 */
export async function applyBatches(driver: Driver, block: L1Block, batcher: string): Promise<void> {
  for (const transaction of block.batches) {
    if (transaction.to !== driver.config.rollup.batchInbox) continue;
    const { from: sender, hash } = transaction;
    if (sender !== batcher) {
      const fields = { origin: named(block), addr: sender, hash, err: '<nil>' };
      driver.log.warn('tx in inbox with unauthorized submitter', fields);
      driver.record({ type: 'unauthorized-batch', sender, transaction: hash, l1: idOf(block) });
      continue;
    }
    const batch = decodeBatch(transaction.input);
    const blocks = batch === undefined ? undefined : driver.ledger.range(batch.tip, batch.first);
    if (blocks !== undefined) await deriveBlocks(driver, blocks);
  }
}

/** Makes the blocks safe as far as they continue the safe chain; blocks that are safe already are dropped. */
async function deriveBlocks(driver: Driver, blocks: readonly L2Block[]): Promise<void> {
  const { engine, ledger, log } = driver;
  if (driver.heads !== undefined && !(await engine.setHeads(driver.heads))) await takeClientHead(driver);
  const heads = driver.heads;
  if (heads === undefined) return;
  const chain = ledger.range(heads.unsafe.hash, heads.safe.number) ?? [];
  const canonical = new Set(chain.map((block) => block.hash));
  let { safe, unsafe } = heads;
  for (const block of blocks) {
    if (block.number <= safe.number) continue;
    if (block.parentHash !== safe.hash) {
      log.warn('dropping batch with mismatching parent hash', { block: named(block), safe: named(safe) });
      break;
    }
    if (!(await hasCanonicalOrigin(driver, block))) {
      log.warn('dropping batch whose L1 origin was reorganised away', {
        block: named(block),
        origin: named(block.l1Origin),
      });
      break;
    }
    if (!canonical.has(block.hash)) {
      if (!(await engine.insert(block))) break;
      if (block.number <= unsafe.number) await leaveFork(driver, unsafe, block);
      canonical.clear();
      unsafe = block;
      driver.derivedAt = ledger.now();
    }
    safe = block;
    driver.counters.derivedBatches += 1;
  }
  if (safe.hash !== heads.safe.hash) await driver.moveTo({ ...heads, safe, unsafe });
}

async function leaveFork(driver: Driver, unsafe: L2Block, derived: L2Block): Promise<void> {
  const fields = { unsafe: named(unsafe), derived: named(derived) };
  driver.log.warn('L2 reorg: existing unsafe block does not match derived attributes from L1', fields);
  const orphaned = !(await hasCanonicalOrigin(driver, unsafe));
  driver.recordReorg(unsafe, derived, orphaned ? 'l1-reorg' : 'derivation-mismatch');
}
