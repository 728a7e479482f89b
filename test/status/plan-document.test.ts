import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/contract/plan.ts';
import { documentDigest, MAX_PLAN_BYTES, planDocument, readPlanDocument } from '../../src/status/plan-document.ts';
import { plan, planHash } from './example-plan.ts';

const large = (objects: number, fields: number, characters = 80) =>
  plan({
    changes: Array.from({ length: objects }, (_, n) => ({
      component: { kind: 'OpNode', name: `node-${n}` },
      object: `StatefulSet/node-${n}`,
      action: 'change',
      fields: Array.from({ length: fields }, (__, field) => ({
        path: `spec.${field}`,
        from: `${'é'.repeat(characters)}1`,
        to: `${'é'.repeat(characters)}2`,
      })),
      restartsPods: true,
    })),
  });

function read(text: string, hash = planHash): Plan {
  const found = readPlanDocument(text, { hash, digest: documentDigest(text) });
  if ('not' in found) throw new Error(`it is not ${found.not}`);
  return found.plan;
}

describe('the document of a plan', () => {
  it('holds the whole plan, however long its values are', () => {
    const whole = large(2, 20, 1500);
    expect(read(planDocument(whole))).toEqual(whole);
  });

  it('says nothing of where it is', () => {
    expect(read(planDocument(plan({ document: { name: 'acme-plan', digest: 'ab' } })))).toEqual(plan());
  });

  it.each<[string, Plan, { changes: number; fields: number; left: RegExp }]>([
    ['long values', large(10, 40, 2000), { changes: 10, fields: 40, left: /of 400 fields only 1024 characters/ }],
    ['many fields', large(100, 200), { changes: 100, fields: 6, left: /19500 fields are left out/ }],
    ['many objects', large(4000, 1), { changes: 0, fields: 0, left: /too many to be listed here/ }],
  ])('keeps within its bound with %s, and says what is left out', (_, whole, { changes, fields, left }) => {
    const text = planDocument(whole);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_PLAN_BYTES);
    const shown = read(text);
    expect(shown.changes).toHaveLength(changes);
    expect(shown.changes[0]?.fields ?? []).toHaveLength(fields);
    expect(shown.warnings[0]).toMatch(left);
    for (const { from, to } of shown.changes[0]?.fields ?? []) expect(to === undefined || to !== from).toBe(true);
    expect(shown.steps).toEqual(whole.steps);
  });

  it('is not taken for another plan’s', () => {
    const text = planDocument(plan());
    const digest = documentDigest(text);
    expect(readPlanDocument(text, { hash: 'another', digest })).toEqual({ not: 'of this plan' });
    expect(readPlanDocument('{"hash":', { hash: planHash, digest })).toEqual({ not: 'of this plan' });
    expect(readPlanDocument(undefined, { hash: planHash, digest })).toEqual({ not: 'of this plan' });
  });

  it('is not believed when somebody has edited it', () => {
    const digest = documentDigest(planDocument(large(1, 3)));
    const edited = planDocument(plan());
    expect(readPlanDocument(edited, { hash: planHash, digest })).toEqual({ not: 'as it was written' });
    expect(readPlanDocument(edited, { hash: planHash })).toEqual({ not: 'as it was written' });
  });
});
