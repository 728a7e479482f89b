/** The bench does not rot: its document lists its rows, its judgement is right, and the rows without servers run. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { withFigures } from './document.ts';
import { amountOf, atLeast, atMost, distribution, type Row, verdictOf } from './row.ts';
import { ROWS } from './rows.ts';
import { percentile } from './statistics.ts';
import { numberText, targetsText } from './words.ts';

const DOCUMENT = readFileSync(join(import.meta.dirname, '../../docs/benchmarks.md'), 'utf8');
const MAIN = join(import.meta.dirname, 'main.ts');

function row(change: Partial<Row> = {}): Row {
  return {
    name: 'quick',
    what: 'something quick',
    targets: [atMost('p99', 1.5, 's')],
    size: {},
    measure: async () => ({ figures: [], under: '' }),
    ...change,
  };
}

function verdict(of: Row, figure: { name: string; value: number }, asked = {}) {
  const figures = [{ ...figure, unit: 's' }];
  return verdictOf(of, { figures, under: '' }, amountOf(of.size, asked));
}

describe('a row', () => {
  it.each([
    ['at its limit', row(), { name: 'p99', value: 1.5 }, 'met'],
    ['above it', row(), { name: 'p99', value: 1.51 }, 'missed'],
    ['below what it should reach', row({ targets: [atLeast('p99', 4, '/s')] }), { name: 'p99', value: 3.9 }, 'missed'],
    ['without the figure that the target is about', row(), { name: 'p50', value: 0.1 }, 'missed'],
  ])('%s is judged so', (_, of, figure, is) => {
    expect(verdict(of, figure)).toMatchObject({ is });
  });

  it('that was measured on less than its target is about is not judged', () => {
    const many = row({ size: { networks: { usual: 100, target: 1000 } } });
    expect(verdict(many, { name: 'p99', value: 1 })).toEqual({ is: 'not judged', why: '100 of 1000 networks' });
    expect(verdict(many, { name: 'p99', value: 1 }, { networks: 1000 })).toEqual({ is: 'met' });
    const often = row({ size: { runs: { usual: 30, of: 'applies' } } });
    expect(verdict(often, { name: 'p99', value: 1 }, { runs: 2 })).toEqual({
      is: 'not judged',
      why: '2 of 30 applies',
    });
  });

  it('takes no more networks than it can stand', () => {
    expect(amountOf({ networks: { usual: 4, target: 200, most: 16 } }, { networks: 1000 }).networks).toBe(16);
  });
});

describe('a percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it('is a value that was measured', () => {
    expect([50, 90, 99, 100].map((percent) => percentile(hundred, percent))).toEqual([50, 90, 99, 100]);
    expect(percentile([3, 1, 2], 50)).toBe(2);
    expect(percentile([7], 99)).toBe(7);
  });

  it('of nothing is an error, and no figure', () => {
    expect(() => distribution([], 's')).toThrow('there is no percentile of nothing');
  });
});

describe('the document', () => {
  const machine = 'a machine';
  const entry = { measured: 'p99 1 s', verdict: 'met', under: 'somewhere | sometime' };
  const empty = 'before\n<!-- figures: npm run bench -- --write -->\n<!-- end of figures -->\nafter';

  it('lists all rows and their targets', () => {
    const listed = [...DOCUMENT.matchAll(/^\| `([a-z-]+)` \| .*? \| (.*?) \|/gm)].map(([, name, target]) => [
      name,
      target,
    ]);
    expect(listed).toEqual(ROWS.map((each) => [each.name, targetsText(each)]));
  });

  it('gets what was measured, and keeps everything else', () => {
    const rows = [row(), row({ name: 'slow' })];
    const first = withFigures(empty, rows, machine, new Map([['quick', entry]]));
    expect(first).toMatch(/^before\n/);
    expect(first).toMatch(/\nafter$/);
    expect(first).toContain('| p99 1 s | met | somewhere \\| sometime |');
    expect(first).toContain('| `slow` | something quick | p99 ≤ 1.5 s | | not measured yet |');
    const today = [row({ targets: [atMost('p99', 1, 's')] }), row({ name: 'slow' })];
    const second = withFigures(first, today, machine, new Map([['slow', { ...entry, measured: 'p99 2 s' }]]));
    expect(second).toContain('p99 ≤ 1 s | | p99 1 s | met | somewhere \\| sometime |');
    expect(second).toContain('p99 2 s');
  });

  it('tells figures of another machine', () => {
    const first = withFigures(empty, [row()], machine, new Map([['quick', entry]]));
    const second = withFigures(first, [row(), row({ name: 'slow' })], 'another', new Map([['slow', entry]]));
    expect(second).toContain('**Machine:** another');
    expect(second).toMatch(/`quick`.*somewhere \\\| sometime; on another machine: a machine \|/);
    const third = withFigures(second, [row()], 'a third', new Map());
    expect(third).toMatch(/`quick`.*; on another machine: a machine \|/);
  });

  it('says three digits that count', () => {
    expect([0.123456, 12.3456, 1234.56, 7, 1000].map(numberText)).toEqual(['0.123', '12.3', '1,235', '7', '1,000']);
  });
});

describe('npm run bench', () => {
  it('measures what needs no servers', { timeout: 120_000 }, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      MAIN,
      '--json',
      '--runs',
      '1',
      'replay',
      'render-plan',
      'plan-size',
    ]);
    const { machine, results, failed } = JSON.parse(stdout);
    expect(failed).toEqual([]);
    expect(machine).toMatchObject({ cores: expect.any(Number), versions: { Node: process.versions.node } });
    expect(results).toMatchObject(
      ['replay', 'render-plan', 'plan-size'].map((name) => ({
        row: name,
        verdict: { is: 'not judged' },
        figures: expect.arrayContaining([expect.objectContaining({ value: expect.any(Number) })]),
      })),
    );
  });

  it('refuses a row that there is not, and names those that there are', async () => {
    const running = promisify(execFile)(process.execPath, [MAIN, 'nonsense']);
    await expect(running).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there is no row "nonsense"; there are first-object, '),
    });
  });
});
