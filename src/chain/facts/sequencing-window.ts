import type { SyncStatus } from '../samples.ts';

/** Derivation makes empty blocks one L1 block after the window, and heads are read at slightly different moments. */
const TOLERANCE_BLOCKS = 2;

/**
 * Whether the safe head is held up by the sequencing window: no batch came for as long as the window, so derivation
 * fills in empty blocks, and safe and finalized rise again **without any batcher** (recorded: op-stack-observed.md 2.3).
 * A rising safe head proves nothing then. The status must be one that counts (`hasDerived`).
 */
export function windowExpired(status: SyncStatus, seqWindowSize: number): boolean {
  return status.currentL1.number - status.safeL2.l1origin.number >= seqWindowSize - TOLERANCE_BLOCKS;
}
