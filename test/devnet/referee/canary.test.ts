import { describe, expect, test } from 'vitest';
import { assertNoCanary } from './canary.ts';

const canary = '0xc0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee42';
const scan = (text: string) => () => assertNoCanary([{ where: 'event a/b', text }], [canary]);

describe('the canary scanner', () => {
  test.each([
    ['as it is', canary],
    ['without its 0x', canary.slice(2)],
    ['in capitals', canary.toUpperCase()],
    ['in the middle of text', `key=${canary.slice(2)};`],
    ['as base64', Buffer.from(canary).toString('base64')],
    ['as base64 of its bytes', Buffer.from(canary.slice(2), 'hex').toString('base64')],
    ['inside base64 of JSON', Buffer.from(JSON.stringify({ a: 1, key: canary })).toString('base64')],
    ['inside base64 at another offset', Buffer.from(`x${canary.slice(2)}y`).toString('base64')],
    ['inside base64 at the third offset', Buffer.from(`xy${canary.slice(2)}`).toString('base64')],
    ['inside URL-safe base64', Buffer.from(`?>${canary}`).toString('base64url')],
  ])('finds a canary %s', (_how, text) => {
    expect(scan(text)).toThrow(/^secrets leaked: canary 0 (as base64 )?in event a\/b$/);
  });

  test('never shows the canary itself', () => {
    expect(scan(canary)).toThrow(expect.not.objectContaining({ message: expect.stringContaining('c0ffee') }));
  });

  test('is silent about other text', () => {
    expect(scan('0xc0ffee00c0ffee00')).not.toThrow();
    expect(scan(Buffer.from('something else that is long enough').toString('base64'))).not.toThrow();
  });

  test('finds words as well as keys', () => {
    expect(() =>
      assertNoCanary([{ where: 'log', text: 'https://l1/v3/canary-api-key-17' }], ['canary-api-key-17']),
    ).toThrow('canary 0 in log');
  });

  test('refuses a canary that is too short to mean anything', () => {
    expect(() => assertNoCanary([], ['abc'])).toThrow('at least 12 characters');
  });
});
