/** What op-node says while it resets engine and derivation, in the recorded order. */
import type { BlockId } from '../../ledger/block.ts';
import { type Driver, type Heads, named } from './driver.ts';

const isSequencer = ({ config }: Driver): boolean => config.settings.bool('sequencer.enabled');

/** First line: why. A sequencer, active or not, gives up what it was doing. */
export function announceReset(driver: Driver, err: string): void {
  driver.log.warn('Deriver system is resetting', { err });
  if (isSequencer(driver)) driver.log.error('Sequencer encountered reset signal, aborting work', { err });
}

/** The heads that the engine was reset to: the only sign of unsafe blocks that a sequencer has dropped. */
export function sayEngineReset({ log }: Driver, { unsafe, safe, finalized }: Heads): void {
  log.info('Reset of Engine is completed', {
    local_unsafe: named(unsafe),
    cross_unsafe: named(unsafe),
    local_safe: named(safe),
    cross_safe: named(safe),
    finalized: named(finalized),
  });
}

/** Derivation goes back to an L1 block; `active`: whether this node sequences. */
export function sayPipelineReset(driver: Driver, safe: BlockId, origin: BlockId, active: boolean): void {
  const { log, config } = driver;
  if (config.settings.string('safedb.path') !== '') {
    log.info('Resetting safe head db', { l2: named(safe) });
    log.info('Record local safe head', { l2: named(safe), l1: named(origin) });
  }
  log.info('Confirming pipeline reset');
  if (isSequencer(driver)) log.info('Engine reset confirmed, sequencer may continue', { next: active });
  if (active) log.info('Scheduled sequencer action', { delta: `${config.rollup.blockTime}s` });
  log.info('Rewinding derivation-pipeline L1 traversal to handle reset');
  log.info('completed reset of derivation pipeline', { origin: named(origin) });
  log.info('Reset of L1Retrieval done', { origin: named(origin) });
}
