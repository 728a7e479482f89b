/** One row of the table of numbers: what it measures, what it should come to, and on how much. */
import type { Bench } from './bench.ts';
import { percentile } from './statistics.ts';

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

export interface Target extends Figure {
  readonly bound: 'at most' | 'at least';
}

/** How much a row does. A figure is judged only when it was measured on what the target is about. */
export interface Size {
  /** Networks at once: without `--networks`, in the target, and the most that this machine could stand. */
  readonly networks?: { readonly usual: number; readonly target: number; readonly most?: number };
  /** Repetitions without `--runs`, which is also what the target asks for; `of` says of what. */
  readonly runs?: { readonly usual: number; readonly of: string };
}

export interface Measurement {
  readonly figures: readonly Figure[];
  /** What has to be known to read the figures. */
  readonly under: string;
}

export interface Row {
  /** As in `npm run bench -- <name>`. */
  readonly name: string;
  readonly what: string;
  readonly targets: readonly Target[];
  /** What an existing Go operator comes to. */
  readonly elsewhere?: string;
  readonly size: Size;
  measure(bench: Bench): Promise<Measurement>;
}

export function atMost(name: string, value: number, unit: string): Target {
  return { name, value, unit, bound: 'at most' };
}

export function atLeast(name: string, value: number, unit: string): Target {
  return { name, value, unit, bound: 'at least' };
}

/** p50, p90, p99 and the largest of what was measured. */
export function distribution(values: readonly number[], unit: string): Figure[] {
  return [
    ...[50, 90, 99].map((percent) => ({ name: `p${percent}`, value: percentile(values, percent), unit })),
    { name: 'max', value: Math.max(...values), unit },
  ];
}

export type Verdict =
  | { readonly is: 'met' }
  | { readonly is: 'missed'; readonly figures: readonly string[] }
  | { readonly is: 'not judged'; readonly why: string };

export function verdictOf(row: Row, { figures }: Measurement, { networks, runs }: Amount): Verdict {
  const { size } = row;
  if (size.networks && networks < size.networks.target)
    return { is: 'not judged', why: `${networks} of ${size.networks.target} networks` };
  if (size.runs && runs < size.runs.usual)
    return { is: 'not judged', why: `${runs} of ${size.runs.usual} ${size.runs.of}` };
  const missed = row.targets.filter(({ name, bound, value }) => {
    const figure = figures.find((item) => item.name === name);
    return !figure || (bound === 'at most' ? figure.value > value : figure.value < value);
  });
  return missed.length === 0 ? { is: 'met' } : { is: 'missed', figures: missed.map(({ name }) => name) };
}

export interface Amount {
  readonly networks: number;
  readonly runs: number;
}

/** What people have asked for, or else what the row usually does. */
export function amountOf({ networks, runs }: Size, asked: Partial<Amount>): Amount {
  const wanted = asked.networks ?? networks?.usual ?? 1;
  return { networks: Math.min(wanted, networks?.most ?? wanted), runs: asked.runs ?? runs?.usual ?? 1 };
}
