import type { L2Block } from '../../ledger/block.ts';
import { type Driver, named } from './driver.ts';

/** The execution client did not do what it was asked to; the message is what op-node says then. */
export class EngineFailure extends Error {}

/** The execution client refuses a block for ever. */
export class InvalidPayload extends EngineFailure {
  readonly block: L2Block;
  constructor(block: L2Block) {
    const [own, parent] = [named(block), `${block.parentHash}:${block.number - 1}`];
    super(
      `temp: cannot process unsafe payload: new - ${own}; parent: ${parent}; err: execution payload ${own} was INVALID! Latest valid hash is <nil>, ignoring bad block: holocene extraData should be 9 bytes, got 17`,
    );
    this.block = block;
  }
}

/** A node that could sequence says it twice. */
export function sayEngineFailure({ config, log }: Driver, { message: err }: EngineFailure): void {
  log.warn('Engine temporary error', { err });
  if (config.settings.bool('sequencer.enabled')) log.error('Engine failed temporarily, backing off sequencer', { err });
}
