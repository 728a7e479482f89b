import { windowExpired } from '../../chain/facts/sequencing-window.ts';
import { count, seconds } from '../../chain/facts/words.ts';
import type { NodeSample, Sample, SyncStatus } from '../../chain/samples.ts';
import { derivationOf } from './derivation-caught-up.ts';
import { type Gate, type GateContext, pass, type Verdict, wait, waitFirmly } from './gate.ts';
import { LIVE_HEAD_SECONDS, lastBlocksUnknown } from './last-blocks.ts';
import { derivationHistory, isActive, type Seen, subjectName, subjectPods } from './observations.ts';

/**
 * Nobody else makes blocks of this chain: no block arrives at the candidate, neither by gossip nor by batches on L1, for
 * some block times, everything that is in the inbox has been derived, and no block is known that the candidate lacks; where
 * the chain is taken over, or the candidate was away for long, it also has to have heard the last block as it was made, or
 * nothing may have come for as long as a batch takes. Asked
 * before a start when none of ours was active just before. It never fails: it waits until the other one is off, or until a
 * person confirms that it is.
 */
export const noForeignSequencer: Gate = (samples, context) => {
  const sample = samples.at(-1);
  const candidate = sample && subjectPods(sample, context).find(({ role }) => role === 'Sequencer');
  if (!sample || !candidate) return waitFirmly(`${subjectName(context)} has no sequencer pod yet`);
  const ours = sample.nodes.find(isActive);
  if (ours)
    return waitFirmly(`${ours.pod} of this network sequences: whether anybody else does cannot be seen meanwhile`);
  const derived = derivationOf(candidate, sample, context);
  if (derived.outcome !== 'pass') return waitFirmly(derived.message);
  const missing = inboxNotDerived(candidate, samples, context);
  const live = isLive(candidate, context);
  const { verdict, since, isUntouched } = quietFor(candidate, samples, context, { firm: Boolean(missing ?? live) });
  const unknown = since && !isUntouched ? lastBlocksUnknown(candidate, since, samples, context) : undefined;
  // Where batches keep coming there is always one that is not derived yet: that the head moves is what people need to know.
  if (verdict.outcome === 'wait') return unknown ? { ...verdict, next: unknown } : verdict;
  return missing ?? live ?? unknown ?? verdict;
};

/** Somebody has made the head just now: a person who says that he is off is wrong, or too early. */
function isLive({ pod, sync }: NodeSample, { now }: GateContext): Verdict | undefined {
  if (!sync.ok) return undefined;
  const { number, timestamp } = sync.value.unsafeL2;
  const age = now / 1000 - timestamp;
  if (number === 0 || age >= LIVE_HEAD_SECONDS) return undefined;
  return waitFirmly(`block ${count(number)} of ${pod} is ${seconds(age)} old, expecting ${LIVE_HEAD_SECONDS} s`);
}

/** A batch that is on L1 but not derived yet may hold blocks that are newer than ours. */
function inboxNotDerived(
  { pod, sync }: NodeSample,
  samples: readonly Sample[],
  { chain }: GateContext,
): Verdict | undefined {
  if (!sync.ok) return undefined;
  const batcher = samples.at(-1)?.contracts;
  const sender = batcher?.ok ? batcher.value.batcher : chain.batcherAddress;
  const last = samples
    .flatMap(({ inbox }) => (inbox?.ok ? inbox.value.transactions : []))
    .filter(({ from }) => sender === undefined || from === sender)
    .reduce((highest, { blockNumber }) => Math.max(highest, blockNumber), 0);
  // Derivation has done everything before the block that it is at.
  if (sync.value.currentL1.number > last) return undefined;
  return waitFirmly(
    `a batch in L1 block ${count(last)} has not been derived by ${pod} yet, which is at ${count(sync.value.currentL1.number)}`,
  );
}

interface Quiet {
  readonly verdict: Verdict;
  /** From when on the head stands still. Absent: it has not been read. */
  readonly since?: Seen<SyncStatus>;
  readonly isUntouched?: boolean;
}

/** @param options.firm the word of a person that the other one is off would not be enough */
function quietFor(
  candidate: NodeSample,
  samples: readonly Sample[],
  context: GateContext,
  { firm }: { readonly firm: boolean },
): Quiet {
  const { limits, chain, now } = context;
  const { pod } = candidate;
  const heads = derivationHistory(samples, pod);
  const last = heads.at(-1);
  if (!last) return { verdict: waitFirmly(`the head of ${pod} has not been read yet`) };
  const change = heads.findLastIndex((seen, index) => movedByOthers(heads[index - 1], seen, chain.seqWindowSize));
  const since = heads[Math.max(0, change)] ?? last;
  const quietSeconds = (last.at - since.at) / 1000;
  const head = last.value.unsafeL2;
  const isUntouched = untouched(samples, head.hash, context);
  const wantedSeconds = (isUntouched ? 1 : limits.foreignSequencerQuietBlocks) * limits.blockTimeSeconds;
  const stands = `the head of ${pod} stands at ${count(head.number)} for ${seconds(quietSeconds)}`;
  if (quietSeconds >= wantedSeconds) return { verdict: pass(`nobody else sequences: ${stands}`), since, isUntouched };
  const notYet = firm ? waitFirmly : wait;
  const before = heads[change - 1];
  if (change < 1 || !before) {
    const message = `${stands}, expecting ${seconds(wantedSeconds)} without a block of anybody else`;
    return { verdict: notYet(message), since, isUntouched };
  }
  const how = head.number === last.value.safeL2.number ? 'by batches on L1' : 'by gossip';
  const message =
    `none of our sequencers is active, but the head of ${pod} went from ${count(before.value.unsafeL2.number)} to ${count(head.number)} ${how}, ${seconds(now / 1000 - since.at / 1000)} ago: ` +
    `somebody else may still sequence this chain. Switch it off`;
  return { verdict: notYet(message), since, isUntouched };
}

/**
 * Whether the head moved between two readings. Empty blocks that derivation fills in after the sequencing window are
 * nobody's.
 */
function movedByOthers(before: Seen<SyncStatus> | undefined, after: Seen<SyncStatus>, seqWindowSize: number): boolean {
  if (!before || before.value.unsafeL2.hash === after.value.unsafeL2.hash) return false;
  const filledIn = windowExpired(after.value, seqWindowSize) && after.value.unsafeL2.hash === after.value.safeL2.hash;
  return !filledIn;
}

/** A chain at its genesis, to whose inbox nobody has ever sent anything: there is nothing to take over. */
function untouched(samples: readonly Sample[], head: string, { chain }: GateContext): boolean {
  const { batcher, inbox } = samples.at(-1) ?? {};
  return (
    head === chain.genesisHash &&
    batcher?.ok === true &&
    batcher.value.noncePending === 0 &&
    inbox?.ok === true &&
    samples.every((sample) => !sample.inbox?.ok || sample.inbox.value.transactions.length === 0)
  );
}
