import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { EFFECTS, ENTITY_POINTS, MOMENTS } from './fault-points.ts';

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

it('the table of crash points has every question of the steps about sequencers, and no other', () => {
  const asked = [
    ...found(/\bask\(\s*'([^']+)'/g, 'steps'),
    ...found(/\bbothHeads\(\s*context,\s*'([^']+)'/g, 'steps'),
    ...found(/\bstateOf\(\s*context,\s*\w+,\s*'([^']+)'/g, 'steps'),
    // What `stateOf` asks where nothing is said.
    ...found(/\bmoment = '([^']+)'/g, 'steps'),
  ];
  expect([...new Set(asked)].sort()).toEqual([...MOMENTS.handOverSequencer].sort());
});

it('programs are asked nowhere in the steps about sequencers but in `ask` and `act`', () => {
  const files = globSync('{hand-over*,sequencer*,silent-sequencer,stopped-sequencer}.ts', { cwd: join(ROOT, 'steps') });
  expect(files.length).toBeGreaterThan(5);
  const outside = files.flatMap((file) => {
    const lines = readFileSync(join(ROOT, 'steps', file), 'utf8').split('\n');
    return lines.flatMap((line, index) => {
      if (!/\breading\(/.test(line)) return [];
      return /\b(ask|act)\(/.test(`${lines[index - 1]}${line}`) ? [] : [`${file}:${index + 1} ${line.trim()}`];
    });
  });
  expect(outside).toEqual([]);
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
