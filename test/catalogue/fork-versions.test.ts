import { describe, expect, test } from 'vitest';
import { versionKnowsFork } from '../../src/catalogue/fork-versions.ts';
import { FORKS, release, releaseNames } from '../../src/catalogue/releases.ts';

describe('a version knows a fork', () => {
  test.each([
    ['opNode', 'v1.16.2', 'jovian', true],
    ['opNode', 'v1.16.1', 'jovian', false],
    ['opNode', 'v1.16.11', 'karst', false],
    ['opNode', 'v1.20.0-rc.1', 'karst', true],
    ['opGeth', 'Geth/v1.101701.0-rc.3-d0734fd5-20260317/linux-amd64/go1.26.8', 'jovian', true],
    ['opGeth', 'Geth/v1.101603.4-stable-d0734fd5/linux-amd64/go1.26.8', 'jovian', false],
    ['opGeth', 'Geth/v1.101702.2-stable-d0734fd5/linux-amd64/go1.26.8', 'karst', false],
    ['opReth', 'reth/v2.3.3-d0734fd5/x86_64-unknown-linux-gnu', 'karst', true],
    ['opReth', 'reth/v1.9.1-d0734fd5/x86_64-unknown-linux-gnu', 'jovian', false],
    ['opNode', 'v0.0.0', 'jovian', undefined],
    ['opNode', 'of our own', 'jovian', undefined],
    ['opNode', 'v1.19.7', 'lagoon', undefined],
  ] as const)('%s %s and %s: %s', (program, version, fork, expected) => {
    expect(versionKnowsFork(program, version, fork)).toBe(expected);
  });

  test.each(releaseNames)('at least as the release %s says', (name) => {
    const found = release(name);
    const known = FORKS.slice(0, FORKS.indexOf(found?.newestFork ?? 'regolith') + 1);
    for (const program of ['opNode', 'opReth'] as const) {
      const tag = found?.images[program]?.tag;
      if (tag !== undefined) expect(known.filter((fork) => versionKnowsFork(program, tag, fork) === false)).toEqual([]);
    }
  });
});
