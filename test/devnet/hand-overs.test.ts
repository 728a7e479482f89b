import { describe, expect, it } from 'vitest';
import { verdictSince } from './demo/scenarios/verdict.ts';
import { gapsOf } from './hand-overs.ts';

const stopped = (at: number) => ({ type: 'sequencer-stopped', at, node: 'chains/acme-a-0', by: 'rpc' });
const made = (number: number, at: number) => ({
  type: 'block-produced',
  at,
  node: 'chains/acme-a-0',
  block: { number },
});

function stageWith(...events: object[]) {
  const referee = { events: () => events, violations: () => [] };
  return { chain: { referee, files: { rollup: { block_time: 2 } } } } as never as Parameters<typeof verdictSince>[0];
}

describe('gaps between blocks', () => {
  it('of a hand-over are those around a stop, in the verdict of a demo as in benchmarks', () => {
    const stage = stageWith(made(1, 0), made(2, 2000), stopped(2100), made(3, 5000));
    expect(gapsOf(stage.chain, 0)).toEqual({ all: [2, 3], between: [3] });
    expect(verdictSince(stage, 0).handOverGapBlocks).toBe(1.5);
  });

  it('are none where nobody has stopped', () => {
    expect(verdictSince(stageWith(made(1, 0), made(2, 2000)), 0).handOverGapBlocks).toBe(0);
  });
});
