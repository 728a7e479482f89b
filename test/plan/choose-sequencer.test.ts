import { describe, expect, it } from 'vitest';
import { chooseSequencer, type SeenSequencer, type SequencerWish } from '../../src/plan/choose-sequencer.ts';

/** `a` is the oldest. Each says only what is special about it; else it is stopped, and its key says so. */
function seen(about: Readonly<Record<string, Partial<SeenSequencer>>>): SeenSequencer[] {
  return Object.entries(about).map(([name, special]) => ({
    name,
    stays: true,
    barred: false,
    state: 'stopped',
    may: false,
    lost: false,
    ...special,
  }));
}

const active = { state: 'active', may: true } as const;
const silent = { state: 'unknown' } as const;
const lost = { state: 'unknown', lost: true } as const;
type Case = [sentence: string, about: Parameters<typeof seen>[0], wish: SequencerWish, active: string | undefined];

describe('the active sequencer', () => {
  it.each<Case>([
    ['is the only one', { a: silent }, {}, 'a'],
    ['is the preferred one of those that are new', { a: silent, b: silent }, { preferred: 'b' }, 'b'],
    ['stays who it is without a preference, however old the others are', { a: {}, b: active }, {}, 'b'],
    ['is the oldest where nobody knows anything', { a: {}, b: {} }, {}, 'a'],
    ['is who may, when somebody has stopped it', { a: {}, b: { may: true } }, {}, 'b'],
    ['is who may, of several that sequence', { a: { state: 'active' }, b: active }, { preferred: 'b' }, 'b'],
    ['is who sequences, whatever its key says', { a: { may: true }, b: { state: 'active' } }, {}, 'b'],
    ['is who is seen to sequence beside one that does not answer', { a: { ...silent, may: true }, b: active }, {}, 'b'],
    ['is who was seen last, while a start has made all keys "stopped"', { a: {}, b: {} }, { lastActive: 'b' }, 'b'],
    ['is who was seen last, when two may', { a: { may: true }, b: { may: true } }, { lastActive: 'b' }, 'b'],
    ['is one of two that sequence, and not a third', { a: {}, b: active, c: active }, { lastActive: 'a' }, 'b'],
    ['is the preferred one of two that may and sequence', { a: active, b: active }, { preferred: 'b' }, 'b'],
    ['is none that is never to sequence', { a: { barred: true }, b: {} }, {}, 'b'],
    ['is nobody, when the preferred one is not there', { a: {}, b: {} }, { preferred: 'c' }, undefined],
    ['stays who it is, when the preferred one is not there', { a: active, b: {} }, { preferred: 'c' }, 'a'],
    ['is the other one, when it is being deleted and is gone', { a: { ...lost, stays: false }, b: {} }, {}, 'b'],
    ['is still the one that is being deleted', { a: { ...active, stays: false }, b: {} }, { preferred: 'b' }, 'a'],
    ['does not change without a wish because it is lost', { a: { ...lost, may: true }, b: {} }, {}, 'a'],
  ])('%s', (_, about, wish, expected) => {
    expect(chooseSequencer(seen(about), wish)).toEqual({ ...(expected ? { active: expected } : {}), problems: [] });
  });

  it.each([
    ['sequences', active, 'while "a" sequences'],
    ['does not answer for a moment', { ...silent, may: true }, 'while "a" is the active sequencer'],
    ['was stopped by somebody', { may: true }, 'while "a" is the active sequencer'],
  ] as const)('is not changed to another preferred one while it %s: that is a hand-over', (_, state, says) => {
    expect(chooseSequencer(seen({ a: state, b: {} }), { preferred: 'b' })).toEqual({
      active: 'a',
      problems: [
        {
          type: 'NotSupportedYet',
          message: expect.stringContaining(says),
          fix: 'set spec.sequencer.preferred back to "a"',
        },
      ],
    });
  });

  it('is changed to the preferred one when it is lost: there is nobody to hand over', () => {
    const both = seen({ a: { ...lost, may: true }, b: {} });
    expect(chooseSequencer(both, { preferred: 'b', lastActive: 'a' })).toEqual({ active: 'b', problems: [] });
  });

  it('is not stopped because its spec says so: that is a hand-over as well', () => {
    expect(chooseSequencer(seen({ a: { ...active, barred: true }, b: {} }), {})).toEqual({
      active: 'a',
      problems: [
        {
          type: 'NotSupportedYet',
          message: expect.stringContaining('spec.sequencer.stopped of "a"'),
          fix: 'leave it out',
          object: 'OpNode/a',
        },
      ],
    });
  });
});
