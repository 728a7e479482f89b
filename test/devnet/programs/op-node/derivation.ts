import type { L2Block } from '../../ledger/block.ts';
import type { L1Block, L1Ref } from '../l1/l1-block.ts';
import { applyBatches } from './apply-batches.ts';
import { type Driver, idOf, named } from './driver.ts';
import type { SafeDb } from './safe-db.ts';
import { forceExpiredEpochs } from './sequencing-window.ts';

/** Where derivation stands on L1, and the batcher address after that block. */
interface Cursor {
  readonly l1: { readonly number: number; readonly hash: string };
  readonly batcher: string;
}

/** Reads L1 block by block and makes what it says the safe chain. */
export interface Derivation {
  /** Processes the next L1 block; false when there is none yet. Rejects when L1 or the execution client is away. */
  next(): Promise<boolean>;
  /** Starts again from the finalized head, as after every start and L1 reorg. */
  reset(reason: string): void;
  /** Compares what was derived with the L1 head; resets when L1 was reorganised. */
  checkHead(head: L1Ref): Promise<void>;
  /** Finalizes the newest L2 block that was derived from finalized L1 data. */
  finalize(finalizedL1: L1Ref): Promise<void>;
}

/** The safe head after each L1 block that changed it. */
interface SafeAt {
  readonly l1: L1Ref;
  readonly safe: L2Block;
}

export function createDerivation(driver: Driver, safeDb: SafeDb): Derivation {
  const { l1: source, config, ledger, log } = driver;
  let cursor: Cursor | undefined;
  let history: SafeAt[] = [];
  const derivedHashes = new Map<number, string>();

  const reset = (reason: string) => {
    const heads = driver.heads;
    if (heads === undefined) return;
    driver.counters.pipelineResets += 1;
    log.warn('Deriver system is resetting', { err: `reset: ${reason}` });
    driver.record({ type: 'pipeline-reset', reason });
    driver.heads = { ...heads, safe: heads.finalized };
    driver.currentL1 = undefined;
    driver.resettingUntil = ledger.now() + ledger.delays.pipelineReset;
    cursor = { l1: heads.finalized.l1Origin, batcher: heads.finalized.batcher };
    history = history.filter((entry) => entry.safe.number <= heads.finalized.number);
    derivedHashes.clear();
    safeDb.reset(heads.finalized);
  };

  const process = async (block: L1Block, batcher: string) => {
    const before = driver.heads;
    if (before === undefined) return;
    await applyBatches(driver, block, batcher);
    await forceExpiredEpochs(driver, block);
    const safe = driver.heads?.safe;
    if (safe !== undefined && safe.hash !== before.safe.hash) {
      history.push({ l1: block, safe });
      safeDb.record(block, safe);
      driver.record({ type: 'safe-advanced', block: idOf(safe), l1: idOf(block), forced: safe.forced });
    }
    cursor = { l1: { number: block.number, hash: block.hash }, batcher };
    derivedHashes.set(block.number, block.hash);
    derivedHashes.delete(block.number - 512);
    driver.currentL1 = block;
  };

  const reorged = (at: number, was: string) => {
    source.forget(0);
    driver.counters.l1Reorgs += 1;
    log.warn('L1 head signal indicates a possible L1 re-org', { block: at, was });
    reset('detected L1 reorg');
  };

  return {
    reset,
    async next() {
      if (cursor === undefined || driver.heads === undefined) return false;
      const number = cursor.l1.number + 1;
      const confirmations = config.settings.number('verifier.l1-confs');
      if (confirmations > 0 && number > (driver.headL1?.number ?? 0) - confirmations) return false;
      const block = await source.block(number);
      if (block === undefined) return false;
      if (block.parentHash !== cursor.l1.hash) {
        reorged(cursor.l1.number, cursor.l1.hash);
        return false;
      }
      const batcher = await source.batcherAfter(cursor.batcher, block, config.rollup.systemConfig);
      await driver.exclusively(() => process(block, batcher));
      return true;
    },
    async checkHead(head) {
      const derived = derivedHashes.get(head.number);
      if (derived !== undefined && derived !== head.hash) reorged(head.number, derived);
    },
    async finalize(finalizedL1) {
      const newest = history.filter((entry) => entry.l1.number <= finalizedL1.number).at(-1);
      const heads = driver.heads;
      if (newest === undefined || heads === undefined || newest.safe.number <= heads.finalized.number) return;
      await driver.exclusively(async () => {
        if (driver.heads === undefined) return;
        await driver.moveTo({ ...driver.heads, finalized: newest.safe });
        driver.record({ type: 'finalized-advanced', block: idOf(newest.safe) });
        log.info('Finalized L2 block', { id: named(newest.safe) });
      });
      history = history.filter((entry) => entry.safe.number >= newest.safe.number);
    },
  };
}
