import type { L2Block } from '../../ledger/block.ts';
import { type Driver, named } from './driver.ts';

/**
 * Takes the heads from the execution client, as at every start: its newest block is the unsafe head, and its finalized
 * block also the safe one until derivation has come past it again.
 */
export async function loadHeads(driver: Driver): Promise<void> {
  const { engine, ledger, log } = driver;
  const { genesis } = driver.config.rollup;
  const first = ledger.block(genesis.l2.hash);
  if (first === undefined) throw new Error('failed to find the L2 Heads to start from: genesis block is unknown');
  const start: L2Block = { ...first, l1Origin: genesis.l1, timestamp: genesis.l2Time, batcher: genesis.batcher };
  ledger.add(start);
  const unsafe = await required(engine.block('latest'), start);
  const finalized = await required(engine.block('finalized'), start);
  driver.heads = { unsafe, safe: finalized, finalized };
  log.info('Loaded current L2 heads', {
    unsafe: named(unsafe),
    safe: named(finalized),
    finalized: named(finalized),
    unsafe_origin: named(unsafe.l1Origin),
  });
  await driver.engine.setHeads(driver.heads);
  log.info('Reset of Engine is completed', { local_unsafe: named(unsafe), local_safe: named(finalized) });
}

/** A client that has not been told any finalized block yet answers with an error: then it is the genesis. */
async function required(block: Promise<L2Block | undefined>, fallback: L2Block): Promise<L2Block> {
  try {
    const found = await block;
    return found === undefined || found.number === 0 ? fallback : found;
  } catch (error) {
    if (error instanceof Error && error.message.endsWith('block not found')) return fallback;
    throw error;
  }
}
