import type { BlockId, L2Block } from '../../ledger/block.ts';
import type { L1Block, L1Ref } from '../l1/l1-block.ts';
import { applyBatches } from './apply-batches.ts';
import { PipelineReset } from './blobs.ts';
import { type Driver, idOf, messageOf, named } from './driver.ts';
import { dropOrphans } from './l1-origin.ts';
import { announceReset, sayEngineReset, sayPipelineReset } from './reset-log.ts';
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
  /** Starts from the heads that were just loaded. */
  begin(): Promise<void>;
  /** Starts again from the finalized head, for `admin_resetDerivationPipeline`. */
  reset(): Promise<void>;
  /** Finalizes the newest L2 block that was derived from finalized L1 data. */
  finalize(finalizedL1: L1Ref): Promise<void>;
}

/** The safe head after each L1 block that changed it. */
interface SafeAt {
  readonly l1: L1Ref;
  readonly safe: L2Block;
}

/** @param isSequencing whether this node builds blocks now */
export function createDerivation(driver: Driver, safeDb: SafeDb, isSequencing: () => boolean): Derivation {
  const { l1: source, config, ledger, log } = driver;
  let cursor: Cursor | undefined;
  let history: SafeAt[] = [];
  /** The engine has to be reset before anything else is derived: it is tried until the execution client answers. */
  let engineIsDue = false;

  const restart = (reason: string) => {
    const heads = driver.heads;
    if (heads === undefined) return;
    driver.counters.pipelineResets += 1;
    if (config.settings.bool('sequencer.enabled')) driver.counters.sequencerResets += 1;
    driver.record({ type: 'pipeline-reset', reason });
    driver.heads = { ...heads, safe: heads.finalized };
    driver.currentL1 = undefined;
    driver.resettingUntil = ledger.now() + ledger.delays.pipelineReset;
    cursor = { l1: heads.finalized.l1Origin, batcher: heads.finalized.batcher };
    history = history.filter((entry) => entry.safe.number <= heads.finalized.number);
    safeDb.reset(heads.finalized);
  };

  const confirm = () => {
    const safe = driver.heads?.safe;
    if (safe !== undefined) sayPipelineReset(driver, safe, safe.l1Origin, isSequencing());
  };

  const resetEngine = async () => {
    if (isSequencing()) await driver.exclusively(() => dropOrphans(driver));
    if (driver.heads !== undefined) sayEngineReset(driver, driver.heads);
    engineIsDue = false;
    confirm();
  };

  const process = async (block: L1Block, batcher: string) => {
    const before = driver.heads;
    if (before === undefined) return;
    driver.blobs.expectNotLost();
    await applyBatches(driver, block, batcher);
    await forceExpiredEpochs(driver, block);
    const safe = driver.heads?.safe;
    if (safe !== undefined && safe.hash !== before.safe.hash) {
      history.push({ l1: block, safe });
      safeDb.record(block, safe);
      driver.record({ type: 'safe-advanced', block: idOf(safe), l1: idOf(block), forced: safe.forced });
    }
    cursor = { l1: { number: block.number, hash: block.hash }, batcher };
    driver.currentL1 = block;
  };

  const startOver = (reason: string, err: string) =>
    driver.exclusively(async () => {
      announceReset(driver, err);
      restart(reason);
      engineIsDue = true;
    });

  const reorged = async (from: BlockId, to: L1Block) => {
    source.forget(0);
    const parent = named({ number: to.number - 1, hash: to.parentHash });
    const reason = 'detected L1 reorg';
    await startOver(reason, `reset: ${reason} from ${named(from)} to ${named(to)} with conflicting parent ${parent}`);
  };

  const blockAt = async (number: number) => {
    try {
      return await source.block(number);
    } catch (error) {
      throw new Error(`failed to fetch header by num ${number}: ${messageOf(error)}`);
    }
  };

  return {
    begin: () =>
      driver.exclusively(async () => {
        restart('cannot continue derivation until Engine has been reset');
        confirm();
      }),
    reset: () => startOver('manual', 'reset: manual'),
    async next() {
      if (engineIsDue) await resetEngine();
      if (cursor === undefined || driver.heads === undefined) return false;
      const number = cursor.l1.number + 1;
      const confirmations = config.settings.number('verifier.l1-confs');
      if (confirmations > 0 && number > (driver.headL1?.number ?? 0) - confirmations) return false;
      const block = await blockAt(number);
      if (block === undefined) return false;
      if (block.parentHash !== cursor.l1.hash) {
        await reorged(cursor.l1, block);
        return false;
      }
      const batcher = await source.batcherAfter(cursor.batcher, block, config.rollup.systemConfig);
      try {
        await driver.exclusively(() => process(block, batcher));
        return true;
      } catch (error) {
        if (!(error instanceof PipelineReset)) throw error;
        await startOver('blobs are not available', `derivation failed: reset: ${error.message}`);
        return false;
      }
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
