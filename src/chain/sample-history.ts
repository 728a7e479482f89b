import type { InboxScan, Reading, Sample } from './samples.ts';

/** Heartbeat details are meant to be small: Temporal warns at 256 KiB. */
const LARGEST_HISTORY_BYTES = 128 * 1024;
const MOST_SAMPLES = 24;
/** The newest samples stay as they are: gates compare them one with the next. */
const NEWEST_KEPT = 8;

/**
 * Adds a sample to those of earlier attempts and keeps the whole small. The first one stays, since gates measure from
 * it; the newest stay; of those between, the one that is closest to its neighbours goes. Inbox transactions are never
 * forgotten: those of a sample that goes pass to the next one.
 */
export function rememberSample(history: readonly Sample[], sample: Sample): readonly Sample[] {
  let samples = [...history, sample];
  while (samples.length > NEWEST_KEPT + 1 && isTooLarge(samples)) samples = withoutOne(samples, mostRedundant(samples));
  return samples;
}

function isTooLarge(samples: readonly Sample[]): boolean {
  return samples.length > MOST_SAMPLES || JSON.stringify(samples).length > LARGEST_HISTORY_BYTES;
}

function mostRedundant(samples: readonly Sample[]): number {
  let found = 1;
  let smallest = Number.POSITIVE_INFINITY;
  for (let index = 1; index < samples.length - NEWEST_KEPT; index++) {
    const gap = (samples[index + 1]?.at ?? 0) - (samples[index - 1]?.at ?? 0);
    if (gap < smallest) [found, smallest] = [index, gap];
  }
  return found;
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
  const known = new Set(transactions.map(({ hash }) => hash));
  return {
    ok: true,
    value: {
      fromBlock: Math.min(earlier.fromBlock, fromBlock),
      toBlock: Math.max(earlier.toBlock, toBlock),
      transactions: [...earlier.transactions.filter(({ hash }) => !known.has(hash)), ...transactions],
    },
  };
}
