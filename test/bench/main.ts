/** `npm run bench`: measures what design and README promise, on real servers, and says what is missed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { createProgress, type Progress } from '../devnet/demo/progress.ts';
import { createStages, type Stages } from './bench.ts';
import { withFigures } from './document.ts';
import { loadBefore, type Machine, machineText, thisMachine } from './machine.ts';
import { type Amount, amountOf, type Figure, type Row, type Verdict, verdictOf } from './row.ts';
import { ROWS } from './rows.ts';
import { figureText, numberText, targetsText, underText, verdictText } from './words.ts';

const NAME_WIDTH = 16;
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
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => void stages.close().finally(() => process.exit(1)));
  const machine = thisMachine();
  const results: Result[] = [];
  const failed: string[] = [];
  for (const row of ROWS.filter(({ name }) => names.length === 0 || names.includes(name))) {
    try {
      const result = await measure(row, amountOf(row.size, options), stages, progress);
      results.push(result);
      if (options.write) enter(machine, result);
    } catch (error) {
      failed.push(row.name);
      progress.note(`${row.name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      progress.note(await stages.explain());
      // What it has left behind would be measured with the next one.
      await stages.close();
    }
  }
  await stages.close();
  for (const { row, figures, verdict } of options.json ? [] : results)
    progress.print(`${row.padEnd(NAME_WIDTH)} ${verdictText(verdict)}: ${figures.map(figureText).join(', ')}`);
  if (options.json) progress.print(JSON.stringify({ machine, results, failed }));
  return failed.length === 0;
}

/** At once, and not at the end: what an hour has measured is not lost with the row that fails. */
function enter(machine: Machine, { row, date, figures, verdict, under, loadBefore: load }: Result): void {
  const entry = {
    measured: figures.map(figureText).join(', '),
    verdict: verdictText(verdict),
    under: `${date}, load before ${numberText(load)}. ${under}`,
  };
  const entries = new Map([[row, entry]]);
  writeFileSync(DOCUMENT, withFigures(readFileSync(DOCUMENT, 'utf8'), ROWS, machineText(machine), entries));
}

async function measure(row: Row, amount: Amount, stages: Stages, progress: Progress): Promise<Result> {
  const load = loadBefore();
  const from = progress.seconds();
  progress.step(`${row.name}: ${row.what}`);
  const measurement = await row.measure(stages.benchFor(amount));
  const verdict = verdictOf(row, measurement, amount);
  const { figures } = measurement;
  const under = underText(row, measurement, amount);
  progress.step(`${row.name}: ${figures.map(figureText).join(', ')}; ${verdictText(verdict)}`);
  const seconds = progress.seconds() - from;
  const date = new Date().toISOString().slice(0, 10);
  return { row: row.name, date, ...amount, seconds, loadBefore: load, figures, verdict, under };
}

function listed(row: Row): string {
  const { networks, runs } = row.size;
  const most = networks?.most === undefined ? '' : ` (at most ${networks.most})`;
  const usual = [
    ...(networks ? [`${networks.usual} networks${most}`] : []),
    ...(runs ? [`${runs.usual} ${runs.of}`] : []),
  ];
  const size = usual.length === 0 ? '' : `; usual size ${usual.join(', ')}`;
  return `${row.name.padEnd(NAME_WIDTH)} ${row.what}\n${''.padEnd(NAME_WIDTH)} target ${targetsText(row)}${size}`;
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
