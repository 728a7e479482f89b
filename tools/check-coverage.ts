/**
 * Holds `test/coverage.json` against the sources and the tests: nothing that has to be tested may be missing in it, and
 * every test that it names exists and mentions what it is said to test. With `--write` the tests that use a recording
 * are entered anew; what no test uses stays with its issue.
 */
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { NON_RETRYABLE_FAILURES, RETRYABLE_FAILURES } from '../src/contract/failures.ts';
import { GATES, STEP_TYPES } from '../src/contract/plan.ts';
import { COVERAGE_FILE, type CoverageList, type Names, readCoverageList } from './coverage-list.ts';
import { mentionsName, mentionsRecording } from './coverage-mentions.ts';

type Folder = CoverageList['recordings'][string];

const list = readCoverageList();
const testFiles = globSync('test/**/*.test.ts').sort();
const texts = new Map(testFiles.map((file) => [file, readFileSync(file, 'utf8')]));
const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
if (values.write) {
  for (const [name, folder] of Object.entries(list.recordings)) enterTests(name, folder);
  writeFileSync(COVERAGE_FILE, `${JSON.stringify(list, null, 2)}\n`);
}
const problems = [
  ...checkNames('gate', GATES, list.gates),
  ...checkNames('step', STEP_TYPES, list.steps),
  ...checkNames('failure', [...NON_RETRYABLE_FAILURES, ...RETRYABLE_FAILURES], list.failures),
  ...list.badInput.flatMap((row) => ('issue' in row ? [] : checkRow(row))),
  ...Object.entries(list.recordings).flatMap(([name, folder]) => checkFolder(name, folder)),
  ...checkFixtures(),
];
for (const problem of problems) console.log(`${COVERAGE_FILE}: ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;

function checkNames(what: string, inCode: readonly string[], listed: Names): string[] {
  const missing = inCode.filter((name) => !(name in listed)).map((name) => `${what} ${name} is missing: name its test`);
  const gone = Object.keys(listed).filter((name) => !inCode.includes(name));
  const wrong = Object.entries(listed).flatMap(([name, by]) =>
    Array.isArray(by)
      ? by.flatMap((test) => checkTest(test, `${what} ${name}`, (text) => mentionsName(text, name)))
      : [],
  );
  return [...missing, ...gone.map((name) => `${what} ${name} does not exist any more: take it out`), ...wrong];
}

function checkTest(test: string, what: string, mentions: (text: string) => boolean): string[] {
  const text = texts.get(test);
  if (text === undefined) return [`${what}: there is no test file ${test}`];
  return mentions(text) ? [] : [`${what}: ${test} does not mention it`];
}

function checkRow({ input, test, title }: { input: string; test: string; title: string }): string[] {
  return checkTest(test, `bad input "${input}", test "${title}"`, (text) => text.includes(title));
}

function checkFolder(name: string, { copies, used, planned }: Folder): string[] {
  const names = [...Object.keys(used), ...Object.values(planned).flat()];
  const twice = names.filter((file, index) => names.indexOf(file) !== index);
  const wrong = Object.entries(used).flatMap(([file, tests]) =>
    tests.flatMap((test) =>
      checkTest(test, `recording ${name}/${file}`, (text) =>
        filesOf(name, copies, file).some((copy) => uses(test, text, copy)),
      ),
    ),
  );
  return [...twice.map((file) => `recording ${name}/${file} is listed twice`), ...wrong];
}

/** Files of this repository that hold a recording or a part of it. */
function filesOf(name: string, copies: readonly string[], file: string): string[] {
  const excerpts = Object.entries(list.excerpts).filter(([, recording]) => recording === `${name}/${file}`);
  return [...copies.map((folder) => `${folder}/${file}`), ...excerpts.map(([path]) => path)].filter((path) =>
    existsSync(path),
  );
}

/** Fixtures are for the tests beside their folder. */
function uses(test: string, text: string, copy: string): boolean {
  const [area = ''] = copy.split('fixtures/');
  return test.startsWith(area) && mentionsRecording(text, copy);
}

function enterTests(name: string, folder: Folder): void {
  const { copies, used, planned } = folder;
  const issueOf = (file: string) => Object.entries(planned).find(([, files]) => files.includes(file))?.[0] ?? '4';
  const all = [...Object.keys(used), ...Object.values(planned).flat()].sort();
  folder.used = {};
  folder.planned = {};
  for (const file of all) {
    const found = filesOf(name, copies, file);
    const tests = testFiles.filter((test) => found.some((copy) => uses(test, texts.get(test) ?? '', copy)));
    if (tests.length > 0) folder.used[file] = tests;
    else folder.planned[issueOf(file)] = [...(folder.planned[issueOf(file)] ?? []), file];
  }
}

/** A copy that is not listed was made without anybody saying what tests it. */
function checkFixtures(): string[] {
  const listed = new Set(
    Object.entries(list.recordings).flatMap(([name, { copies, used, planned }]) =>
      [...Object.keys(used), ...Object.values(planned).flat()].flatMap((file) => filesOf(name, copies, file)),
    ),
  );
  const fixtures = globSync('test/**/fixtures/**').filter(
    (path) => statSync(path).isFile() && !path.endsWith('README.md'),
  );
  const unlisted = fixtures.filter((path) => !listed.has(path) && !(path in list.own));
  const gone = [...Object.keys(list.own), ...Object.keys(list.excerpts)].filter((path) => !existsSync(path));
  return [
    ...unlisted.map((path) => `${path} is not listed: enter its recording, or say under "own" what it is`),
    ...gone.map((path) => `there is no ${path}`),
  ];
}
