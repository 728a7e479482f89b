/** `npm run bench`: measures what design and README promise, on real servers, and says what is missed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { createProgress, type Progress } from '../devnet/demo/progress.ts';
import { createStages, type Stages } from './bench.ts';
import { type Entry, withFigures } from './document.ts';
import { loadBefore, machineText, thisMachine } from './machine.ts';
import { type Amount, amountOf, type Figure, type Row, type Verdict, verdictOf } from './row.ts';
import { ROWS } from './rows.ts';
import { figureText, numberText, targetText, underText, verdictText } from './words.ts';

const DOCUMENT = join(import.meta.dirname, '../../docs/benchmarks.md');

interface Options {
  list?: boolean;
  networks?: number;
  runs?: number;
  write?: boolean;
  json?: boolean;
}

interface Result extends Amount {
  readonly row: string;
  readonly date: string;
  readonly seconds: number;
  /** Processes of others that wanted a core when it began. */
  readonly loadBefore: number;
  readonly figures: readonly Figure[];
  readonly verdict: Verdict;
  readonly under: string;
}

const program = new Command('npm run bench --')
  .description(
    'Measures the operator on a real API server, a real Temporal server and a real L1 with real OP contracts.',
  )
  .argument('[row...]', 'which rows; all by default')
  .option('--list', 'show the rows')
  .option('--networks <count>', 'networks at once, of the rows that scale', positive)
  .option('--runs <count>', 'how often a row repeats what it measures', positive)
  .option('--write', 'enter the figures into docs/benchmarks.md')
  .option('--json', 'print the figures as one JSON object');

function positive(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('a whole number from 1 to 99999 is expected');
  return Number(text);
}

async function main(names: readonly string[], options: Options): Promise<boolean> {
  const unknown = names.find((name) => !ROWS.some((row) => row.name === name));
  if (unknown !== undefined)
    throw new Error(`there is no row "${unknown}"; there are ${ROWS.map(({ name }) => name).join(', ')}`);
  if (options.list) {
    for (const row of ROWS) process.stdout.write(`${listed(row)}\n`);
    return true;
  }
  const progress = createProgress({ verbose: false });
  const stages = createStages(progress);
  const results: Result[] = [];
  const failed: string[] = [];
  try {
    for (const row of ROWS.filter(({ name }) => names.length === 0 || names.includes(name))) {
      try {
        results.push(await measure(row, amountOf(row.size, options), stages, progress));
      } catch (error) {
        failed.push(row.name);
        progress.note(`${row.name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        progress.note(await stages.explain());
        // What it has left behind would be measured with the next one.
        await stages.close();
      }
    }
  } finally {
    await stages.close();
  }
  const machine = thisMachine();
  if (options.write) {
    const entries = new Map(results.map((result) => [result.row, entryOf(result)]));
    writeFileSync(DOCUMENT, withFigures(readFileSync(DOCUMENT, 'utf8'), ROWS, machineText(machine), entries));
  }
  if (options.json) progress.print(JSON.stringify({ machine, results, failed }));
  return failed.length === 0;
}

async function measure(row: Row, amount: Amount, stages: Stages, progress: Progress): Promise<Result> {
  const load = loadBefore();
  const from = progress.seconds();
  progress.step(`${row.name}: ${row.what}`);
  const measurement = await row.measure(stages.benchFor(amount));
  const verdict = verdictOf(row, measurement, amount);
  const { figures } = measurement;
  const under = underText(row, measurement, amount);
  progress.step(`${row.name}: ${figures.map(figureText).join(', ')} (${verdictText(verdict)}; ${under})`);
  const seconds = progress.seconds() - from;
  const date = new Date().toISOString().slice(0, 10);
  return { row: row.name, date, ...amount, seconds, loadBefore: load, figures, verdict, under };
}

function entryOf({ date, figures, verdict, under, loadBefore: load }: Result): Entry {
  return {
    measured: figures.map(figureText).join(', '),
    verdict: verdictText(verdict),
    under: `${date}, load before ${numberText(load)}. ${under}`,
  };
}

function listed({ name, what, targets, size }: Row): string {
  const { networks, runs } = size;
  const most = networks?.most === undefined ? '' : `, at most ${networks.most}`;
  const sizes = [
    ...(networks ? [`${networks.usual} networks (the target is about ${networks.target}${most})`] : []),
    ...(runs ? [`${runs.usual} ${runs.of}`] : []),
  ];
  return `${name.padEnd(16)} ${what}\n${''.padEnd(16)} target ${targets.map(targetText).join(', ')}; ${sizes.join(', ')}`;
}

try {
  const command = program.parse();
  const isFine = await main(command.args, command.opts<Options>());
  // Servers of ours are children on a leash; nothing of them is left when this process ends.
  process.exit(isFine ? 0 : 1);
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
