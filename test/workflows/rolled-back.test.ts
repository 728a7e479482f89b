/** What an entity remembers of a plan that was rolled back, and how long that holds. */
import { describe, expect, it } from 'vitest';
import type { ApprovalRecord, RolledBack } from '../../src/contract/activities.ts';
import type { Plan } from '../../src/contract/plan.ts';
import { goingOn, isReversible, wayBackFrom, whyNoWayBack } from '../../src/contract/way-back.ts';
import { wishMark } from '../../src/contract/wish-mark.ts';
import { inheritedApproval } from '../../src/plan/inherited-approval.ts';
import { EntityState } from '../../src/workflows/entity-state.ts';
import { aDecision, aLook, aPlan, NOW } from './a-look.ts';

const component = { kind: 'OpBatcher', name: 'batcher' } as const;
const changed = { component, digest: 'new', from: 'old' };
const upgrade = { ...aPlan('aaaaaaaa', 'upgrade', 'r2'), renders: [changed] };
const said = { by: 'ana', via: 'Kubernetes', verified: true, at: '2030-01-01T00:00:00Z' } as const;
const fork = { ...upgrade, pointOfNoReturn: { time: NOW / 1000, why: 'karst is active' } };
const back = { ...aPlan('bbbbbbbb', 'upgrade', 'r2'), renders: [changed], rollsBack: true as const };

function starts(state: EntityState, plan: Plan, approval: ApprovalRecord = said): void {
  state.start({ plan, createdAt: NOW, expiresAt: undefined, workflowId: 'id', startedAt: NOW, approval });
}

function stateThatGoesBack(rolledBack: RolledBack = wayBackFrom(upgrade, said)): EntityState {
  const state = new EntityState();
  state.newDecisions(aLook({ remembered: { ...aLook().remembered, rolledBack } }));
  return state;
}

