/**
 * What `.ci/run` runs once the packages are installed: the checks, then the tools, then the tests. Its last line is
 * `N passed, N failed`: checks and tests together; what broke down before it could count is one failure.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Counts {
  passed: number;
  failed: number;
}

const dir = mkdtempSync(join(tmpdir(), 'opstack-ci-'));
const report = (name: string): string => join(dir, `${name}.json`);

const counts: Counts[] = [
  stage('checks', 'node', ['tools/check.ts', '--json', report('checks')], () => readJson<Counts>(report('checks'))),
  stage('tools', 'node', ['tools/print-tools.ts'], () => ({ passed: 0, failed: 0 })),
  stage(
    'tests',
    'vitest',
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report('tests')}`],
    () => countTests(report('tests')),
  ),
];
rmSync(dir, { recursive: true, force: true });

const sum = (of: keyof Counts): number => counts.reduce((total, count) => total + count[of], 0);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') === 0 ? 0 : 1;

/** Runs a program with its output shown. A failure that its report does not count is counted here. */
function stage(name: string, program: string, args: string[], count: () => Counts): Counts {
  console.log(`\n── ${name}`);
  const from = performance.now();
  const { status } = spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  console.log(`── ${name}: ${Math.round((performance.now() - from) / 1000)} s`);
  let counted: Counts;
  try {
    counted = count();
  } catch {
    counted = { passed: 0, failed: 0 }; // it ended before it wrote its report
  }
  return status !== 0 && counted.failed === 0 ? { passed: counted.passed, failed: 1 } : counted;
}

/** A file that could not even be loaded holds no failed test: it counts as one. */
function countTests(file: string): Counts {
  const { testResults } = readJson<{ testResults: { status: string; assertionResults: { status: string }[] }[] }>(file);
  let [passed, failed] = [0, 0];
  for (const { status, assertionResults } of testResults) {
    const of = (state: string): number => assertionResults.filter((result) => result.status === state).length;
    passed += of('passed');
    failed += of('failed') === 0 && status === 'failed' ? 1 : of('failed');
  }
  return { passed, failed };
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}
