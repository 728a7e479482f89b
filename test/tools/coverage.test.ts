import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CoverageList, readCoverageList } from '../../tools/coverage-list.ts';
import { mentionsName, mentionsRecording } from '../../tools/coverage-mentions.ts';

describe('a test mentions', () => {
  it('a step by its name, or as it is written in step ids, but not as a part of another word', () => {
    expect(mentionsName("type: 'stopBatcher'", 'stopBatcher')).toBe(true);
    expect(mentionsName('01-stop-batcher/x', 'stopBatcher')).toBe(false);
    expect(mentionsName("'stop-batcher'", 'stopBatcher')).toBe(true);
    expect(mentionsName('single-sequencing', 'sequencing')).toBe(false);
  });

  it.each<[string, string, boolean]>([
    ['by its name and folder', "recorded('op-node-1', 'syncStatus-el-down')", true],
    ['by a template', `'op-node-1'; \`syncStatus-\${state}\`; 'el-down'`, true],
    ['by reading the folder', "readdirSync('op-node-1')", true],
    ['not by the name in another folder', "recorded('op-node-2', 'syncStatus-el-down')", false],
    ['not by a longer name', "recorded('op-node-1', 'syncStatus-el-down-again')", false],
  ])('a recording %s', (_, text, expected) => {
    expect(mentionsRecording(text, 'test/fixtures/op-node-1/syncStatus-el-down.json')).toBe(expected);
  });
});

describe('the check of the coverage list', () => {
  let dir = '';
  let list: CoverageList;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'opstack-coverage-'));
    // The names that the code has, each with an issue; a test changes what it is about.
    const real = readCoverageList();
    const planned = (names: object) => Object.fromEntries(Object.keys(names).map((name) => [name, { issue: 4 }]));
    list = {
      recordings: {},
      excerpts: {},
      own: {},
      gates: planned(real.gates),
      steps: planned(real.steps),
      failures: planned(real.failures),
      badInput: [],
    };
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  function put(path: string, text: string): void {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }

  function check(...args: readonly string[]): { status: number | null; output: string } {
    put('test/coverage.json', JSON.stringify(list));
    const program = resolve('tools/check-coverage.ts');
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: dir, encoding: 'utf8' });
    return { status, output: stdout + stderr };
  }

  it('passes a list that is complete', () => {
    put('test/x.test.ts', "it('waits for funds')");
    list.gates['funds'] = ['test/x.test.ts'];
    expect(check()).toEqual({ status: 0, output: '' });
  });

  it('misses a gate, a step and a failure that are in the code only', () => {
    delete list.gates['funds'];
    delete list.steps['storeConfig'];
    delete list.failures['Forbidden'];
    const { status, output } = check();
    expect(status).toBe(1);
    for (const name of ['gate funds', 'step storeConfig', 'failure Forbidden'])
      expect(output).toContain(`${name} is missing`);
  });

  it('finds a name that the code has no more', () => {
    list.gates['opened'] = { issue: 4 };
    expect(check().output).toContain('gate opened does not exist any more');
  });

  it('finds a test that does not exist, and one that does not mention what it is said to test', () => {
    put('test/x.test.ts', "it('waits for nothing')");
    list.gates['funds'] = ['test/x.test.ts'];
    list.badInput = [{ input: 'nonsense', test: 'test/y.test.ts', title: 'refuses nonsense' }];
    const { status, output } = check();
    expect(status).toBe(1);
    expect(output).toContain('gate funds: test/x.test.ts does not mention it');
    expect(output).toContain('there is no test file test/y.test.ts');
  });

  it('finds a copy of a recording that nobody has listed', () => {
    put('test/chain/fixtures/op-node-1/version.json', '{}');
    expect(check()).toMatchObject({
      status: 1,
      output: expect.stringContaining('op-node-1/version.json is not listed'),
    });
  });

  it('enters the tests that use a recording, and leaves the others with their issue', () => {
    put('test/chain/fixtures/op-node-1/version.json', '{}');
    put('test/chain/x.test.ts', "recorded('op-node-1', 'version')");
    list.recordings['op-node-1'] = {
      copies: ['test/chain/fixtures/op-node-1'],
      used: {},
      planned: { '6': ['version.json', 'later.json'] },
    };
    expect(check('--write').status).toBe(0);
    const written = JSON.parse(readFileSync(join(dir, 'test/coverage.json'), 'utf8')) as CoverageList;
    expect(written.recordings['op-node-1']).toMatchObject({
      used: { 'version.json': ['test/chain/x.test.ts'] },
      planned: { '6': ['later.json'] },
    });
  });
});
