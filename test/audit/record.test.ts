import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  EMPTY_HEAD,
  expectedHash,
  FIRST_PREV,
  MAX_DETAILS_BYTES,
  makeRecord,
  parseRecord,
  recordLine,
} from '../../src/audit/record.ts';
import { entry } from './chain-of-records.ts';

const AT = new Date('2026-11-22T12:00:00Z');

describe('an audit record', () => {
  it('is number 1 and follows the zero hash when the chain is empty', () => {
    const record = makeRecord(entry(0), EMPTY_HEAD, 'uid-1', AT);
    expect(record).toMatchObject({ seq: 1, prev: FIRST_PREV, networkUid: 'uid-1', time: '2026-11-22T12:00:00.000Z' });
  });

  it('names the hash of the record before it', () => {
    const first = makeRecord(entry(0), EMPTY_HEAD, 'uid-1', AT);
    expect(makeRecord(entry(1), first, 'uid-1', AT)).toMatchObject({ seq: 2, prev: first.hash });
  });

  it('has the SHA-256 of its sorted, space-free JSON without the hash, so that anybody can check it', () => {
    const { hash, ...fields } = makeRecord(entry(0, { details: { b: 1, a: 'x' } }), EMPTY_HEAD, 'uid-1', AT);
    const sorted = JSON.stringify(
      Object.fromEntries(Object.entries({ ...fields, details: { a: 'x', b: 1 } }).sort(([a], [b]) => (a < b ? -1 : 1))),
    );
    expect(hash).toBe(createHash('sha256').update(sorted).digest('hex'));
  });

  it('is the same text whatever the order of the fields it was made from', () => {
    const one = makeRecord(entry(0, { details: { a: 1, b: 2 } }), EMPTY_HEAD, 'uid-1', AT);
    const other = makeRecord(entry(0, { details: { b: 2, a: 1 } }), EMPTY_HEAD, 'uid-1', AT);
    expect(recordLine(one)).toBe(recordLine(other));
  });

  it('replaces details that are too large by their digest, so that a record never stops a step', () => {
    const record = makeRecord(entry(0, { details: { log: 'x'.repeat(100_000) } }), EMPTY_HEAD, 'uid-1', AT);
    expect(record.details).toMatchObject({ truncated: true, bytes: 100_010 });
    expect(Buffer.byteLength(recordLine(record))).toBeLessThan(MAX_DETAILS_BYTES);
  });

  it('cuts what people typed, but never an id or a key', () => {
    const long = 'n'.repeat(5000);
    const record = makeRecord(entry(0, { actor: long, idempotencyKey: long }), EMPTY_HEAD, 'uid-1', AT);
    expect(record.actor).toHaveLength(1001);
    expect(record.idempotencyKey).toBe(long);
  });

  it('survives half of an emoji in a message', () => {
    const record = makeRecord(entry(0, { details: { message: 'broken \ud83d' } }), EMPTY_HEAD, 'uid-1', AT);
    expect(record.details['message']).toBe('broken \ufffd');
  });

  it('comes back from its line with the hash that it must have', () => {
    const record = makeRecord(entry(0), EMPTY_HEAD, 'uid-1', AT);
    expect(parseRecord(recordLine(record))).toEqual(record);
    expect(expectedHash({ ...record })).toBe(record.hash);
  });

  it.each(['', 'null', '[]', '{"seq":1}', '{"seq":', 'text'])('is not read from %j', (line) => {
    expect(parseRecord(line)).toBeUndefined();
  });
});
