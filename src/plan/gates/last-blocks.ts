import { count, seconds, shortHash } from '../../chain/facts/words.ts';
import type { NodeSample, Sample, SyncStatus } from '../../chain/samples.ts';
import { type GateContext, type Verdict, wait, waitForBlocks } from './gate.ts';
import { podHistory, type Seen } from './observations.ts';

/** A sequencer that was active itself this long ago goes on: nobody takes a chain over in so short a time. */
const SHORT_ABSENCE_SECONDS = 600;

/**
 * Why it is not certain that the candidate has the last blocks of whoever made them before: those since the last batch
 * are on no L1, and a start below them takes them away for good. A head that stands still says little by itself. A node that missed one block by gossip stands still beside a sequencer that goes on (recorded:
 * op-stack-observed-2.md 1), and one that hears nobody stands still between two batches.
 * @param since from when on the head stands still
 */
export function lastBlocksUnknown(
  { pod, heard, peers, sync }: NodeSample,
  since: Seen<SyncStatus>,
  samples: readonly Sample[],
  { limits, now, takesOver }: GateContext,
): Verdict | undefined {
  if (!sync.ok) return undefined;
  const head = sync.value.unsafeL2;
  const ahead = samples.at(-1)?.nodes.find((node) => node.sync.ok && node.sync.value.unsafeL2.number > head.number);
  if (ahead?.sync.ok) {
    return waitForBlocks(
      `${ahead.pod} has block ${count(ahead.sync.value.unsafeL2.number)}, and ${pod} stands at ${count(head.number)}: ${GIVEN_UP}`,
      head.number,
    );
  }
  if (heard?.ok && heard.value > head.number) {
    return waitForBlocks(
      `${pod} has heard of block ${count(heard.value)} and lacks some after ${count(head.number)}; they come from its peers or with the next batch: ${GIVEN_UP}`,
      head.number,
    );
  }
  const silence = now / 1000 - head.timestamp;
  if (!takesOver && silence < SHORT_ABSENCE_SECONDS) return undefined;
  const hadPeers = podHistory(samples, pod)
    .filter(({ at }) => at >= since.at)
    .every(({ value }) => value.peers?.ok === true && value.peers.value > 0);
  if (hadPeers && heard?.ok && heard.value === head.number) return undefined;
  if (silence >= limits.batchSilenceSeconds) return undefined;
  const why = !peers?.ok || !heard?.ok ? 'its peers are unknown' : hadPeers ? 'no peer has sent it' : 'it has no peers';
  return wait(
    `${pod} stands at ${count(head.number)} (${shortHash(head.hash)}), and whether that is the last block cannot be seen: ${why}. ` +
      `Unless the other sequencer is off and had this as its last block, expecting ${seconds(limits.batchSilenceSeconds)} without a batch, ${seconds(silence)} so far`,
  );
}

const GIVEN_UP = 'a start now would give these blocks up';
