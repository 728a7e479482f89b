import type { InboxScan, InboxTransaction, Reading, Sample } from './samples.ts';

/** Heartbeat details are meant to be small: Temporal warns at 256 KiB. */
const LARGEST_HISTORY_BYTES = 128 * 1024;
const MOST_SAMPLES = 24;
/** The newest samples stay as they are, unless they are too large for that: gates compare them one with the next. */
const NEWEST_KEPT = 8;
/** How old the first of only two may become before the second takes its place. */
const STALE_MS = 30_000;

/**
 * Adds a sample to those of earlier attempts and keeps the whole small. The first one stays, since gates measure from
 * it; the newest stay, and those from which on a head stands still, since gates measure for how long. Of the others the
 * one that is closest to its neighbours goes, and its inbox transactions pass to the next one: of each sender the first
 * and the last are never forgotten. Of samples with very many nodes only two may be left.
 */
export function rememberSample(history: readonly Sample[], sample: Sample): readonly Sample[] {
  let samples = [...history, sample];
  while (samples.length > 2 && isTooLarge(samples)) samples = withoutOne(samples, mostRedundant(samples));
  return samples;
}

function isTooLarge(samples: readonly Sample[]): boolean {
  return samples.length > MOST_SAMPLES || JSON.stringify(samples).length > LARGEST_HISTORY_BYTES;
}

function mostRedundant(samples: readonly Sample[]): number {
  const kept = standstills(samples);
  // Where there is room for two, the first one would else stay however little it says of what is now.
  const ageMs = (samples.at(-1)?.at ?? 0) - (samples[0]?.at ?? 0);
  if (samples.length === 3 && !kept.has(0) && (kept.has(1) || ageMs > STALE_MS)) return 0;
  const newest = samples.length > NEWEST_KEPT + 1 ? NEWEST_KEPT : 1;
  let found: number | undefined;
  let smallest = Number.POSITIVE_INFINITY;
  for (let index = 1; index < samples.length - newest; index++) {
    const gap = (samples[index + 1]?.at ?? 0) - (samples[index - 1]?.at ?? 0);
    if (gap < smallest && !kept.has(index)) [found, smallest] = [index, gap];
  }
  return found ?? 1;
}

/** For each pod the first sample since which every reading had the head that it has now. */
function standstills(samples: readonly Sample[]): ReadonlySet<number | undefined> {
  const pods = samples.at(-1)?.nodes.map(({ pod }) => pod) ?? [];
  return new Set(
    pods.map((pod) => {
      const heads = samples.map(({ nodes }) => {
        const sync = nodes.find((node) => node.pod === pod)?.sync;
        return sync?.ok ? sync.value.unsafeL2.hash : undefined;
      });
      const now = heads.findLast((hash) => hash !== undefined);
      if (now === undefined) return undefined;
      const moved = heads.findLastIndex((hash) => hash !== undefined && hash !== now);
      return heads.indexOf(now, moved + 1);
    }),
  );
}

function withoutOne(samples: readonly Sample[], index: number): Sample[] {
  const gone = samples[index];
  return samples.flatMap((sample, position) => {
    if (position === index) return [];
    if (position !== index + 1 || !gone?.inbox?.ok) return [sample];
    return [{ ...sample, inbox: merged(gone.inbox.value, sample.inbox) }];
  });
}

function merged(earlier: InboxScan, later: Reading<InboxScan> | undefined): Reading<InboxScan> {
  if (!later?.ok) return { ok: true, value: earlier };
  const { fromBlock, toBlock, transactions } = later.value;
  return {
    ok: true,
    value: {
      fromBlock: Math.min(earlier.fromBlock, fromBlock),
      toBlock: Math.max(earlier.toBlock, toBlock),
      transactions: firstAndLast([...earlier.transactions, ...transactions]),
    },
  };
}

/** A gate may wait beside somebody who sends all day. */
function firstAndLast(transactions: readonly InboxTransaction[]): InboxTransaction[] {
  const first = new Map<string, InboxTransaction>();
  const last = new Map<string, InboxTransaction>();
  for (const transaction of transactions) {
    if (!first.has(transaction.from)) first.set(transaction.from, transaction);
    last.set(transaction.from, transaction);
  }
  return [...new Map([...first.values(), ...last.values()].map((item) => [item.hash, item])).values()];
}
