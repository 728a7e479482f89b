import { describe, expect, it } from 'vitest';
import { guardDecision, guardMove, guardMoveAnswer } from '../../src/workflows/guards.ts';

const NONSENSE = [
  undefined,
  null,
  7,
  'text',
  [],
  [{}],
  { malformed: true, bytes: 3, encoding: 'binary/null' },
  () => 1,
];

describe('what somebody sends', () => {
  it.each(NONSENSE.map((value) => [String(JSON.stringify(value)), value]))(
    '%s is refused with words, never thrown at',
    (_, value) => {
      for (const guarded of [guardDecision(value), guardMove('retry', value), guardMove('skipGate', value)]) {
        expect(guarded).toMatchObject({ ok: false, why: expect.stringMatching(/must|expected/) });
      }
    },
  );

  it('as a decision names plan and approver', () => {
    expect(guardDecision({ plan: 'abcdef01', approver: 'ana', comment: 'ok', more: 1 })).toEqual({
      ok: true,
      value: { plan: 'abcdef01', approver: 'ana', comment: 'ok' },
    });
    expect(guardDecision({ plan: 'abcdef0', approver: 'ana' })).toMatchObject({ ok: false });
    expect(guardDecision({ plan: 'ABCDEF01', approver: 'ana' })).toMatchObject({ ok: false });
    expect(guardDecision({ plan: 'abcdef01' })).toMatchObject({
      ok: false,
      why: '"approver" must say who decides, in at most 253 characters',
    });
    // The status has room for no longer one, and would refuse the whole report.
    expect(guardDecision({ plan: 'abcdef01', approver: 'a'.repeat(253) })).toMatchObject({ ok: true });
    expect(guardDecision({ plan: 'abcdef01', approver: 'a'.repeat(254) })).toMatchObject({ ok: false });
    expect(guardMove('pause', { by: 'a'.repeat(254) })).toMatchObject({ ok: false });
  });

  it('as a skipped gate names a gate that there is, and why', () => {
    const value = { gate: 'batching', by: 'ana', reason: 'L1 is slow' };
    expect(guardMove('skipGate', value)).toEqual({ ok: true, value: { type: 'skipGate', ...value } });
    expect(guardMove('skipGate', { ...value, gate: 'toString' })).toMatchObject({ ok: false });
    expect(guardMove('skipGate', { ...value, reason: '' })).toMatchObject({ ok: false });
  });

  it('as a fenced node names it, and how one knows', () => {
    const value = { node: 'acme-sequencer', by: 'ana', reason: 'powered off' };
    expect(guardMove('confirmFenced', value)).toEqual({ ok: true, value: { type: 'confirmFenced', ...value } });
    expect(guardMove('confirmFenced', { by: 'ana', reason: 'off' })).toMatchObject({ ok: false });
    expect(guardMove('confirmFenced', { node: 'x', by: 'ana' })).toMatchObject({ ok: false });
  });

  it('as blocks to give up names the last one that is kept, as a number, and why', () => {
    const value = { above: 5000, by: 'ana', reason: 'the disk is lost' };
    expect(guardMove('giveUpBlocks', value)).toEqual({ ok: true, value: { type: 'giveUpBlocks', ...value } });
    for (const above of ['5000', -1, 1.5, Number.NaN, undefined])
      expect(guardMove('giveUpBlocks', { ...value, above })).toMatchObject({
        ok: false,
        why: expect.stringContaining('"above" must be the number'),
      });
    expect(guardMove('giveUpBlocks', { ...value, reason: '' })).toMatchObject({ ok: false });
  });

  it('as a plain move needs no reason', () => {
    expect(guardMove('pause', { by: 'ana' })).toEqual({ ok: true, value: { type: 'pause', by: 'ana', reason: '' } });
    expect(guardMove('abort', { reason: 'because' })).toMatchObject({
      ok: false,
      why: '"by" must say who asks, in at most 253 characters',
    });
  });

  it('as an answer of the plan is taken only when it can be read', () => {
    expect(guardMoveAnswer({ key: 'k' })).toEqual({ key: 'k' });
    expect(guardMoveAnswer({ key: 'k', refused: 'no' })).toEqual({ key: 'k', refused: 'no' });
    for (const refused of ['', 7, null, 'x'.repeat(2000)])
      expect(guardMoveAnswer({ key: 'k', refused })).toBeUndefined();
    expect(guardMoveAnswer({ refused: 'no' })).toBeUndefined();
  });
});
