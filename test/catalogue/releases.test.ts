import { describe, expect, test } from 'vitest';
import { compatibility } from '../../src/catalogue/compatibility.ts';
import { loadRegistry } from '../../src/catalogue/registry.ts';
import {
  defaultRelease,
  FORKS,
  knowsFork,
  PROGRAM_KEYS,
  PROGRAMS,
  type ProgramKey,
  release,
  releaseNames,
  releases,
} from '../../src/catalogue/releases.ts';
import { isBelow, parseVersion } from '../../src/catalogue/version.ts';

/** What was published. Never edit a line: pods of networks that run would be rolled out anew. */
const PUBLISHED: Readonly<Record<string, Partial<Record<ProgramKey, string>>>> = {
  u17: {
    opNode: 'v1.16.11',
    opGeth: 'v1.101701.0',
    opBatcher: 'v1.16.7',
    opProposer: 'v1.16.2',
    opChallenger: 'v1.7.0',
  },
  u18: {
    opNode: 'v1.18.2',
    opGeth: 'v1.101702.2',
    opReth: 'v2.2.2',
    opBatcher: 'v1.16.7',
    opProposer: 'v1.16.2',
    opChallenger: 'v1.8.0',
  },
  u19: {
    opNode: 'v1.19.7',
    opReth: 'v2.4.4',
    opBatcher: 'v1.17.0',
    opProposer: 'v1.16.3',
    opChallenger: 'v1.9.3',
  },
  u20: {
    opNode: 'v1.19.8',
    opReth: 'v2.5.0',
    opBatcher: 'v1.17.0',
    opProposer: 'v1.16.6',
    opChallenger: 'v1.10.0',
  },
};

describe('the catalogue of releases', () => {
  test('has what was published, image by image, and nothing else', () => {
    const images = releases.map((entry) => [entry.name, entry.images, entry.initImage]);
    const published = Object.entries(PUBLISHED).map(([name, tags]) => [
      name,
      Object.fromEntries(
        PROGRAM_KEYS.flatMap((key) => {
          const repository = `us-docker.pkg.dev/oplabs-tools-artifacts/images/${PROGRAMS[key]}`;
          return tags[key] === undefined ? [] : [[key, { repository, tag: tags[key] }]];
        }),
      ),
      { repository: 'docker.io/library/busybox', tag: '1.37.0' },
    ]);
    expect(images).toEqual(published);
  });

  test.each(releaseNames)('%s says where each of its notes and prestates comes from', (name) => {
    const found = release(name) ?? expect.fail();
    expect(found.sources.length).toBeGreaterThan(0);
    for (const { source } of [...found.notes, ...found.prestates]) expect(source).not.toBe('');
  });

  test.each(releaseNames)('%s is as new as its own minimums, and as those of its newest fork', (name) => {
    const found = release(name) ?? expect.fail();
    const ofFork = compatibility.forks.filter(({ fork }) => knowsFork(found.newestFork, fork));
    for (const minimums of [found.minimums, ...ofFork.map((entry) => entry.minimums)]) {
      for (const program of PROGRAM_KEYS) {
        const version = parseVersion(found.images[program]?.tag ?? '');
        if (version) expect(isBelow(version, minimums[program] ?? 'v0.0.0'), `${name} ${program}`).toBe(false);
      }
    }
  });

  test('goes from release to release without an older program', () => {
    for (const [index, { name, images }] of releases.entries()) {
      for (const program of PROGRAM_KEYS) {
        const version = parseVersion(images[program]?.tag ?? '');
        const former = releases[index - 1]?.images[program]?.tag;
        if (version && former) expect(isBelow(version, former), `${name} ${program}`).toBe(false);
      }
    }
  });

  test('has the release that networks get by default', () => {
    expect(release(defaultRelease)).toBeDefined();
  });

  test('has op-geth only in releases that end before Karst, which it does not know', () => {
    for (const { newestFork, newestOpGethFork, images } of releases) {
      expect(newestOpGethFork).toBe('jovian');
      if (knowsFork(newestFork, 'karst')) expect(images.opGeth).toBeUndefined();
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

describe('what goes with what', () => {
  test('is listed from the oldest fork and contracts to the newest', () => {
    const order = compatibility.forks.map(({ fork }) => FORKS.indexOf(fork));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(compatibility.contracts.map(({ generation }) => generation)).toEqual(['v6', 'v7', 'v8']);
  });

  test('names chains that are in the registry, and went through the fork that it is about', () => {
    const chains = compatibility.builtInChains.flatMap((entry) => entry.chains);
    const found = chains.map((name) => loadRegistry().find(name)?.hardforks.karst_time);
    expect(found).toEqual(chains.map(() => expect.any(Number)));
  });
});
