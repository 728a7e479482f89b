import type { L2Block } from '../../ledger/block.ts';
import { type Driver, named } from './driver.ts';

/** How many of its own newest blocks op-node gives back to a client that came back without them. */
const KEPT_BLOCKS = 64;

/**
 * Called when the execution client lacks our unsafe head, e.g. after a SIGKILL. A sequencer inserts its own blocks
 * again (hash unchanged); whoever cannot takes the client's head for its own.
 */
export async function reinsert(driver: Driver, head: L2Block): Promise<void> {
  const { engine, ledger, heads, log } = driver;
  if (heads === undefined) return;
  const missing: L2Block[] = [];
  for (let block: L2Block | undefined = head; block !== undefined && missing.length < KEPT_BLOCKS; ) {
    if (await engine.insert(block)) {
      for (const next of missing.reverse()) await engine.insert(next);
      if (await driver.moveTo({ ...heads, unsafe: head }))
        log.info('Inserted the missing blocks again', { head: named(head) });
      return;
    }
    missing.push(block);
    block = ledger.block(block.parentHash);
  }
  await takeClientHead(driver);
}

/** Falls back to what the execution client has. */
export async function takeClientHead(driver: Driver): Promise<void> {
  const { engine, heads } = driver;
  const latest = await engine.block('latest');
  if (heads === undefined || latest === undefined || latest.hash === heads.unsafe.hash) return;
  driver.recordReorg(heads.unsafe, latest, 'execution-client-lost-block');
  const known = (block: L2Block) => (block.number <= latest.number ? block : latest);
  await driver.moveTo({ unsafe: latest, safe: known(heads.safe), finalized: known(heads.finalized) });
}
