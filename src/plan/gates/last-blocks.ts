import { count, seconds, shortHash } from '../../chain/facts/words.ts';
import type { NodeSample, Sample, SyncStatus } from '../../chain/samples.ts';
import { type GateContext, type Wait, wait, waitFirmly, waitForBlocks } from './gate.ts';
import { podHistory, type Seen } from './observations.ts';

/** A head that is younger, and that none of ours has made, is never started on. */
export const LIVE_HEAD_SECONDS = 10;
/** A sequencer that was active itself this long ago goes on: nobody takes a chain over in so short a time. */
const SHORT_ABSENCE_SECONDS = 600;

/**
 * Why it is not certain that the candidate has the last blocks of whoever made them before: those since the last batch
 * are on no L1, and a start below them takes them away for good. A head that stands still says little by itself. A node
 * that missed one block by gossip stands still beside a sequencer that goes on (recorded: op-stack-observed-2.md 1), and
 * one that hears nobody stands still between two batches. That blocks are given up says nothing of who has made them, so
 * that is asked as well.
 * @param since from when on the head stands still
 */
export function lastBlocksUnknown(
  candidate: NodeSample,
  since: Seen<SyncStatus>,
  samples: readonly Sample[],
  context: GateContext,
): Wait | undefined {
  if (!candidate.sync.ok) return undefined;
  const head = candidate.sync.value.unsafeL2;
  const gap = newestKnown(candidate, head, samples, context);
  const unseen = lastBlockUnseen(candidate, { head, gap, since }, samples, context);
  if (!gap) return unseen;
  if (gap.moves) return waitFirmly(`${gap.words}: somebody sequences this chain now. Switch that one off`);
  const missing = waitForBlocks(`${gap.words}: a start now would give these blocks up`, head.number);
  return unseen ? { ...missing, next: unseen } : missing;
}

interface Gap {
  readonly words: string;
  /** Of the newest block, seconds since the epoch. */
  readonly timestamp: number;
  /** Whether it was made just now. */
  readonly moves: boolean;
}

/** A block above the candidate's head that a node of the network has, or that the candidate has heard of. */
function newestKnown(
  { pod, heard }: NodeSample,
  head: SyncStatus['unsafeL2'],
  samples: readonly Sample[],
  { limits, now }: GateContext,
): Gap | undefined {
  const heads = (samples.at(-1)?.nodes ?? []).flatMap(({ pod: owner, sync }) =>
    sync.ok ? [{ owner, block: sync.value.unsafeL2 }] : [],
  );
  const [ahead] = heads.toSorted((a, b) => b.block.number - a.block.number);
  if (ahead && ahead.block.number > head.number) {
    const { number, timestamp } = ahead.block;
    const words = `${ahead.owner} has block ${count(number)}, and ${pod} stands at ${count(head.number)}`;
    return { words, timestamp, moves: now / 1000 - timestamp < LIVE_HEAD_SECONDS };
  }
  if (!heard?.ok || heard.value <= head.number) return undefined;
  const quietMs = Math.max(LIVE_HEAD_SECONDS, limits.foreignSequencerQuietBlocks * limits.blockTimeSeconds) * 1000;
  const before = podHistory(samples, pod).filter(({ at }) => at >= now - quietMs);
  return {
    words: `${pod} has heard of block ${count(heard.value)} and lacks some after ${count(head.number)}, which come from its peers or with the next batch`,
    timestamp: head.timestamp + (heard.value - head.number) * limits.blockTimeSeconds,
    moves: before.some(({ value }) => value.heard?.ok === true && value.heard.value < heard.value),
  };
}

interface LastBlock {
  readonly head: SyncStatus['unsafeL2'];
  readonly gap: Gap | undefined;
  readonly since: Seen<SyncStatus>;
}

/** Whether whoever made these blocks may have made more, of which nothing is known. */
function lastBlockUnseen(
  { pod, heard, peers }: NodeSample,
  { head, gap, since }: LastBlock,
  samples: readonly Sample[],
  { limits, now, takesOver }: GateContext,
): Wait | undefined {
  const silence = now / 1000 - (gap ?? head).timestamp;
  if (!takesOver && silence < SHORT_ABSENCE_SECONDS) return undefined;
  const hadPeers = podHistory(samples, pod)
    .filter(({ at }) => at >= since.at)
    .every(({ value }) => value.peers?.ok === true && value.peers.value > 0);
  if (!gap && hadPeers && heard?.ok && heard.value === head.number) return undefined;
  if (silence >= limits.batchSilenceSeconds) return undefined;
  const why = gap
    ? 'it lacks some'
    : !peers?.ok || !heard?.ok
      ? 'its peers are unknown'
      : hadPeers
        ? 'no peer has sent it'
        : 'it has no peers';
  return wait(
    `${pod} stands at ${count(head.number)} (${shortHash(head.hash)}), and whether that is the last block cannot be seen: ${why}. ` +
      `Unless the other sequencer is off and had this as its last block, expecting ${seconds(limits.batchSilenceSeconds)} without a batch, ${seconds(silence)} so far`,
  );
}
