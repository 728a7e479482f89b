import type { BlockId, L2Block } from '../../ledger/block.ts';
import { type Driver, named } from './driver.ts';
import { reinsert } from './reinsert.ts';

/** Builds the next block on the unsafe head and makes it the head; undefined when the client has to sync first. */
export async function buildBlock(driver: Driver): Promise<L2Block | undefined> {
  const { heads, engine, config, log } = driver;
  if (heads === undefined) return undefined;
  const parent = heads.unsafe;
  const origin = await nextOrigin(driver, parent);
  const attributes = {
    timestamp: parent.timestamp + config.rollup.blockTime,
    l1Origin: origin.id,
    sequenceNumber: origin.id.number === parent.l1Origin.number ? parent.sequenceNumber + 1 : 0,
    batcher: origin.batcher,
    forced: false,
    noTxPool: false,
    fork: config.rollup.forkAt(parent.timestamp + config.rollup.blockTime),
  };
  log.info('Started sequencing new block', { parent: named(parent), l1Origin: named(origin.id) });
  const block = await engine.build(heads, attributes);
  if (block === undefined) {
    await reinsert(driver, parent);
    return undefined;
  }
  if (!(await engine.insert(block)) || !(await driver.moveTo({ ...heads, unsafe: block }))) return undefined;
  const { transactions, timestamp } = block;
  const sealed = { block: named(block), parent: named(parent), txs: transactions.length + 1, time: timestamp };
  log.info('Scheduled sequencer action', { delta: '0s' });
  log.info('Sequencer sealed block', sealed);
  return block;
}

/**
 * The L1 origin of the next block: the following L1 block as soon as it is old and deep enough, else the same one.
 * When L1 does not answer, the origin stays: block production goes on.
 */
async function nextOrigin(
  driver: Driver,
  parent: L2Block,
): Promise<{ readonly id: BlockId; readonly batcher: string }> {
  const same = { id: parent.l1Origin, batcher: parent.batcher };
  const confirmed = (driver.headL1?.number ?? 0) - driver.config.settings.number('sequencer.l1-confs');
  const number = parent.l1Origin.number + 1;
  if (number > confirmed) return same;
  try {
    const next = await within(L1_PATIENCE_MS, driver.l1.block(number));
    if (next === undefined || next.parentHash !== parent.l1Origin.hash) return same;
    if (next.timestamp > parent.timestamp + driver.config.rollup.blockTime) return same;
    const { systemConfig } = driver.config.rollup;
    const batcher = await within(L1_PATIENCE_MS, driver.l1.batcherAfter(parent.batcher, next, systemConfig));
    if (batcher === undefined) return same;
    return { id: { hash: next.hash, number: next.number }, batcher };
  } catch {
    return same;
  }
}

/** How long a block waits for L1 before it takes the old origin. */
const L1_PATIENCE_MS = 300;

function within<T>(milliseconds: number, answer: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, milliseconds, undefined);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
