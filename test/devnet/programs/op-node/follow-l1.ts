import { ProgramExit } from '../process.ts';
import type { Derivation } from './derivation.ts';
import { type Driver, messageOf, named } from './driver.ts';
import { EngineFailure, sayEngineFailure } from './engine-failure.ts';
import type { UnsafeQueue } from './unsafe-queue.ts';

/** Polls L1 at the configured intervals and derives whatever is new, for as long as the process lives. */
export async function followL1(
  driver: Driver,
  derivation: Derivation,
  queue: UnsafeQueue,
  frozen: () => boolean,
): Promise<void> {
  const { process, config, ledger } = driver;
  const headInterval = config.settings.duration('l1.http-poll-interval');
  const epochInterval = config.settings.duration('l1.epoch-poll-interval');
  let epochsAt = 0;
  let pause = 0;
  while (await process.sleep(pause)) {
    pause = Math.max(50, headInterval);
    if (frozen()) continue;
    const poll = async () => {
      await pollHead(driver);
      if (ledger.now() - epochsAt < epochInterval) return;
      await pollEpochs(driver);
      epochsAt = ledger.now();
    };
    const derive = async () => {
      while (!frozen() && !process.ended.aborted && (await derivation.next()));
      driver.caughtUp = true;
    };
    const finalize = async () => {
      if (driver.finalizedL1 !== undefined) await derivation.finalize(driver.finalizedL1);
    };
    const polled = await attempt(driver, 'error getting latest header', poll);
    const derived = await attempt(driver, 'Failed to get next origin', derive);
    const finalized = await attempt(driver, 'failed to finalize', finalize);
    if (!polled || !derived || !finalized) pause = Math.min(pause, 1_000);
    await queue.drain();
  }
}

/** False when it failed, which has been said then: by these words when L1 was the reason. */
async function attempt(driver: Driver, words: string, action: () => Promise<void>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    if (driver.process.ended.aborted) return false;
    if (error instanceof ProgramExit) throw error;
    if (error instanceof EngineFailure) sayEngineFailure(driver, error);
    else driver.log.error(words, { err: messageOf(error) });
    return false;
  }
}

/** A head that does not build on the last one: L1 was reorganised, or a head was missed. */
async function pollHead(driver: Driver): Promise<void> {
  const { headL1: old, log, counters } = driver;
  const head = await driver.l1.head('latest');
  if (head === undefined || head.hash === old?.hash) return;
  if (old === undefined) log.info('Received first L1 head signal', { l1_head: named(head) });
  else if (head.parentHash !== old.hash) {
    if (old.number >= head.number) counters.l1Reorgs += 1;
    log.warn('L1 head signal indicates a possible L1 re-org', {
      old_l1_head: named(old),
      new_l1_head_parent: head.parentHash,
      new_l1_head: named(head),
    });
  }
  driver.headL1 = head;
}

async function pollEpochs(driver: Driver): Promise<void> {
  driver.safeL1 = (await driver.l1.head('safe')) ?? driver.safeL1;
  driver.finalizedL1 = (await driver.l1.head('finalized')) ?? driver.finalizedL1;
}
