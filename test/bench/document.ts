/** The table in docs/benchmarks.md: what was measured is entered, everything else stays. Pure. */
import type { Row } from './row.ts';
import { targetsText } from './words.ts';

const BEGIN = '<!-- figures: npm run bench -- --write -->';
const END = '<!-- end of figures -->';
const HEAD = ['| row | what | target | a Go operator | measured | | measured on |', '|---|---|---|---|---|---|---|'];
const MACHINE = '**Machine:** ';
const NOT_MEASURED = 'not measured yet';
const ELSEWHERE = '; on another machine: ';

/** The cells of a row that a run fills in. */
interface Entry {
  readonly measured: string;
  readonly verdict: string;
  readonly under: string;
}

/**
 * @param machine what was measured before on another one says so in its last cell: only figures of one are comparable
 * @throws Error when the document has no place for the table
 */
export function withFigures(
  document: string,
  rows: readonly Row[],
  machine: string,
  entries: ReadonlyMap<string, Entry>,
): string {
  const from = document.indexOf(BEGIN);
  const to = document.indexOf(END);
  if (from < 0 || to < from) throw new Error(`the document has no "${BEGIN}" with "${END}" after it`);
  const before = document.slice(from, to).split('\n');
  const former = before.find((text) => text.startsWith(MACHINE))?.slice(MACHINE.length);
  const table = rows.map((row) => {
    const kept = before.find((text) => text.startsWith(`| \`${row.name}\` |`));
    const entry = entries.get(row.name) ?? (kept ? ofMachine(entryIn(kept), former, machine) : undefined);
    return line(row, entry ?? { measured: NOT_MEASURED, verdict: '', under: '' });
  });
  const block = [BEGIN, '', `${MACHINE}${machine}`, '', ...HEAD, ...table, '', ''].join('\n');
  return `${document.slice(0, from)}${block}${document.slice(to)}`;
}

function line(row: Row, { measured, verdict, under }: Entry): string {
  const cells = [`\`${row.name}\``, row.what, targetsText(row), row.elsewhere ?? '', measured, verdict, under];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`.replaceAll(/ +/g, ' ');
}

function ofMachine(entry: Entry, former: string | undefined, machine: string): Entry {
  const isTold = entry.under === '' || entry.under.includes(ELSEWHERE);
  return former === machine || isTold ? entry : { ...entry, under: `${entry.under}${ELSEWHERE}${former}` };
}

/** The last three cells: targets and words are those of today. */
function entryIn(text: string): Entry {
  const cells = text.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));
  const [measured = '', verdict = '', under = ''] = cells.slice(-4, -1);
  return { measured, verdict, under };
}
