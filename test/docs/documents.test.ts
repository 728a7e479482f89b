/** What the documents list is what the code has. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NON_RETRYABLE_FAILURES, RETRYABLE_FAILURES } from '../../src/contract/failures.ts';
import { GATES, UNSKIPPABLE_GATES } from '../../src/contract/plan.ts';
import { environmentName, settingsSchema } from '../../src/worker/settings.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const documents = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

/** Where reasons of conditions are made. */
const MAKERS_OF_CONDITIONS = [
  ...readdirSync(join(ROOT, 'src/status'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join('src/status', name)),
  'src/watcher/conditions.ts',
  'src/watcher/temporal-errors.ts',
  'src/activities/report-components.ts',
  'src/activities/observe.ts',
];

/** Every word that a condition is given as its reason: `reason: 'Word'`, or the third argument of `condition(…)`. */
function reasonsOfConditions(): string[] {
  const found = MAKERS_OF_CONDITIONS.flatMap((path) => {
    const text = read(path);
    return [
      ...[...text.matchAll(/\breason: .*/g)].flatMap(([line]) => [...line.matchAll(/'([A-Z][A-Za-z]+)'/g)]),
      ...text.matchAll(/\bcondition\(\s*'[A-Za-z]+',\s*'[A-Za-z]+',\s*'([A-Za-z]+)'/g),
    ].map(([, reason = '']) => reason);
  });
  return [...new Set(found)].sort();
}

/** `## Some Heading` → `some-heading`, as the usual renderers make anchors. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('the documents', () => {
  it.each([...NON_RETRYABLE_FAILURES, ...RETRYABLE_FAILURES])('say what %s means and what to do', (type) => {
    const [, section = ''] = read('docs/troubleshooting.md').split(`\n### ${type}\n`);
    const [own = ''] = section.split(/\n##+ /);
    expect(own).toContain('**What it means.**');
    expect(own).toContain('**What to do.**');
  });

  it.each(reasonsOfConditions())('have a section or a row for the reason %s', (reason) => {
    const text = read('docs/troubleshooting.md');
    expect(text.includes(`\n### ${reason}\n`) || text.includes(`\`${reason}\``), reason).toBe(true);
  });

  it.each(GATES)('have the gate %s and say whether it can be skipped', (gate) => {
    const row = read('docs/gates.md')
      .split('\n')
      .find((line) => line.startsWith(`| \`${gate}\` |`));
    const last = row?.split('|').at(-2)?.trim();
    expect(last).toMatch(UNSKIPPABLE_GATES.includes(gate) ? /^no\b(?! plan)/ : /^yes$/);
  });

  it('have exactly the settings of the processes, with their defaults', () => {
    const rows = [...read('docs/install.md').matchAll(/^\| `(OPSTACK_[A-Z_]+)` \| (.*?) \|/gm)];
    const documented = Object.fromEntries(rows.map(([, name, value]) => [name, value]));
    const defaults = settingsSchema.parse({}) as Record<string, unknown>;
    const names = Object.keys(settingsSchema.shape);
    expect(Object.keys(documented)).toEqual(names.map(environmentName));
    for (const name of names.filter((item) => defaults[item] !== undefined)) {
      expect(documented[environmentName(name)]).toBe(`\`${String(defaults[name])}\``);
    }
  });

  it.each(documents)('%s links only to what exists', (path) => {
    const text = read(path).replaceAll(/```.*?```/gs, '');
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    for (const link of links.filter((target) => !/^[a-z]+:/.test(target))) {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : relative(ROOT, join(ROOT, dirname(path), file));
      expect(() => readFileSync(join(ROOT, target)), `${path}: ${link}`).not.toThrow();
      if (anchor !== undefined) expect(anchorsOf(read(target)), `${path}: ${link}`).toContain(anchor);
    }
  });
});
