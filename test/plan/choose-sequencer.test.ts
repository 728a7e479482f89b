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
    const { active: chosen, heir } = chooseSequencer(seen(about), wish);
    expect([chosen, heir]).toEqual([expected, undefined]);
  });

  it.each([
    ['sequences', active],
    ['does not answer for a moment', { ...silent, may: true }],
    ['was stopped by somebody', { may: true }],
  ] as const)('stays until it has been handed over to the preferred one, also while it %s', (_, state) => {
    expect(chooseSequencer(seen({ a: state, b: {} }), { preferred: 'b' })).toEqual({
      active: 'a',
      heir: 'b',
      wished: 'b',
      deputies: ['b'],
    });
  });

  it('is changed to the preferred one when it is lost: there is nobody to hand over', () => {
    const both = seen({ a: { ...lost, may: true }, b: {} });
    expect(chooseSequencer(both, { preferred: 'b', lastActive: 'a' })).toMatchObject({ active: 'b', wished: 'b' });
    expect(chooseSequencer(both, { preferred: 'b', lastActive: 'a' }).heir).toBeUndefined();
  });

  it('is handed over when its spec says that it is not to sequence', () => {
    const choice = chooseSequencer(seen({ a: { ...active, barred: true }, b: {} }), {});
    expect(choice).toEqual({ active: 'a', heir: 'b', deputies: ['b'] });
  });

  it('is wished again after another one has stood in for it, but only by name', () => {
    expect(chooseSequencer(seen({ a: active, b: {} }), { preferred: 'a' })).toMatchObject({ wished: 'a' });
    expect(chooseSequencer(seen({ a: active, b: {} }), {}).wished).toBeUndefined();
    expect(chooseSequencer(seen({ a: active, b: {} }), { preferred: 'c' }).wished).toBeUndefined();
  });

  it('can be stood in for by whoever stays and may sequence', () => {
    const all = seen({ a: active, b: { stays: false }, c: { barred: true }, d: {}, e: silent });
    expect(chooseSequencer(all, {}).deputies).toEqual(['d', 'e']);
  });
});
