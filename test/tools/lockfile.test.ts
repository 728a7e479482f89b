import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Lockfile, missingPackages } from '../../tools/complete-lockfile.ts';

describe('package-lock.json', () => {
  test('lists the packages of every platform, or npm ci refuses it (fix: node tools/complete-lockfile.ts)', () => {
    const lock = JSON.parse(readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8')) as Lockfile;
    expect(Object.keys(missingPackages(lock))).toEqual([]);
  });

  test('without one of them is found incomplete', () => {
    const lock: Lockfile = {
      packages: {
        'node_modules/tool': {
          dev: true,
          optionalDependencies: {
            '@tool/cli-linux-x64-musl': '1.2.3',
            '@tool/cli-darwin-arm64': '1.2.3',
            fsevents: '^2',
          },
        },
        'node_modules/@tool/cli-darwin-arm64': { version: '1.2.3' },
      },
    };
    expect(missingPackages(lock)).toEqual({
      'node_modules/@tool/cli-linux-x64-musl': {
        version: '1.2.3',
        cpu: ['x64'],
        dev: true,
        optional: true,
        os: ['linux'],
        libc: ['musl'],
      },
    });
  });
});
