import { describe, expect, it } from 'vitest';
import { takesOver } from '../../src/plan/takes-over.ts';

const sequencer = { kind: 'OpNode', name: 'a' } as const;
const batcher = { kind: 'OpBatcher', name: 'batcher' } as const;
const rolledOut = [sequencer, batcher].map((component) => ({ ...component, render: 'r1' }));
const nodes = ['a', 'b'].map((name) => ({ kind: 'OpNode', metadata: { name } }));
const going = [{ kind: 'OpNode', metadata: { name: 'b', deletionTimestamp: '2026-01-01T00:00:00Z' } }];

describe('what somebody else has begun', () => {
  it.each<[string, boolean, Parameters<typeof takesOver>]>([
    ['a component of a new network', true, [sequencer, {}, nodes]],
    ['a component whose rollout has not ended', true, [batcher, { components: rolledOut.slice(0, 1) }, nodes]],
    ['one that is listed without a render', true, [sequencer, { components: [sequencer] }, nodes]],
    [
      'a sequencer that was the last active one',
      false,
      [sequencer, { components: rolledOut, sequencer: { active: 'a' } }, nodes],
    ],
    [
      'a sequencer in the place of another one',
      true,
      [sequencer, { components: rolledOut, sequencer: { active: 'b' } }, nodes],
    ],
    [
      'one in the place of another one that is being deleted',
      false,
      [sequencer, { components: rolledOut, sequencer: { active: 'b' } }, going],
    ],
    [
      'one in the place of another one that is gone',
      false,
      [sequencer, { components: rolledOut, sequencer: { active: 'b' } }, []],
    ],
    ['a sequencer where nobody knows who was active', false, [sequencer, { components: rolledOut }, nodes]],
    ['a batcher, whoever sequences', false, [batcher, { components: rolledOut, sequencer: { active: 'b' } }, nodes]],
  ])('%s goes on with: %s', (_, expected, args) => {
    expect(takesOver(...args)).toBe(expected);
  });
});
