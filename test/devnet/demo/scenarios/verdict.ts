/** What the referee has seen of blocks and sequencers: the figures that an upgrade is judged by. */
import type { LedgerEvent } from '../../ledger/events.ts';
import { handOverGaps, replacedBlocks } from '../../referee/block-production.ts';
import type { Stage } from '../stage.ts';

export interface Verdict {
  /** Longest time from the last block of one sequencer to the first of the next, in block times: 1 is no gap at all, 0 no hand-over. */
  readonly handOverGapBlocks: number;
  /** Blocks that others have taken the place of. */
  readonly reorgedBlocks: number;
  /** How often a sequencer was started while another one was active. */
  readonly doubleActive: number;
}

/** @param from number of events that were there before */
export function verdictSince({ chain }: Stage, from: number): Verdict {
  const events: readonly LedgerEvent[] = chain.referee.events().slice(from);
  const violations = chain.referee.violations();
  return {
    handOverGapBlocks: Math.max(0, ...handOverGaps(events)) / Number(chain.files.rollup['block_time']),
    reorgedBlocks: replacedBlocks(chain.referee.events()).length,
    doubleActive: violations.filter((text) => text.startsWith('two sequencers at once')).length,
  };
}

export function requireFairPlay({ chain }: Stage): void {
  const violations = chain.referee.violations();
  if (violations.length > 0) throw new Error(`the referee saw: ${violations.join('; ')}`);
}
