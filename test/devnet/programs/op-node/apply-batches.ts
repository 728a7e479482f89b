import { getAddress } from 'ethers';
import type { L2Block } from '../../ledger/block.ts';
import type { L1Block } from '../l1/l1-block.ts';
import { decodeBatch } from './batch.ts';
import { type Driver, idOf, messageOf, named } from './driver.ts';
import { EngineFailure } from './engine-failure.ts';
import { hasCanonicalOrigin } from './l1-origin.ts';
import { takeClientHead } from './reinsert.ts';
import { insertDerived, isOfOtherFork } from './unknown-fork.ts';

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
      const fields = { origin: named(block), addr: getAddress(sender), hash, err: '<nil>' };
      driver.log.warn('tx in inbox with unauthorized submitter', fields);
      driver.record({ type: 'unauthorized-batch', sender, transaction: hash, l1: idOf(block) });
      continue;
    }
    const batch = decodeBatch(transaction.input);
    if (batch?.blobs === true) await driver.blobs.expectBlobs();
    const blocks = batch === undefined ? undefined : driver.ledger.range(batch.tip, batch.first);
    if (blocks !== undefined) await deriveBlocks(driver, blocks, block);
  }
}

/** Makes the blocks safe as far as they continue the safe chain; blocks that are safe already are dropped. */
async function deriveBlocks(driver: Driver, blocks: readonly L2Block[], l1: L1Block): Promise<void> {
  const { engine, ledger } = driver;
  await expectAnswer(driver, blocks);
  if (driver.heads !== undefined && !(await engine.setHeads(driver.heads))) await takeClientHead(driver);
  const heads = driver.heads;
  if (heads === undefined) return;
  const chain = ledger.range(heads.unsafe.hash, heads.safe.number) ?? [];
  const canonical = new Set(chain.map((block) => block.hash));
  let { safe, unsafe } = heads;
  for (const block of blocks) {
    if (block.number <= safe.number) {
      sayDropped(driver, 'dropping past batch with old timestamp', 'Dropping past singular batch', l1, block);
      continue;
    }
    const problem = await problemOf(driver, block, safe);
    if (problem !== undefined) {
      sayDropped(driver, problem, 'Dropping invalid singular batch, flushing channel', l1, block);
      break;
    }
    let derived = block;
    if (!canonical.has(block.hash) || isOfOtherFork(driver, block)) {
      sayBuilding(driver, block, l1);
      const inserted = await insertDerived(driver, block, safe);
      if (inserted === undefined) break;
      derived = inserted;
      if (block.number <= unsafe.number) await leaveFork(driver, unsafe, derived);
      canonical.clear();
      unsafe = derived;
      driver.derivedAt = ledger.now();
    }
    safe = derived;
    driver.counters.derivedBatches += 1;
  }
  if (safe.hash !== heads.safe.hash) await driver.moveTo({ ...heads, safe, unsafe });
}

/** A block that the node has already is compared with the derived one. @throws EngineFailure */
async function expectAnswer({ engine, heads }: Driver, blocks: readonly L2Block[]): Promise<void> {
  const next = blocks.find(({ number }) => heads !== undefined && number > heads.safe.number);
  if (heads === undefined || next === undefined || next.number > heads.unsafe.number) return;
  try {
    await engine.block(`0x${next.number.toString(16)}`);
  } catch (error) {
    const what = 'failed to get existing unsafe payload to compare against derived attributes from L1';
    throw new EngineFailure(`${what}: ${messageOf(error)}`);
  }
}

/** Why a batch with this block cannot follow the safe head. */
async function problemOf(driver: Driver, block: L2Block, safe: L2Block): Promise<string | undefined> {
  if (block.number > safe.number + 1) return 'dropping future batch';
  if (block.parentHash !== safe.hash) return 'ignoring batch with mismatching parent hash';
  if (await hasCanonicalOrigin(driver, block)) return undefined;
  return 'batch is for different L1 chain, epoch hash does not match';
}

function sayDropped({ log }: Driver, why: string, what: string, origin: L1Block, block: L2Block): void {
  const fields = {
    origin: named(origin),
    batch_type: 'SingularBatch',
    batch_timestamp: block.timestamp,
    parent_hash: block.parentHash,
    batch_epoch: named(block.l1Origin),
    txs: block.transactions.length,
  };
  log.warn(why, fields);
  log.warn(what, fields);
}

/** A node that could sequence holds back while derivation builds blocks. */
function sayBuilding({ config, log }: Driver, block: L2Block, l1: L1Block): void {
  if (!config.settings.bool('sequencer.enabled')) return;
  log.warn('Detected new block-building from L1 derivation, avoiding sequencing for now.', {
    build_timestamp: block.timestamp,
    parent: `${block.parentHash}:${block.number - 1}`,
    derived_from: named(l1),
  });
}

async function leaveFork(driver: Driver, unsafe: L2Block, derived: L2Block): Promise<void> {
  const { ledger, log } = driver;
  const replaced = ledger.ancestor(unsafe, derived.number);
  if (replaced !== undefined && replaced.l1Origin.hash !== derived.l1Origin.hash) {
    log.error('L1 Info transaction differs', {
      number: derived.number,
      time: derived.timestamp,
      safe_l1_number: derived.l1Origin.number,
      safe_l1_hash: derived.l1Origin.hash,
      unsafe_l1_number: replaced.l1Origin.number,
      unsafe_l1_hash: replaced.l1Origin.hash,
    });
  }
  const fields = { err: 'transaction 0 does not match', unsafe: named(unsafe), derived: named(derived) };
  log.warn('L2 reorg: existing unsafe block does not match derived attributes from L1', fields);
  const orphaned = !(await hasCanonicalOrigin(driver, unsafe));
  driver.recordReorg(unsafe, derived, orphaned ? 'l1-reorg' : 'derivation-mismatch');
}
