import type { Derivation } from './derivation.ts';
import { type Driver, messageOf, named } from './driver.ts';
import { dropOrphans } from './l1-origin.ts';
import type { UnsafeQueue } from './unsafe-queue.ts';

/** Polls L1 at the configured intervals and derives whatever is new, for as long as the process lives. */
export async function followL1(
  driver: Driver,
  derivation: Derivation,
  queue: UnsafeQueue,
  { frozen, blobsLost, isSequencing }: { frozen(): boolean; blobsLost(): boolean; isSequencing(): boolean },
): Promise<void> {
  const { process, log, config, ledger } = driver;
  const headInterval = config.settings.duration('l1.http-poll-interval');
  const epochInterval = config.settings.duration('l1.epoch-poll-interval');
  let epochsAt = 0;
  let resets = 0;
  let pause = 0;
  while (await process.sleep(pause)) {
    pause = Math.max(50, headInterval);
    if (frozen()) continue;
    try {
      await pollHead(driver, derivation);
      if (ledger.now() - epochsAt >= epochInterval) {
        await pollEpochs(driver);
        epochsAt = ledger.now();
      }
      if (blobsLost()) {
        derivation.reset('failed to fetch blobs: get time to slot fn: failed request with status 404: : not found');
        continue;
      }
      while (!frozen() && !process.ended.aborted && (await derivation.next()));
      if (isSequencing() && resets !== driver.counters.l1Reorgs) {
        await driver.exclusively(() => dropOrphans(driver));
        resets = driver.counters.l1Reorgs;
      }
      driver.caughtUp = true;
      if (driver.finalizedL1 !== undefined) await derivation.finalize(driver.finalizedL1);
    } catch (error) {
      if (process.ended.aborted) return;
      log.error('Failed to get next origin', { err: messageOf(error) });
      pause = Math.min(pause, 1_000);
    }
    await queue.drain();
  }
}

async function pollHead(driver: Driver, derivation: Derivation): Promise<void> {
  const head = await driver.l1.head('latest');
  if (head === undefined) return;
  if (driver.headL1 === undefined) driver.log.info('Received first L1 head signal', { l1_head: named(head) });
  driver.headL1 = head;
  await derivation.checkHead(head);
}

async function pollEpochs(driver: Driver): Promise<void> {
  driver.safeL1 = (await driver.l1.head('safe')) ?? driver.safeL1;
  driver.finalizedL1 = (await driver.l1.head('finalized')) ?? driver.finalizedL1;
}
