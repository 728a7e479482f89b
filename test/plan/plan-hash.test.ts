import { describe, expect, it } from 'vitest';
import type { PlanDraft } from '../../src/plan/plan-draft.ts';
import { planOf } from '../../src/plan/plan-hash.ts';
import { renderDigest } from '../../src/render/digest.ts';
import { change, draftOf, networkOf, refOf } from './network-of.ts';

const draft = draftOf(
  networkOf([
    { role: 'sequencer', state: 'changed, restarting' },
    { role: 'replica', state: 'changed, restarting', desired: { replicas: 2 } },
  ]),
);
const hashOf = (changed: Partial<PlanDraft>) => planOf({ ...draft, ...changed }, renderDigest).hash;
const [firstStep, ...otherSteps] = draft.steps;
const [firstChange, ...otherChanges] = draft.changes;
if (!firstStep || !firstChange) throw new Error('the plan is empty');
const withStep = (step: Partial<typeof firstStep>) => ({ steps: [{ ...firstStep, ...step }, ...otherSteps] });
const withChange = (other: Partial<typeof firstChange>) => ({
  changes: [{ ...firstChange, ...other }, ...otherChanges],
});

describe('the hash that people approve', () => {
  it.each<[string, Partial<PlanDraft>]>([
    ['the summary', { summary: 'in other words' }],
    ['the warnings', { warnings: ['mind the gap'] }],
    ['the estimate of the gap', { gapExpectedSeconds: 99 }],
    ['the sentence of a step', withStep({ summary: 'in other words' })],
    ['the limit of a step', withStep({ limitSeconds: 1 })],
    ['how a changed value is shown', withChange({ fields: [{ path: 'x', from: '1', to: '2' }] })],
  ])('is the same whatever is said in %s', (_, changed) => {
    expect(hashOf(changed)).toBe(hashOf({}));
  });

  it.each<[string, Partial<PlanDraft>]>([
    ['the revision', { desiredRevision: 'another' }],
    ['the kind', { kind: 'operatorUpdate', kinds: ['operatorUpdate'] }],
    ['the order of the steps', { steps: [...draft.steps].reverse() }],
    ['the number of steps', { steps: otherSteps }],
    ['what a step does', withStep({ type: 'removeFinalizers' })],
    ['whom a step is about', withStep({ component: refOf('batcher') })],
    ['the content that a step applies', withStep({ render: 'another' })],
    ['which pods a step moves', withStep({ partition: 7 })],
    ['which pod a step waits for', withStep({ ordinal: 7 })],
    ['the gates that a step waits for', withStep({ gates: ['funds'] })],
    ['whether a step waits for pods', withStep({ awaitsPods: false })],
    ['whether a step completes its component', withStep({ completes: true })],
    ['whether pods restart', withChange({ restartsPods: !firstChange.restartsPods })],
    ['whether an object is deleted', withChange({ action: 'delete' })],
    ['which object is changed', withChange({ object: 'Secret/other' })],
  ])('is another one with another %s', (_, changed) => {
    expect(hashOf(changed)).not.toBe(hashOf({}));
  });

  it('is over every change, also over those that are too many to be shown', () => {
    const many = Array.from({ length: 200 }, (_, n) => change(refOf('replica'), { object: `Service/${n}` }));
    const last = change(refOf('replica'), { object: 'Service/other' });
    expect(hashOf({ changes: [...many, last] })).not.toBe(hashOf({ changes: many }));
    expect(hashOf({ changes: [...many.slice(0, 199), last] })).not.toBe(hashOf({ changes: many }));
  });
});
