/** What an entity remembers of a plan that was rolled back, and how long that holds. */
import { describe, expect, it } from 'vitest';
import type { RolledBack } from '../../src/contract/activities.ts';
import { isReversible, wayBackFrom, whyNoWayBack } from '../../src/contract/way-back.ts';
import { EntityState } from '../../src/workflows/entity-state.ts';
import { aLook, aPlan, NOW } from './a-look.ts';

const component = { kind: 'OpBatcher', name: 'batcher' } as const;
const changed = { component, digest: 'new', from: 'old' };
const upgrade = { ...aPlan('aaaaaaaa', 'upgrade', 'r2'), renders: [changed] };
const said = { by: 'ana', via: 'Kubernetes', verified: true, at: '2030-01-01T00:00:00Z' } as const;
const back = { ...aPlan('bbbbbbbb', 'upgrade', 'r2'), renders: [changed], rollsBack: true as const };

function stateThatGoesBack(rolledBack: RolledBack = wayBackFrom(upgrade, said)): EntityState {
  const state = new EntityState();
  state.newDecisions(aLook({ remembered: { ...aLook().remembered, rolledBack } }));
  return state;
}

describe('the way back from a plan', () => {
  it('is what each component ran with before', () => {
    expect(wayBackFrom(upgrade, said)).toEqual({
      revision: 'r2',
      plan: upgrade.hash,
      kind: 'upgrade',
      renders: [changed],
      ...said,
    });
  });

  it('begins under the word of who wanted it', () => {
    const state = stateThatGoesBack();
    state.takeLook(aLook({ plan: back }), NOW);
    expect(state.startable(NOW)?.approval).toEqual({
      by: 'ana',
      at: '2030-01-01T00:00:00Z',
      via: 'Kubernetes',
      verified: true,
    });
  });

  it('is shown as its own phase when what ran before is back', () => {
    const state = stateThatGoesBack();
    state.takeLook(aLook({ revision: 'r2', problems: [{ type: 'RolledBack', message: 'm', fix: 'f' }] }), NOW);
    expect(state.phase).toBe('RolledBack');
    expect(state.memory.rolledBack?.revision).toBe('r2');
  });

  it('is forgotten when something else is wished, and not while that can not be read', () => {
    const state = stateThatGoesBack();
    state.takeLook(aLook({ revision: 'r3', problems: [{ type: 'InvalidSpec', message: 'm', fix: 'f' }] }), NOW);
    expect(state.memory.rolledBack).toBeDefined();
    state.takeLook(aLook({ revision: 'r3' }), NOW);
    expect(state.memory.rolledBack).toBeUndefined();
  });

  it('is forgotten by who wants the same to be tried again', () => {
    const state = stateThatGoesBack();
    state.takeLook(aLook({ revision: 'r2' }), NOW);
    state.proposeAgain(NOW);
    expect(state.memory.rolledBack).toBeUndefined();
  });

  it('outlives the workflow', () => {
    expect(stateThatGoesBack().carry().remembered.rolledBack).toEqual(wayBackFrom(upgrade, said));
  });
});

describe('there is no way back', () => {
  it.each([
    [
      'from what was new',
      { ...upgrade, kind: 'install' as const, renders: [{ component, digest: 'new' }] },
      'nothing ran',
    ],
    ['from a repair', { ...upgrade, kind: 'drift' as const }, 'a repair brings back'],
    ['from a teardown', { ...upgrade, kind: 'teardown' as const }, 'apply its objects again'],
    ['from a way back', back, 'send retry, or abort'],
  ])('%s', (_, plan, why) => {
    expect(whyNoWayBack(plan, NOW)).toContain(why);
    expect(isReversible(plan)).toBe(false);
  });

  it('after the time of a fork that the plan has brought', () => {
    const fork = { ...upgrade, pointOfNoReturn: { time: NOW / 1000, why: 'karst is active' } };
    expect(whyNoWayBack(fork, NOW - 1)).toBeUndefined();
    expect(whyNoWayBack(fork, NOW)).toMatch(/^karst is active: .* go on instead, with retry$/);
  });
});
