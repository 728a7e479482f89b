import { describe, expect, it } from 'vitest';
import { takesOver } from '../../src/plan/takes-over.ts';

const sequencer = { kind: 'OpNode', name: 'a' } as const;
const rolledOut = [{ ...sequencer, render: 'r1' }];
const nodes = ['a', 'b'].map((name) => ({ kind: 'OpNode', metadata: { name } }));
const going = [{ kind: 'OpNode', metadata: { name: 'b', deletionTimestamp: '2026-01-01T00:00:00Z' } }];

describe('what somebody else has begun', () => {
  it.each<[string, boolean, Parameters<typeof takesOver>]>([
    ['a component of a new network', true, ['a', {}, nodes]],
    ['a component whose rollout has not ended', true, ['b', { components: rolledOut }, nodes]],
    ['one that is listed without a render', true, ['a', { components: [sequencer] }, nodes]],
    [
      'a sequencer that was the last active one',
      false,
      ['a', { components: rolledOut, sequencer: { active: 'a' } }, nodes],
    ],
    [
      'a sequencer in the place of another one',
      true,
      ['a', { components: rolledOut, sequencer: { active: 'b' } }, nodes],
    ],
    [
      'one in the place of another one that is being deleted',
      false,
      ['a', { components: rolledOut, sequencer: { active: 'b' } }, going],
    ],
    [
      'one in the place of another one that is gone',
      false,
      ['a', { components: rolledOut, sequencer: { active: 'b' } }, []],
    ],
    ['a sequencer where nobody knows who was active', false, ['a', { components: rolledOut }, nodes]],
  ])('%s goes on with: %s', (_, expected, args) => {
    expect(takesOver(...args)).toBe(expected);
  });
});
