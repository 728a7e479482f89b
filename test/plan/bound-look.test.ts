import { describe, expect, it } from 'vitest';
import type { LookResult } from '../../src/contract/activities.ts';
import type { Problem } from '../../src/contract/failures.ts';
import type { ObjectChange, Plan } from '../../src/contract/plan.ts';
import { boundLook, MAX_LOOK_BYTES } from '../../src/plan/bound-look.ts';
import { planOf } from '../../src/plan/plan-hash.ts';
import { renderDigest } from '../../src/render/digest.ts';
import { change, draftOf, networkOf, refOf } from './network-of.ts';

const draft = draftOf(networkOf([{ role: 'sequencer', state: 'new' }]));

function lookWith({ problems = [], ...plan }: Partial<Plan> & { problems?: readonly Problem[] }): LookResult {
  return {
    found: true,
    uid: 'u',
    deleting: false,
    revision: 'r',
    wish: 'w',
    key: 'k',
    problems,
    plan: { ...planOf(draft, renderDigest), ...plan },
    approval: { required: false, expiresAfterSeconds: 0, sources: ['Kubernetes'] },
    paused: false,
    decisions: [],
    remembered: { taken: [], paused: false, abortedWish: '', rejectedPlan: '' },
    probeIntervalSeconds: 30,
    release: 'u18',
    chainId: '1',
    generations: {},
    hasStatus: true,
    nextPlanNumber: 1,
  };
}

function changes(count: number, fields: number, characters: number, character = 'x'): ObjectChange[] {
  const value = character.repeat(characters);
  return Array.from({ length: count }, (_, n) =>
    change(refOf('replica'), {
      object: `Service/${n}`,
      fields: Array.from({ length: fields }, () => ({ path: value, from: value, to: value })),
    }),
  );
}

function problems(count: number, characters: number, character = 'x'): Problem[] {
  const text = character.repeat(characters);
  return Array.from({ length: count }, (_, n) => ({
    type: 'InvalidSpec',
    message: `${n} ${text}`,
    fix: text,
    object: `OpNode/${n}`,
  }));
}

const sizeOf = (look: LookResult) => Buffer.byteLength(JSON.stringify(look));

describe('the result of a look', () => {
  it.each<[string, LookResult]>([
    ['80 changes of 12 fields of 120 characters', lookWith({ changes: changes(80, 12, 120) })],
    ['thousands of changes', lookWith({ changes: changes(3000, 30, 500) })],
    ['values of characters that take four bytes', lookWith({ changes: changes(80, 12, 120, '🔗') })],
    ['many problems', lookWith({ problems: problems(2000, 5000) })],
    [
      'many problems of long characters, beside many changes',
      lookWith({ changes: changes(80, 12, 120), problems: problems(500, 900, '錯') }),
    ],
  ])('is at most 64 KiB with %s', (_, look) => {
    const bounded = boundLook(look);
    expect(sizeOf(look)).toBeGreaterThan(MAX_LOOK_BYTES);
    expect(sizeOf(bounded)).toBeLessThanOrEqual(MAX_LOOK_BYTES);
    expect(bounded.plan?.hash).toBe(look.plan?.hash);
    expect(bounded.plan?.steps).toEqual(look.plan?.steps);
    expect(bounded.plan?.renders).toEqual(look.plan?.renders);
  });

  it('is left as it is when it is small, absent values included', () => {
    const look = lookWith({
      changes: [change(refOf('replica'), { fields: [{ path: 'a' }] })],
      problems: problems(3, 50),
    });
    expect(boundLook(look)).toEqual(look);
  });

  it('keeps every step of a plan that is larger than the bound by its steps alone', () => {
    const [first] = draft.steps;
    if (!first) throw new Error('the plan is empty');
    const steps = Array.from({ length: 1000 }, (_, n) => ({ ...first, id: `${n}-${first.id}` }));
    const bounded = boundLook(lookWith({ steps, changes: changes(80, 12, 120) }));
    expect(sizeOf(bounded)).toBeGreaterThan(MAX_LOOK_BYTES);
    expect(bounded.plan?.steps).toEqual(steps);
    expect(bounded.plan?.changes).toEqual([]);
  });

  it('loses ends of values before it loses a field', () => {
    const { plan } = boundLook(lookWith({ changes: changes(30, 12, 119) }));
    expect(plan?.changes.map(({ fields }) => fields.length)).toEqual(Array(30).fill(12));
    expect(plan?.changes[0]?.fields[0]?.to).toMatch(/^x+…$/);
  });

  it('shows how long values differ, wherever that is', () => {
    const same = '--log.level=info '.repeat(20);
    const fields = [{ path: 'args', from: `${same}--max=1 ${same}`, to: `${same}--max=2 ${same}` }];
    const [shown] = boundLook(lookWith({ changes: [change(refOf('replica'), { fields })] })).plan?.changes ?? [];
    expect(shown?.fields[0]?.from).toMatch(/^….*--max=1 .*…$/);
    expect(shown?.fields[0]?.to).toMatch(/^….*--max=2 .*…$/);
    expect(shown?.fields[0]?.to?.length).toBeLessThan(130);
  });

  it('loses fields before it loses a change, and says how many', () => {
    const { plan } = boundLook(lookWith({ changes: changes(80, 12, 120) }));
    expect(plan?.changes).toHaveLength(80);
    expect(plan?.changes[0]?.fields.at(-1)).toEqual({ path: '… 8 more' });
    expect(plan?.warnings).toEqual([]);
  });

  it('says how many reasons it does not show', () => {
    const reason = 'x'.repeat(300);
    const { plan } = boundLook(lookWith({ reasons: Array(100).fill(reason) }));
    expect(plan?.reasons?.slice(-2)).toEqual([reason, 'and 74 more reasons']);
    expect(plan?.reasons).toHaveLength(27);
  });

  it('says how many changes it does not show', () => {
    const { plan } = boundLook(lookWith({ changes: changes(100, 1, 10) }));
    expect(plan?.changes).toHaveLength(80);
    expect(plan?.warnings).toEqual(['20 of 100 changes are not shown']);
  });

  it('shortens problems last, and says how many it does not show', () => {
    const few = boundLook(lookWith({ changes: changes(80, 12, 120), problems: problems(100, 200) }));
    expect(few.problems).toEqual(problems(100, 200));
    const many = boundLook(lookWith({ problems: problems(2000, 5000) })).problems;
    expect(many.at(-1)).toMatchObject({
      type: 'InvalidSpec',
      message: `${2001 - many.length} more problems are not shown`,
    });
    expect(many[0]?.message).toMatch(/^0 x+…$/);
  });
});
