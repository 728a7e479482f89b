import { blocks, count } from '../../chain/facts/words.ts';
import type { BatcherSample, Sample } from '../../chain/samples.ts';
import { type Gate, pass, type Verdict, wait } from './gate.ts';
import { unreadable } from './observations.ts';

/**
 * Nobody else sends with the batcher's key: its nonce has stood still and no inbox transaction came from it for some L1
 * blocks, and none is waiting. It never fails: it waits until the other one is off, or until a person confirms that.
 */
export const noForeignBatcher: Gate = (samples, { limits }) => {
  const sample = samples.at(-1);
  if (!sample?.l1?.ok) return wait(unreadable('L1', sample?.l1));
  if (!sample.batcher?.ok) return wait(unreadable("L1, asked for the batcher's account,", sample.batcher));
  const batcher = sample.batcher.value;
  const { address, nonceLatest, noncePending } = batcher;
  if (noncePending > nonceLatest) {
    return wait(
      `${count(noncePending - nonceLatest)} ${noncePending - nonceLatest === 1 ? 'transaction' : 'transactions'} of ${address} not mined yet: another batcher may use its key`,
    );
  }
  const readings = samples.filter((seen) => seen.batcher?.ok && seen.batcher.value.address === address);
  if (nonceLatest === 0 && readings.length > 1) return pass(`nobody else batches: ${address} has never sent anything`);
  const head = sample.l1.value.head.number;
  const wanted = limits.foreignBatcherQuietBlocks;
  const quiet = head - Math.max(nonceUnchangedSince(samples, batcher, head), lastTransaction(samples, address));
  if (quiet >= wanted) {
    return pass(`nobody else batches: ${address} has sent nothing for ${blocks(quiet, 'L1')}, nonce ${nonceLatest}`);
  }
  return (
    stillMoving(samples, batcher) ??
    wait(
      `nonce ${nonceLatest} of ${address} stands still for ${blocks(quiet, 'L1')}, expecting ${wanted}; if you are sure that no other batcher runs, send confirmFenced`,
    )
  );
};

/** L1 block from which on the nonce is known to be what it is now. */
function nonceUnchangedSince(samples: readonly Sample[], latest: BatcherSample, head: number): number {
  let since = head;
  for (const { l1, batcher } of samples) {
    if (!batcher?.ok || batcher.value.address !== latest.address) continue;
    const { nonceLatest, nonceBefore } = batcher.value;
    if (nonceBefore?.nonce === latest.nonceLatest) since = Math.min(since, nonceBefore.blockNumber);
    if (l1?.ok && nonceLatest === latest.nonceLatest) since = Math.min(since, l1.value.head.number);
  }
  return since;
}

function lastTransaction(samples: readonly Sample[], address: string): number {
  return samples
    .flatMap(({ inbox }) => (inbox?.ok ? inbox.value.transactions : []))
    .filter(({ from }) => from === address)
    .reduce((highest, { blockNumber }) => Math.max(highest, blockNumber), 0);
}

function stillMoving(samples: readonly Sample[], { address, nonceLatest }: BatcherSample): Verdict | undefined {
  const moved = samples.find(({ batcher }) => batcher?.ok && batcher.value.nonceLatest < nonceLatest)?.batcher;
  if (!moved?.ok) return undefined;
  return wait(
    `${address} is sending (nonce ${moved.value.nonceLatest} → ${nonceLatest}) although none of our batchers runs: ` +
      'another batcher uses its key. Switch it off; if you are sure that it is off, send confirmFenced',
  );
}