describe('the way back from a plan', () => {
  it('is what each component ran with before', () => {
    expect(wayBackFrom(upgrade, said)).toEqual({
      wish: 'wish of r2',
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
    expect(state.memory.rolledBack?.wish).toBe('wish of r2');
  });

  it('is forgotten when something else is wished, and not while that can not be read', () => {
    const state = stateThatGoesBack();
    state.takeLook(aLook({ revision: 'r3', problems: [{ type: 'InvalidSpec', message: 'm', fix: 'f' }] }), NOW);
    expect(state.memory.rolledBack).toBeDefined();
    state.takeLook(aLook({ revision: 'r3' }), NOW);
    expect(state.memory.rolledBack).toBeUndefined();
  });

  it('outlives that the same wish is rendered otherwise, by another operator or as L1 decides', () => {
    const [before, after] = [wishMark('the same', 'v1'), wishMark('the same', 'v2')];
    const state = stateThatGoesBack({ ...wayBackFrom(upgrade, said), wish: before });
    const problems = [{ type: 'RolledBack', message: 'm', fix: 'f' }] as const;
    state.takeLook(aLook({ revision: 'r3', wish: after, problems }), NOW);
    expect(state.memory.rolledBack?.wish, 'it is known by the mark of today').toBe(after);
  });

  it('is over when a look finds nothing left of it to do, also where there never was anything', () => {
    const state = stateThatGoesBack();
    state.takeLook(aLook({ revision: 'r2', isBack: true }), NOW);
    expect(state.memory.rolledBack?.done).toBe(true);
  });

  it('is forgotten when a later operator brings something else in place of its update', () => {
    const [second, third] = [aPlan('aaaaaaaa', 'operatorUpdate', 'r2'), aPlan('cccccccc', 'operatorUpdate', 'r2')];
    const state = stateThatGoesBack(wayBackFrom(second, said));
    starts(state, third);
    state.end(third, 'completed');
    expect(state.memory.rolledBack).toBeUndefined();
  });

  it('outlives a look that can not tell what is wished', () => {
    const state = stateThatGoesBack();
    state.takeLook(aLook({ wish: '' }), NOW);
    expect(state.memory.rolledBack).toBeDefined();
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
    expect(whyNoWayBack(fork, NOW - 1)).toBeUndefined();
    expect(whyNoWayBack(fork, NOW)).toMatch(/^karst is active: .* go on instead, with retry$/);
  });
});

describe('a plan that goes on with what another one of the same wish has begun', () => {
  const other = { kind: 'OpNode', name: 'replica' } as const;
  const isNew = { kind: 'OpNode', name: 'new' } as const;
  const first = {
    ...fork,
    sequencer: 'a',
    renders: [changed, { component: other, digest: 'new replica', from: 'old replica' }],
  };
  const rest = {
    ...upgrade,
    sequencer: 'b',
    renders: [
      { ...changed, from: 'half-way' },
      { component: isNew, digest: 'n' },
    ],
  };

  function begunWith(plan: Plan): EntityState {
    const state = new EntityState();
    state.newDecisions(aLook());
    starts(state, plan);
    return state;
  }

  it('leads back to where the first one began, and not later than that one', () => {
    const state = begunWith(first);
    state.end(first, 'superseded');
    expect(goingOn(rest, state.memory.begun)).toEqual({
      ...rest,
      renders: [
        changed,
        { component: isNew, digest: 'n' },
        { component: other, digest: 'new replica', from: 'old replica' },
      ],
      sequencer: 'a',
      pointOfNoReturn: fork.pointOfNoReturn,
    });
  });

  it('also after the entity was terminated, and not when that one was completed, or led somewhere else', () => {
    const state = begunWith(first);
    const next = new EntityState();
    next.newDecisions(aLook({ remembered: state.memory.remembered }));
    expect(goingOn(rest, next.memory.begun).renders).toHaveLength(3);
    expect(goingOn({ ...rest, wish: 'wish of r3' }, next.memory.begun).renders).toHaveLength(2);
    next.end(first, 'completed');
    expect(goingOn(rest, next.memory.begun)).toBe(rest);
  });

  it('is forgotten with the wish, and not by a repair', () => {
    const state = begunWith(first);
    const repair = aPlan('dddddddd', 'drift', 'r2');
    state.end(first, 'superseded');
    starts(state, repair);
    state.end(repair, 'completed');
    expect(state.memory.begun?.wish).toBe('wish of r2');
    state.takeLook(aLook({ revision: 'r3' }), NOW);
    expect(state.memory.begun).toBeUndefined();
  });
});

describe('the word for the way back', () => {
  function running(): EntityState {
    const state = new EntityState();
    state.newDecisions(aLook());
    starts(state, upgrade);
    state.rollBack(said);
    return state;
  }

  it('is remembered at once: an entity that is terminated before the plan has ended goes back as well', () => {
    const next = new EntityState();
    next.newDecisions(aLook({ remembered: running().memory.remembered }));
    next.takeLook(aLook({ plan: back }), NOW);
    expect(next.startable(NOW)?.plan).toBe(back);
  });

  it.each(['rolledBack', 'completed', 'lookAgain'] as const)('counts when the plan ends as %s', (outcome) => {
    const state = running();
    state.end(upgrade, outcome);
    expect(state.memory.rolledBack).toMatchObject({ wish: 'wish of r2', by: 'ana' });
    expect(state.memory.rolledBack?.done).toBeUndefined();
  });

  it('is taken back by an abort', () => {
    const state = running();
    state.abort();
    state.end(upgrade, 'aborted');
    expect(state.memory.rolledBack).toBeUndefined();
    expect(state.memory.abortedWish).toBe('wish of r2');
  });

  it('is no abort of a wish that can not be told, which takes no other word away', () => {
    const remembered = { ...aLook().remembered, abortedWish: 'wish of r2' };
    const state = new EntityState({ ...new EntityState().carry(), remembered });
    const repair = { ...aPlan('dddddddd', 'drift'), wish: '' };
    starts(state, repair);
    state.abort();
    state.end(repair, 'aborted');
    expect(state.memory.abortedWish).toBe('wish of r2');
  });

  it.each([
    ['when what ran before is back', 'completed'],
    ['half-way', 'lookAgain'],
  ] as const)('does not approve that the same comes again by retry, %s', (_, outcome) => {
    const state = running();
    state.end(upgrade, 'rolledBack');
    state.takeLook(aLook({ plan: back }), NOW);
    starts(state, back);
    state.end(back, outcome);
    state.takeLook(aLook({ revision: 'r2', problems: [{ type: 'RolledBack', message: 'm', fix: 'f' }] }), NOW);
    state.proposeAgain(NOW);
    state.takeLook(aLook({ plan: upgrade, approval: { required: true } }), NOW);
    expect(state.proposal).toMatchObject({ status: 'awaiting', approval: undefined });
    state.decide(aDecision('approve', { plan: upgrade.hash }), NOW);
    expect(state.startable(NOW)?.plan).toBe(upgrade);
  });

  it('nor does the plan in the status of a terminated entity', () => {
    const shown = {
      hash: back.hash,
      kind: 'upgrade',
      revision: 'r2',
      rollsBack: true,
      summary: 's',
      createdAt: said.at,
      approval: said,
      steps: [],
    } as const;
    expect(inheritedApproval(upgrade, shown as never, NOW)).toBeUndefined();
    expect(inheritedApproval(back, shown as never, NOW)).toMatchObject({ by: 'ana' });
  });
});
