import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sequencing } from '../../../src/plan/gates/sequencing.ts';
import { at, context, failed, node } from './scene.ts';

const subject = { node: 'acme' };
const head = (seconds: number, unsafe: number, changes: Parameters<typeof node>[1] = {}) =>
  at(seconds, { nodes: [node('acme-0', { active: true, unsafe, ...changes })] });

describe('sequencing', () => {
  it('passes when the head rises over three block times and is near now', () => {
    const samples = [head(0, 5000), head(2, 5001), head(4, 5002), head(6, 5003)];
    expect(sequencing(samples, context({ subject, now: 6 }))).toEqual({
      outcome: 'pass',
      message: 'acme-0 sequences, unsafe head 5,003, 0 s old',
    });
  });

  it.each<[string, ReturnType<typeof head>[], number]>([
    ['one sample says nothing about rising', [head(0, 5000)], 0],
    ['three blocks at once are no three block times', [head(0, 5000), head(2, 5003)], 2],
    ['three block times with one block are not enough', [head(0, 5000), head(6, 5001)], 6],
    ['a head that stands still', [head(0, 5000), head(10, 5000)], 10],
    ['a head that fell in between begins anew', [head(0, 5000), head(2, 5010), head(4, 4990), head(6, 4991)], 6],
    ['a head that fell and is higher than at first', [head(0, 5000), head(2, 5010), head(6, 5003)], 6],
    ['it was stopped in between', [head(0, 5000), head(3, 5001, { active: false }), head(6, 5003)], 6],
    ['it is stopped now', [head(0, 5000), head(6, 5003, { active: false })], 6],
    [
      'it does not answer now',
      [head(0, 5000), head(6, 5003), at(8, { nodes: [node('acme-0', { active: 'unknown' })] })],
      8,
    ],
    ['its pod is gone', [head(0, 5000), head(6, 5003), at(8)], 8],
    ['rises, but the head is old and comes no nearer', [head(1000, 5000), head(1010, 5005)], 1010],
  ])('waits: %s', (_, samples, now) => {
    expect(sequencing(samples, context({ subject, now })).outcome).toBe('wait');
  });

  it('passes a genesis that is two hours old when it catches up at a rate that gets there', () => {
    const samples = [head(7200, 5000), head(7202, 5028), head(7206, 5084)];
    expect(sequencing(samples, context({ subject, now: 7206 }))).toEqual({
      outcome: 'pass',
      message: 'acme-0 sequences and catches up: unsafe head 5,084 is 117 min behind, at the tip in about 4 min',
    });
  });

  it('calls an unreadable sequencer unknown, never stopped', () => {
    const verdict = sequencing([at(0, { nodes: [node('acme-0', { active: 'unknown' })] })], context({ subject }));
    expect(verdict).toEqual({
      outcome: 'wait',
      message: 'op-node of acme-0 does not answer (connect ECONNREFUSED): whether it sequences is unknown',
    });
  });

  it('bridges a failed reading in the middle', () => {
    const lost = at(3, { nodes: [node('acme-0', { active: true, syncReading: failed() })] });
    expect(sequencing([head(0, 5000), lost, head(6, 5003)], context({ subject, now: 6 })).outcome).toBe('pass');
  });

  it('never passes without as many new blocks and seconds as the limit asks for', () => {
    const steps = fc.array(
      fc.record({ seconds: fc.integer({ min: 0, max: 4 }), blocks: fc.integer({ min: -2, max: 4 }) }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: 2, max: 10 }), (moves, sequencingMinBlocks) => {
        let [time, number] = [0, 5000];
        const samples = moves.map(({ seconds, blocks }) => {
          time += seconds;
          number += blocks;
          return head(time, number);
        });
        const verdict = sequencing(samples, context({ subject, now: time, limits: { sequencingMinBlocks } }));
        const span = samples.length === 0 ? 0 : ((samples.at(-1)?.at ?? 0) - (samples[0]?.at ?? 0)) / 1000;
        if (verdict.outcome === 'pass') expect(span).toBeGreaterThanOrEqual(sequencingMinBlocks * 2);
        expect(verdict.outcome).not.toBe('fail');
      }),
    );
  });
});
