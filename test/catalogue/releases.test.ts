import { describe, expect, test } from 'vitest';
import { defaultRelease, FORKS, knowsFork, release, releaseNames } from '../../src/catalogue/releases.ts';

describe('the catalogue of releases', () => {
  test.each(releaseNames)('%s names pinned images, a fork and where its versions come from', (name) => {
    const found = release(name);
    expect(found?.name).toBe(name);
    for (const { repository, tag } of Object.values(found?.images ?? {})) {
      expect(repository).toMatch(/^us-docker\.pkg\.dev\/oplabs-tools-artifacts\/images\/op-/);
      expect(tag).toMatch(/^v\d+\.\d+\.\d+$/);
    }
    expect(found?.images).toMatchObject({ opNode: {}, opBatcher: {}, opProposer: {}, opChallenger: {} });
    expect(found?.initImage.tag).toMatch(/^\d+\.\d+\.\d+$/);
    expect(FORKS).toContain(found?.newestFork);
    expect(found?.sources.length).toBeGreaterThan(0);
  });

  test('has the release that networks get by default', () => {
    expect(release(defaultRelease)).toBeDefined();
  });

  test('has op-geth only in releases that end before Karst, which it does not know', () => {
    for (const name of releaseNames) {
      const found = release(name);
      if (found !== undefined && knowsFork(found.newestFork, 'karst')) expect(found.images.opGeth).toBeUndefined();
    }
  });

  test('answers undefined for a name that it does not have', () => {
    expect(release('u99')).toBeUndefined();
    expect(release('constructor')).toBeUndefined();
  });

  test.each([
    ['jovian', 'isthmus', true],
    ['jovian', 'jovian', true],
    ['jovian', 'karst', false],
  ] as const)('programs that know %s can run a chain with %s: %s', (newest, fork, expected) => {
    expect(knowsFork(newest, fork)).toBe(expected);
  });
});
