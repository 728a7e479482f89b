import { blocks, count } from '../../chain/facts/words.ts';
import type { BatcherSample, Sample } from '../../chain/samples.ts';
import { type Gate, pass, type Verdict, wait, waitFirmly } from './gate.ts';
import { unreadable } from './observations.ts';

/** L1 blocks after a transaction of another batcher in which nobody's word that it is off counts. */
const JUST_SENT_BLOCKS = 3;

/**
 * Nobody else sends with the batcher's key: its nonce has stood still and no inbox transaction came from it for some L1
 * blocks, and none is waiting. One that is waiting says nothing about who has sent it: where the batcher was away for a
 * moment only, it is its own as long as no other one comes. It never fails: it waits until the other one is off, or until
 * a person confirms that.
 */
export const noForeignBatcher: Gate = (samples, { limits, takesOver }) => {
  const sample = samples.at(-1);
  if (!sample?.l1?.ok) return wait(unreadable('L1', sample?.l1));
  if (!sample.batcher?.ok) return wait(unreadable("L1, asked for the batcher's account,", sample.batcher));
  const batcher = sample.batcher.value;
  const { address, nonceLatest, noncePending } = batcher;
  const pending = noncePending - nonceLatest;
  const notMined = `${count(pending)} ${pending === 1 ? 'transaction' : 'transactions'} of ${address} not mined yet`;
  if (pending > 0 && takesOver) {
    return wait(`${notMined}: of a batcher that was stopped, here or elsewhere, or of one that still uses its key`);
  }
  const readings = samples.filter((seen) => seen.batcher?.ok && seen.batcher.value.address === address);
  if (nonceLatest === 0 && readings.length > 1) return pass(`nobody else batches: ${address} has never sent anything`);
  const head = sample.l1.value.head.number;
  const wanted = limits.foreignBatcherQuietBlocks;
  const quiet =
    head -
    Math.max(
      nonceUnchangedSince(samples, batcher, head),
      pending > 0 ? pendingUnchangedSince(samples, batcher, head) : 0,
      lastTransaction(samples, address),
    );
  if (quiet >= wanted && pending > 0) {
    return pass(`nobody else batches: ${notMined}, and no other one came for ${blocks(quiet, 'L1')}`);
  }
  if (quiet >= wanted) {
    return pass(`nobody else batches: ${address} has sent nothing for ${blocks(quiet, 'L1')}, nonce ${nonceLatest}`);
  }
  return (
    stillMoving(samples, batcher, quiet) ??
    wait(
      `${pending > 0 ? `${notMined}; ` : ''}nonce ${nonceLatest} of ${address} stands still for ${blocks(quiet, 'L1')}, expecting ${wanted}`,
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

/** L1 block from which on as many have been waiting as do now. */
function pendingUnchangedSince(samples: readonly Sample[], latest: BatcherSample, head: number): number {
  const isOther = ({ batcher }: Sample) =>
    batcher?.ok && batcher.value.address === latest.address && batcher.value.noncePending !== latest.noncePending;
  const same = samples.slice(samples.findLastIndex(isOther) + 1);
  return same.reduce(
    (since, { l1, batcher }) => (l1?.ok && batcher?.ok ? Math.min(since, l1.value.head.number) : since),
    head,
  );
}

function lastTransaction(samples: readonly Sample[], address: string): number {
  return samples
    .flatMap(({ inbox }) => (inbox?.ok ? inbox.value.transactions : []))
    .filter(({ from }) => from === address)
    .reduce((highest, { blockNumber }) => Math.max(highest, blockNumber), 0);
}

/** Something was sent since the first look. What waited then and is mined by now may be what ours had sent. */
function stillMoving(samples: readonly Sample[], latest: BatcherSample, quiet: number): Verdict | undefined {
  const { address, nonceLatest, noncePending } = latest;
  const moved = samples.find(
    ({ batcher }) =>
      batcher?.ok && batcher.value.nonceLatest < nonceLatest && batcher.value.noncePending < noncePending,
  )?.batcher;
  if (!moved?.ok) return undefined;
  return (quiet < JUST_SENT_BLOCKS ? waitFirmly : wait)(
    `${address} is sending (nonce ${moved.value.nonceLatest} → ${nonceLatest}) although none of our batchers runs: ` +
      'another batcher uses its key. Switch it off',
  );
}
