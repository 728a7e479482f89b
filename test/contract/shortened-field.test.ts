import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shortenedField } from '../../src/contract/shortened-field.ts';

describe('a shortened field', () => {
  it('is the field itself where it is short', () => {
    const field = { path: 'spec.replicas', from: '1', to: '2' };
    expect(shortenedField(field, 120)).toBe(field);
  });

  it('begins where its values do, when they differ early', () => {
    const { from, to } = shortenedField({ path: 'p', from: `a${'x'.repeat(500)}`, to: `b${'x'.repeat(500)}` }, 20);
    expect([from, to]).toEqual([`a${'x'.repeat(19)}…`, `b${'x'.repeat(19)}…`]);
  });

  it('has a value that has nothing to be compared with from its beginning', () => {
    expect(shortenedField({ path: 'p', to: 'x'.repeat(50) }, 20)).toEqual({ path: 'p', to: `${'x'.repeat(20)}…` });
  });

  it('never says that two values are the same which are not', () => {
    const text = fc.string({ maxLength: 300 });
    fc.assert(
      fc.property(text, text, text, text, fc.integer({ min: 8, max: 120 }), (before, a, b, after, max) => {
        fc.pre(a !== b);
        const field = { path: 'p', from: `${before}${a}${after}`, to: `${before}${b}${after}` };
        fc.pre(field.from !== field.to);
        const { from = '', to = '' } = shortenedField(field, max);
        expect(from).not.toBe(to);
        expect(Math.max(from.length, to.length)).toBeLessThanOrEqual(max + 2);
      }),
    );
  });
});
