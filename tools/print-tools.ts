/** `npm run tools`: which programs are used, in which version, and from where. Gets what is missing. */

import { type ToolName, tools } from './toolchain/catalogue.ts';
import { ensureTool, type FoundTool } from './toolchain.ts';

const found: FoundTool[] = [];
const problems: string[] = [];
for (const name of Object.keys(tools) as ToolName[]) {
  try {
    found.push(await ensureTool(name, { onProgress: (line) => console.error(line) }));
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
}
const rows = [
  ['TOOL', 'VERSION', 'FROM', 'PATH'],
  ...found.map(({ name, version, source, path }) => [name, version, source, path]),
];
const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
for (const row of rows) console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
for (const problem of problems) console.error(`\n${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;
