import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { EFFECTS, ENTITY_POINTS } from './fault-points.ts';

const ROOT = join(import.meta.dirname, '../../src/activities');

function found(pattern: RegExp, folder: string): string[] {
  const texts = globSync('**/*.ts', { cwd: join(ROOT, folder) }).map((file) =>
    readFileSync(join(ROOT, folder, file), 'utf8'),
  );
  return [...new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name]) => name ?? '')))].sort();
}

it('the table of crash points has every effect of the steps, and no other', () => {
  const table = [...new Set(Object.values(EFFECTS).flat())].sort();
  expect(found(/\bact\(\s*'([^']+)'/g, 'steps')).toEqual(table);
});

it('the table of crash points has every point of looks and reports', () => {
  const points = found(/\breached\(\s*['`]((?:look|report)\/[^'`]+)['`]/g, '.');
  expect(points.map((point) => point.replace(/\$\{[^}]+\}/, '<happening>'))).toEqual([...ENTITY_POINTS].sort());
});

it('effects happen nowhere but in `act`', () => {
  const files = globSync('*.ts', { cwd: join(ROOT, 'steps') }).filter((file) => file !== 'step-context.ts');
  const writes = /kube\.(apply|create|replace|mergePatch|delete)\(|\b(rpcStart|rpcStop|changeFinalizer)\(/;
  const outside = files.flatMap((file) => {
    const source = readFileSync(join(ROOT, 'steps', file), 'utf8');
    const lines = source.split('\n');
    return lines.flatMap((line, index) => {
      if (!writes.test(line) || /^\s*(\*|\/\/|import|export async function)/.test(line)) return [];
      const near = lines.slice(Math.max(0, index - 4), index + 1).join('\n');
      return near.includes('act(') ? [] : [`${file}:${index + 1} ${line.trim()}`];
    });
  });
  // The function that an act of storeConfig and removeFinalizers calls.
  expect(outside.filter((place) => !place.startsWith('finalizers.ts'))).toEqual([]);
});
