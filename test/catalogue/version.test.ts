import { describe, expect, test } from 'vitest';
import { compareVersions, isAbove, isBelow, parseVersion, versionOfImage } from '../../src/catalogue/version.ts';

const parsed = (text: string) => parseVersion(text) ?? expect.fail(`${text} is no version`);

describe('the version of an image', () => {
  test.each([
    ['op-node:v1.16.11', 'v1.16.11'],
    ['us-docker.pkg.dev/oplabs-tools-artifacts/images/op-geth:v1.101702.2', 'v1.101702.2'],
    [`registry:5000/op-node:v1.19.8@sha256:${'ab'.repeat(32)}`, 'v1.19.8'],
    ['op-node:1.19.8', 'v1.19.8'],
    ['op-node:v1.19.1-rc.1', 'v1.19.1-rc.1'],
    ['op-node:v1.19.8-acme.3', 'v1.19.8'],
  ])('%s is %s', (image, text) => {
    expect(versionOfImage(image)?.text).toBe(text);
  });

  test.each([
    'op-node:latest',
    'op-node:v1',
    'op-node:v1.19',
    'op-node:v1.19.8.1',
    'registry:5000/op-node',
    'registry.example.com/v1.19.8/op-node',
    `op-node@sha256:${'ab'.repeat(32)}`,
    '',
    undefined,
  ])('%s has none', (image) => {
    expect(versionOfImage(image)).toBeUndefined();
  });
});

describe('versions', () => {
  test('are in the order of their numbers, candidates before their release', () => {
    const inOrder = [
      'v1.9.0',
      'v1.13.4',
      'v1.16.2-rc.1',
      'v1.16.2-rc.10',
      'v1.16.2',
      'v1.16.11',
      'v1.101603.5',
      'v2.0.0',
    ];
    expect(
      [...inOrder]
        .reverse()
        .map(parsed)
        .sort(compareVersions)
        .map(({ text }) => text),
    ).toEqual(inOrder);
  });

  test('are below and above another one, and never both', () => {
    expect([isBelow(parsed('v1.9.0'), 'v1.13.4'), isAbove(parsed('v1.9.0'), 'v1.13.4')]).toEqual([true, false]);
    expect([isBelow(parsed('v1.13.4'), 'v1.13.4'), isAbove(parsed('v1.13.4'), 'v1.13.4')]).toEqual([false, false]);
    expect(isAbove(parsed('v1.13.5-rc.1'), 'v1.13.4')).toBe(true);
  });
});
