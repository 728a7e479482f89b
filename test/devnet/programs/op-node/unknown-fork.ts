/** A fork that op-node, or its execution client, has no time for: what each does then was recorded (op-stack-observed-2.md 6). */
import type { L2Block } from '../../ledger/block.ts';
import { isLater } from '../../ledger/forks.ts';
import { ProgramExit } from '../process.ts';
import { type Driver, named } from './driver.ts';
import { InvalidAttributes } from './engine.ts';
import { InvalidPayload } from './engine-failure.ts';

/** The block that activates the fork still looks like one of before: it has no transactions of users. */
export function isOfUnknownFork({ config, ledger }: Driver, block: L2Block): boolean {
  const isFirst = ledger.block(block.parentHash)?.fork !== block.fork;
  return !isFirst && isLater(block.fork, config.rollup.forkAt(block.timestamp));
}

/** Whether op-node would make another block of the same batch. */
export function isOfOtherFork({ config }: Driver, { fork, timestamp }: L2Block): boolean {
  return fork !== config.rollup.forkAt(timestamp);
}

/**
 * Inserts a block as this node derives it: where one of its programs has other forks it is another block than that of
 * everybody else. undefined: the client has to sync first.
 * @throws ProgramExit with code 0 where the execution client has a fork that op-node does not have
 */
export async function insertDerived(driver: Driver, block: L2Block, safe: L2Block): Promise<L2Block | undefined> {
  if (isOfOtherFork(driver, block)) return buildOwn(driver, block, safe);
  try {
    return (await driver.engine.insert(block)) ? block : undefined;
  } catch (error) {
    if (error instanceof InvalidPayload) return buildOwn(driver, block, safe);
    throw error;
  }
}

async function buildOwn(driver: Driver, block: L2Block, safe: L2Block): Promise<L2Block | undefined> {
  const { config, engine, heads, log } = driver;
  if (heads === undefined) return undefined;
  const { timestamp, l1Origin, sequenceNumber, batcher } = block;
  const fork = config.rollup.forkAt(timestamp);
  const attributes = { timestamp, l1Origin, sequenceNumber, batcher, forced: false, noTxPool: true, fork };
  if (heads.unsafe.number >= block.number) {
    log.error('mismatched hashes', { missingUnsafeHashes: '[]' });
    log.warn('L2 reorg: existing unsafe block does not match derived attributes from L1', {
      err: 'transaction count does not match. expected: 1. got: 6',
      unsafe: named(block),
      pending_safe: named(safe),
    });
  }
  try {
    const own = await engine.build({ ...heads, unsafe: safe, safe }, attributes);
    return own !== undefined && (await engine.insert(own)) ? own : undefined;
  } catch (error) {
    if (!(error instanceof InvalidAttributes)) throw error;
    const err = `payload attributes are not valid, cannot build block: ${error.message}`;
    log.warn('could not process payload attributes', { err });
    log.error('deposit only block was invalid', { parent: named(safe), err });
    log.error('Critical error', { err: `failed to process block with only deposit transactions: ${err}` });
    log.info('State loop returned');
    throw new ProgramExit(0);
  }
}
