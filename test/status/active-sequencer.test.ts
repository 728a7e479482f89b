import { describe, expect, it } from 'vitest';
import type { NodeSample, Reading, Sample } from '../../src/chain/samples.ts';
import { sequencerToStatus } from '../../src/status/active-sequencer.ts';

const now = new Date('2026-11-22T12:00:00Z');
const before = { active: 'seq-a', since: '2026-11-22T11:00:00Z' };
const silent: Reading<never> = { ok: false, kind: 'unreachable', error: 'no answer' };

function sampleOf(...nodes: [node: string, sequencerActive: Reading<boolean>][]): Sample {
  return {
    at: now.getTime(),
    nodes: nodes.map(
      ([node, sequencerActive]): NodeSample => ({
        pod: `${node}-0`,
        node,
        role: 'Sequencer',
        sequencerActive,
        sync: silent,
        el: silent,
      }),
    ),
  };
}

describe('the active sequencer in status', () => {
  it('is the one that says so, since it was first seen', () => {
    const sample = sampleOf(['seq-a', { ok: true, value: true }], ['seq-b', { ok: true, value: false }]);
    expect(sequencerToStatus(sample, undefined, now)).toEqual({ active: 'seq-a', since: '2026-11-22T12:00:00Z' });
    expect(sequencerToStatus(sample, before, now)).toEqual(before);
  });

  it('is another one from the moment at which that one is', () => {
    const sample = sampleOf(['seq-a', { ok: true, value: false }], ['seq-b', { ok: true, value: true }]);
    expect(sequencerToStatus(sample, before, now)).toEqual({ active: 'seq-b', since: '2026-11-22T12:00:00Z' });
  });

  it('is still the same one when somebody has started a second one', () => {
    const sample = sampleOf(['seq-0', { ok: true, value: true }], ['seq-a', { ok: true, value: true }]);
    expect(sequencerToStatus(sample, before, now)).toEqual(before);
  });

  it('stays who it was when all say no: who made the last blocks is what the next start has to know', () => {
    const sample = sampleOf(['seq-a', { ok: true, value: false }], ['seq-b', { ok: true, value: false }]);
    expect(sequencerToStatus(sample, before, now)).toEqual(before);
  });

  it('stays who it was while there is no pod of any', () => {
    expect(sequencerToStatus(sampleOf(), before, now)).toEqual(before);
  });

  it('stays who it was while one does not answer', () => {
    expect(sequencerToStatus(sampleOf(['seq-a', silent], ['seq-b', { ok: true, value: false }]), before, now)).toEqual(
      before,
    );
    expect(sequencerToStatus(sampleOf(['seq-a', silent]), undefined, now)).toBeUndefined();
  });
});
