import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tools } from '../../tools/toolchain/catalogue.ts';
import { compareVersions } from '../../tools/toolchain/go-build.ts';

describe('versions of Go', () => {
  test.each([
    ['1.26.8', '1.26.8', 0],
    ['1.26', '1.26.0', 0],
    ['1.27.0', '1.26.8', 1],
    ['1.9.0', '1.26.0', -1],
    ['1.26.7', '1.26.8', -1],
    ['1.27rc1', '1.26.8', 1],
  ])('%s against %s', (left, right, sign) => {
    expect(Math.sign(compareVersions(left, right))).toBe(sign);
  });

  const bundles = Object.values(tools).flatMap(({ origin }) => (origin.kind === 'bundle' ? [origin.bundle] : []));
  test.each(bundles.map((bundle) => [bundle.name, bundle] as const))(
    'the one for %s is that of its go.mod',
    (name, bundle) => {
      const mod = readFileSync(join(import.meta.dirname, `../../tools/${name}/go.mod`), 'utf8');
      const wanted = /^go (\S+)$/m.exec(mod)?.[1] ?? 'missing';
      expect(compareVersions(bundle.go, wanted)).toBe(0);
    },
  );
});
