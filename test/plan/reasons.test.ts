import { describe, expect, it } from 'vitest';
import { makePlan } from '../../src/plan/planner.ts';
import { reasonOf, reasonOfReturn } from '../../src/plan/reasons.ts';
import type { Work } from '../../src/plan/work.ts';
import { change, draftOf, networkOf, refOf, type State } from './network-of.ts';

const component = refOf('batcher');
const side = {
  render: 'r',
  inputs: 'i',
  replicas: 1,
  images: { 'op-batcher': 'reg.example:5000/op-batcher:v1.16.2' },
  keys: ['Secret a'],
};
const desired = { component, role: 'batcher', ...side } as const;
const observed = { component, verified: side, changes: [], drift: [], strayPods: [] };
const because = (more: Partial<Work>) => reasonOf({ transition: 'change', desired, observed, changes: [], ...more });

describe('a plan says why', () => {
  it.each<[State, string]>([
    ['new', 'OpBatcher batcher: is new'],
    ['changed', 'OpBatcher batcher: what is wished of it has changed'],
    ['drifted', 'OpBatcher batcher: Service/batcher is not as it was rolled out'],
  ])('a component that is %s is touched', (state, reason) => {
    expect(draftOf(networkOf([{ role: 'batcher', state }])).reasons).toEqual([reason]);
  });

  it('a component of which the operator knows better is touched', () => {
    const { reasons = [] } = draftOf(networkOf([{ role: 'batcher', state: 'rendered differently' }]));
    expect(reasons[0]).toContain('this version of the operator, or what it knows of the chain, renders it differently');
  });

  it('one that goes is touched', () => {
    const leaving = [{ component, role: 'batcher' as const }];
    const planned = makePlan({ ...networkOf([]), leaving });
    expect(planned).toMatchObject({ draft: { reasons: ['OpBatcher batcher: is deleted'] } });
  });

  it('names images, replicas and keys that differ', () => {
    const images = { 'op-batcher': 'reg.example:5000/op-batcher:v1.16.11' };
    expect(because({ desired: { ...desired, images, replicas: 0, keys: ['Secret b'] } })).toBe(
      'OpBatcher batcher: what is wished of it has changed; image of op-batcher v1.16.2 → v1.16.11; replicas 1 → 0; key Secret a → Secret b',
    );
  });

  it('names an image in full where more than its tag differs', () => {
    const images = { 'op-batcher': 'mirror/op-batcher:v1.16.2' };
    expect(because({ desired: { ...desired, images } })).toContain(
      'image of op-batcher reg.example:5000/op-batcher:v1.16.2 → mirror/op-batcher:v1.16.2',
    );
  });

  it('of a way back nothing is wished', () => {
    const work: Work = { transition: 'change', desired, observed, changes: [] };
    expect(reasonOfReturn(work)).toBe('OpBatcher batcher: goes back to what ran before');
  });

  it('names who has edited what has drifted, and what is gone', () => {
    const changes = [
      change(component, { object: 'Service/a', action: 'create' }),
      change(component, { object: 'StatefulSet/b', editedBy: ['kubectl-edit'] }),
      change(component, { object: 'Service/c', editedBy: ['kubectl-edit'] }),
      change(component, { object: 'PodDisruptionBudget/d' }),
    ];
    expect(because({ transition: 'drift', changes })).toBe(
      'OpBatcher batcher: Service/a is gone; StatefulSet/b, Service/c was edited by kubectl-edit; PodDisruptionBudget/d is not as it was rolled out',
    );
  });
});
