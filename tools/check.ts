/**
 * `npm run check`: everything about the sources that is judged without running them. All checks run, also after one
 * has failed. With `--json <file>` the counts are written there as well.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** Compared with, every line counts as new. */
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
const NO_WHITESPACE_RULES = 'core.whitespace=-blank-at-eol,-blank-at-eof,-space-before-tab';

const checks: readonly { name: string; command: readonly string[] }[] = [
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'lint and format', command: ['biome', 'ci', '.'] },
  { name: 'boundaries', command: ['depcruise', 'src', 'test', 'tools', '--config', '.dependency-cruiser.cjs'] },
  { name: 'workflow bundle', command: ['depcruise', 'src', '--config', '.dependency-cruiser.bundle.cjs'] },
  { name: 'unused code', command: ['knip'] },
  { name: 'generated files', command: ['node', 'tools/generate.ts', '--check'] },
  { name: 'test coverage list', command: ['node', 'tools/check-coverage.ts'] },
  { name: 'merge conflicts', command: ['git', '-c', NO_WHITESPACE_RULES, 'diff', '--check', EMPTY_TREE] },
];

const { values } = parseArgs({ options: { json: { type: 'string' } } });
const failed: string[] = [];
for (const { name, command } of checks) {
  const from = performance.now();
  const [program = '', ...args] = command;
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const seconds = ((performance.now() - from) / 1000).toFixed(1);
  if (status === 0) {
    console.log(`✓ ${name} (${seconds} s)`);
    continue;
  }
  failed.push(name);
  console.log(`✗ ${name} (${seconds} s): ${command.join(' ')}`);
  console.log(
    [stdout, stderr, error?.message ?? '']
      .filter((text) => (text ?? '').trim() !== '')
      .join('\n')
      .trimEnd(),
  );
}
console.log(failed.length === 0 ? 'All checks passed.' : `Failed: ${failed.join(', ')}.`);
if (values.json !== undefined) {
  writeFileSync(values.json, JSON.stringify({ passed: checks.length - failed.length, failed: failed.length }));
}
process.exitCode = failed.length === 0 ? 0 : 1;
