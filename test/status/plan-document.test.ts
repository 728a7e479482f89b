import { describe, expect, it } from 'vitest';
import { MAX_PLAN_BYTES, planDocument, readPlanDocument } from '../../src/status/plan-document.ts';
import { plan, planHash } from './example-plan.ts';

const large = (objects: number, fields: number) =>
  plan({
    changes: Array.from({ length: objects }, (_, n) => ({
      component: { kind: 'OpNode', name: `node-${n}` },
      object: `StatefulSet/node-${n}`,
      action: 'change',
      fields: Array.from({ length: fields }, (__, field) => ({ path: `spec.${field}`, from: 'é'.repeat(80), to: 'b' })),
      restartsPods: true,
    })),
  });

describe('the document of a plan', () => {
  it('holds the whole plan', () => {
    expect(readPlanDocument(planDocument(plan()), planHash)).toEqual(plan());
  });

  it.each([
    ['many fields', large(100, 200), 100],
    ['many objects', large(30_000, 1), 0],
  ])('keeps within its bound with %s, and says what is left out', (_, whole, shown) => {
    const text = planDocument(whole);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_PLAN_BYTES);
    const read = readPlanDocument(text, planHash);
    expect(read?.changes).toHaveLength(shown);
    expect(text).toMatch(/… \d+ more|too many to be listed here/);
    expect(read?.steps).toEqual(whole.steps);
  });

  it('is nobody else’s', () => {
    expect(readPlanDocument(planDocument(plan()), 'another')).toBeUndefined();
    expect(readPlanDocument('{"hash":', planHash)).toBeUndefined();
    expect(readPlanDocument(undefined, planHash)).toBeUndefined();
  });
});
