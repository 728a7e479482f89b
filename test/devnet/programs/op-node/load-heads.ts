import type { L2Block } from '../../ledger/block.ts';
import { type Driver, named } from './driver.ts';
import { sayEngineReset } from './reset-log.ts';

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
  const found = {
    unsafe: named(unsafe),
    safe: named(finalized),
    finalized: named(finalized),
    unsafe_origin: named(unsafe.l1Origin),
    safe_origin: named(finalized.l1Origin),
  };
  log.info('Loaded current L2 heads', found);
  const origin = named(unsafe.l1Origin);
  log.info('Walking back L1Block by number', { curr: origin, next: origin, l2block: named(unsafe) });
  log.info('Hit finalized L2 head, returning immediately', found);
  log.info('Current hardfork version detected', { forkName: forkAt(driver, unsafe.timestamp) });
  await driver.engine.setHeads(driver.heads);
  sayEngineReset(driver, driver.heads);
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

const FORKS = ['canyon', 'delta', 'ecotone', 'fjord', 'granite', 'holocene', 'isthmus', 'jovian', 'karst'];

function forkAt({ config }: Driver, timestamp: number): string {
  const active = FORKS.filter((fork) => {
    const time = config.rollup.raw[`${fork}_time`];
    return typeof time === 'number' && time <= timestamp;
  });
  return active.at(-1) ?? 'regolith';
}
