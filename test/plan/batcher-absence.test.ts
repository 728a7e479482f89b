import { describe, expect, it } from 'vitest';
import { type Absence, mayBeReplaced } from '../../src/plan/batcher-absence.ts';

const NOW = '2026-11-28T12:00:00Z';

describe('a batcher that does not run', () => {
  it.each<[string, boolean, Omit<Absence, 'now'>]>([
    ['that a wish starts', true, { planKind: 'change', readyAt: NOW }],
    ['of a new network', true, { planKind: 'install', readyAt: undefined }],
    ['that a new version of the operator starts', true, { planKind: 'operatorUpdate', readyAt: NOW }],
    ['that a repair brings back after a moment', false, { planKind: 'drift', readyAt: '2026-11-28T11:59:00Z' }],
    ['that a repair brings back after ten minutes', false, { planKind: 'drift', readyAt: '2026-11-28T11:50:00Z' }],
    ['that a repair brings back after more', true, { planKind: 'drift', readyAt: '2026-11-28T11:49:59Z' }],
    ['that nobody has ever seen ready', true, { planKind: 'drift', readyAt: undefined }],
    ['of which nonsense is written', true, { planKind: 'drift', readyAt: 'yesterday' }],
    [
      'that was seen hours later, by a clock that was wrong',
      true,
      { planKind: 'drift', readyAt: '2026-11-28T15:00:00Z' },
    ],
  ])('%s may have been replaced: %s', (_, expected, absence) => {
    expect(mayBeReplaced({ ...absence, now: Date.parse(NOW) })).toBe(expected);
  });
});
