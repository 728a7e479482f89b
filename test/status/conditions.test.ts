import { describe, expect, it } from 'vitest';
import {
  MAX_CONDITION_MESSAGE,
  replaceConditions,
  saysOther,
  sentence,
  setCondition,
  setConditions,
} from '../../src/status/conditions.ts';

const FIRST = new Date('2026-11-22T12:00:00Z');
const LATER = new Date('2026-11-22T13:00:00.789Z');
const ready = { type: 'Ready', status: 'True', reason: 'Ready', message: 'Fine.' } as const;

describe('setting a condition', () => {
  it('adds it with the time of its first transition', () => {
    expect(setCondition([], ready, FIRST, 3)).toEqual([
      { ...ready, observedGeneration: 3, lastTransitionTime: '2026-11-22T12:00:00Z' },
    ]);
  });

  it('keeps lastTransitionTime when only words change', () => {
    const [condition] = setCondition(
      setCondition([], ready, FIRST),
      { ...ready, reason: 'Idle', message: 'Same.' },
      LATER,
      4,
    );
    expect(condition).toMatchObject({
      reason: 'Idle',
      message: 'Same.',
      observedGeneration: 4,
      lastTransitionTime: '2026-11-22T12:00:00Z',
    });
  });

  it('moves lastTransitionTime when the status changes', () => {
    const [condition] = setCondition(setCondition([], ready, FIRST), { ...ready, status: 'False' }, LATER);
    expect(condition?.lastTransitionTime).toBe('2026-11-22T13:00:00Z');
  });

  it('leaves other conditions and the order as they are', () => {
    const list = setConditions([], [ready, { ...ready, type: 'Paused' }, { ...ready, type: 'Degraded' }], FIRST);
    const after = setCondition(list, { ...ready, type: 'Paused', status: 'False' }, LATER);
    expect(after.map(({ type, status }) => `${type}=${status}`)).toEqual([
      'Ready=True',
      'Paused=False',
      'Degraded=True',
    ]);
    expect(after[0]).toBe(list[0]);
  });

  it('does not change the list that it was given', () => {
    const list = setCondition([], ready, FIRST);
    setCondition(list, { ...ready, status: 'False' }, LATER);
    expect(list[0]?.status).toBe('True');
  });

  it('cuts a message that would not fit', () => {
    const [condition] = setCondition([], { ...ready, message: 'x'.repeat(5000) }, FIRST);
    expect(condition?.message).toHaveLength(MAX_CONDITION_MESSAGE);
  });
});

describe('a writer that looks anew', () => {
  it('takes back what it does not find any more, and leaves what is of others', () => {
    const proposing = { type: 'Proposing', status: 'False', reason: 'ProposalOverdue', message: 'Late.' } as const;
    const list = setConditions([], [ready, proposing], FIRST);
    const types = (next: typeof list) => next.map(({ type, status }) => `${type}=${status}`);
    expect(types(replaceConditions(list, [], ['Proposing', 'Funded'], LATER))).toEqual(['Ready=True']);
    const again = { ...proposing, status: 'Unknown' } as const;
    expect(types(replaceConditions(list, [again], ['Proposing', 'Funded'], LATER))).toEqual([
      'Ready=True',
      'Proposing=Unknown',
    ]);
  });
});

describe('a sentence', () => {
  it('says what is, why, and what to do next', () => {
    expect(sentence('Secret l1 does not exist', 'spec.l1.rpc names it', 'create it')).toBe(
      'Secret l1 does not exist. spec.l1.rpc names it. → create it',
    );
  });

  it('keeps the full stop that is there', () => {
    expect(sentence('All is well.')).toBe('All is well.');
  });
});

describe('a list of conditions says something else', () => {
  const list = setConditions([], [ready], FIRST, 3);

  it.each([
    ['when a status changes', { ...ready, status: 'False' } as const, 3],
    ['when a reason changes', { ...ready, reason: 'Idle' }, 3],
    ['when it lacks one', { ...ready, type: 'Following' } as const, 3],
    ['when it is about an older generation', ready, 4],
  ])('%s', (_, input, generation) => {
    expect(saysOther(list, [input], [], generation)).toBe(true);
  });

  it('when one of the owned types applies no more', () => {
    expect(saysOther(list, [], ['Ready'], 3)).toBe(true);
    expect(saysOther(list, [], ['Following'], 3)).toBe(false);
  });

  it('not when only words change', () => {
    expect(saysOther(list, [{ ...ready, message: 'Block 5.' }], [], 3)).toBe(false);
  });
});
