import { windowExpired } from '../../chain/facts/sequencing-window.ts';
import { blocks, count, seconds, shortHash } from '../../chain/facts/words.ts';
import type { InboxTransaction, Sample, SyncStatus } from '../../chain/samples.ts';
import { aboveFloor } from './funds.ts';
import { fail, type Gate, type GateContext, pass, type Verdict, wait } from './gate.ts';
import { activePod, derivationHistory, type Seen, unreadable } from './observations.ts';

/** How long an expired sequencing window is watched before it is an incident: a batcher that starts can mend it. */
const EXPIRED_WINDOW_SECONDS = 60;

/**
 * The batcher can pay, a **new** inbox transaction came from the right sender, and the safe head rose because of it. A
 * rising safe head alone proves nothing: it also rises without any batcher once the sequencing window has expired.
 */
export const batching: Gate = (samples, context) => {
  const sample = samples.at(-1);
  if (!sample?.batcher?.ok) return wait(unreadable("L1, asked for the batcher's account,", sample?.batcher));
  const floor = aboveFloor(sample.batcher.value, context);
  if (floor.outcome !== 'pass') return floor;
  if (!sample.inbox?.ok) return wait(unreadable('the batch inbox', sample.inbox));
  const pod = referencePod(sample, context);
  const heads = pod === undefined ? [] : derivationHistory(samples, pod);
  const last = heads.at(-1);
  if (!last) return wait('no node reports a safe head yet');
  const sender = context.chain.batcherAddress ?? sample.batcher.value.address;
  const batches = newBatches(samples, sender);
  return expiredWindow(heads, batches, context) ?? progress(heads, last, batches, { samples, context, sender });
};

/** The node whose derivation is believed: the active sequencer, else any that derives. */
function referencePod(sample: Sample, context: GateContext): string | undefined {
  const derives = sample.nodes.filter(({ sync }) => sync.ok);
  return activePod(sample, context)?.pod ?? derives.find(({ role }) => role === 'Sequencer')?.pod ?? derives[0]?.pod;
}

/** Inbox transactions of a sender that were mined after the gate began to look, oldest first. */
function newBatches(samples: readonly Sample[], sender: string): readonly InboxTransaction[] {
  const baseline = baselineBlock(samples);
  if (baseline === undefined) return [];
  const byHash = new Map<string, InboxTransaction>();
  for (const { inbox } of samples) {
    for (const transaction of inbox?.ok ? inbox.value.transactions : []) {
      if (transaction.from === sender && transaction.blockNumber > baseline) byHash.set(transaction.hash, transaction);
    }
  }
  return [...byHash.values()].sort((a, b) => a.blockNumber - b.blockNumber);
}

/** The L1 head when the gate first looked. */
function baselineBlock(samples: readonly Sample[]): number | undefined {
  for (const { l1, inbox } of samples) {
    if (l1?.ok) return l1.value.head.number;
    if (inbox?.ok) return inbox.value.toBlock;
  }
  return undefined;
}

function expiredWindow(
  heads: readonly Seen<SyncStatus>[],
  batches: readonly InboxTransaction[],
  { chain, limits }: GateContext,
): Verdict | undefined {
  const last = heads.at(-1);
  if (!last || !windowExpired(last.value, chain.seqWindowSize)) return undefined;
  const healthy = heads.findLastIndex(({ value }) => !windowExpired(value, chain.seqWindowSize));
  const since = heads[healthy + 1] ?? last;
  const spanSeconds = (last.at - since.at) / 1000;
  const behind = last.value.currentL1.number - last.value.safeL2.l1origin.number;
  const what = `the safe head ${count(last.value.safeL2.number)} rises only because the sequencing window of ${blocks(chain.seqWindowSize, 'L1')} has expired (its L1 origin is ${blocks(behind)} behind)`;
  if (spanSeconds < Math.max(EXPIRED_WINDOW_SECONDS, 5 * limits.l1BlockTimeSeconds)) {
    return wait(`${what}; expecting a batch to end this within ${seconds(EXPIRED_WINDOW_SECONDS)}`);
  }
  const sent = batches.length === 0 ? 'no batch arrived' : 'batches arrived and did not help';
  return fail(
    'GateFailed',
    `${what}, ${sent} in ${seconds(spanSeconds)}: unsafe blocks are being replaced by empty ones`,
    'See why the batcher sends nothing. If it sends and the safe head still does not come near: admin_setRecoverMode(true) on the sequencer until it does.',
  );
}

interface Around {
  readonly samples: readonly Sample[];
  readonly context: GateContext;
  readonly sender: string;
}

function progress(
  heads: readonly Seen<SyncStatus>[],
  last: Seen<SyncStatus>,
  batches: readonly InboxTransaction[],
  { samples, context, sender }: Around,
): Verdict {
  const safe = `safe head ${count(last.value.safeL2.number)}`;
  const first = batches[0];
  const newest = batches.at(-1);
  if (!first || !newest)
    return wait(
      `${safe}, no inbox transaction of ${sender} since ${since(samples)}${expectation(context)}${others(samples, sender)}`,
    );
  const age = seconds(context.now / 1000 - newest.timestamp);
  const derivedTo = last.value.currentL1.number;
  // Derivation has done everything before the block that it is at.
  if (derivedTo <= first.blockNumber) {
    return wait(
      `${safe}, inbox transaction ${shortHash(first.hash)} in L1 block ${count(first.blockNumber)}, derivation is at ${count(derivedTo)}`,
    );
  }
  const before = safeWithout(first, heads);
  if (last.value.safeL2.number <= before) {
    return wait(`${safe} has not risen by the inbox transaction ${age} ago${expectation(context)}`);
  }
  return pass(`${safe}, last inbox tx ${age} ago, ${blocks(last.value.safeL2.number - before)} became safe`);
}

/**
 * The highest safe head that was seen before a batch was derived. Not the last one: a node derives anew after a restart
 * or an L1 reorg, and climbing back to where it has been is no progress.
 */
function safeWithout({ blockNumber }: InboxTransaction, heads: readonly Seen<SyncStatus>[]): number {
  const before = heads.filter(({ value }) => value.currentL1.number <= blockNumber);
  return Math.max(...(before.length > 0 ? before : heads.slice(0, 1)).map(({ value }) => value.safeL2.number));
}

function since(samples: readonly Sample[]): string {
  const block = baselineBlock(samples);
  return block === undefined ? 'the gate began' : `L1 block ${count(block)}`;
}

/** A channel is closed after its longest duration at the latest, and its transaction takes a block or two. */
function expectation({ limits }: GateContext): string {
  if (limits.batcherMaxChannelDuration === 0) return '';
  return `, expecting the next within ${seconds((limits.batcherMaxChannelDuration + 2) * limits.l1BlockTimeSeconds)}`;
}

function others(samples: readonly Sample[], sender: string): string {
  const foreign = samples
    .flatMap(({ inbox }) => (inbox?.ok ? inbox.value.transactions : []))
    .findLast(({ from }) => from !== sender);
  return foreign ? `; ${foreign.from} sends to the inbox, which is not the batcher` : '';
}
