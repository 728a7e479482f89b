import { describe, expect, it } from 'vitest';
import type { ObjectChange, Plan } from '../../src/contract/plan.ts';
import { EntityState } from '../../src/workflows/entity-state.ts';
import { aDecision, aLook, aPlan, NOW } from './a-look.ts';

const HOUR = 3_600_000;

function stateAfter(...looks: Parameters<typeof aLook>[0][]): EntityState {
  const state = new EntityState();
  for (const look of looks) state.takeLook(aLook(look), NOW);
  return state;
}

const told = (state: EntityState) => state.happenings.map(({ type }) => type);

describe('a plan', () => {
  const plan = aPlan('aaaaaaaa');

  it('that needs nobody may start at once', () => {
    const state = stateAfter({ plan });
    expect(state.startable(NOW)?.plan).toBe(plan);
    expect(told(state)).toEqual(['planProposed', 'planApproved']);
    expect(state.phase).toBe('Changing');
  });

  it('that needs somebody waits until its deadline', () => {
    const state = stateAfter({ plan, approval: { required: true } });
    expect(state.startable(NOW)).toBeUndefined();
    expect(state.phase).toBe('AwaitingApproval');
    expect(state.deadline(NOW)).toBe(NOW + HOUR);
    expect(state.expire(NOW + HOUR - 1)).toBe(false);
    const approve = aDecision('approve', { plan: plan.hash });
    expect(state.refusal(approve, NOW + HOUR - 1)).toBeUndefined();
    // Also when nobody has noticed yet that the time is over.
    expect(state.refusal(approve, NOW + HOUR)).toContain('has expired; send retry');
    const slow = stateAfter({ plan, approval: { required: true } });
    // It came in time, but a look that took long stood before it.
    slow.decide({ ...approve, at: NOW + HOUR - 1 }, NOW + 2 * HOUR);
    expect(slow.startable(NOW + 2 * HOUR)?.plan).toBe(plan);
    expect(state.expire(NOW + HOUR)).toBe(true);
    expect(state.refusal(aDecision('approve', { plan: plan.hash }), NOW)).toContain('has expired; send retry');
    expect(told(state)).toEqual(['planProposed', 'planExpired']);
  });

  it('is not proposed anew by a look that comes to the same', () => {
    const state = stateAfter({ plan, approval: { required: true } }, { plan, approval: { required: true } });
    expect(told(state)).toEqual(['planProposed']);
  });

  it('is shown as it was seen last: what is said of it may have changed since', () => {
    const later = { ...plan, warnings: ['the standby is behind'], document: { name: 'acme-plan', digest: 'ab' } };
    const approval = { required: true };
    const state = stateAfter({ plan, approval }, { plan: later, approval });
    expect(state.proposal?.plan).toBe(later);
    state.decide(aDecision('approve', { plan: plan.hash }), NOW);
    expect(state.startable(NOW)?.plan).toBe(later);
  });

  it('is replaced by one with another hash', () => {
    const state = stateAfter({ plan, approval: { required: true } }, { plan: aPlan('bbbbbbbb') });
    expect(told(state)).toEqual(['planProposed', 'planSuperseded', 'planProposed', 'planApproved']);
  });

  it('inherits the approval that its former half was given', () => {
    const inherited = { by: 'ana', at: '2029-12-31T00:00:00Z', via: 'Kubernetes', verified: true } as const;
    const state = stateAfter({ plan, approval: { required: true, inherited } });
    expect(state.startable(NOW)?.approval).toEqual({ ...inherited, via: 'Inherited' });
  });

  it('of an aborted wish asks, whatever policy and earlier approvals say', () => {
    const inherited = { by: 'ana', at: '2029-12-31T00:00:00Z', via: 'Kubernetes', verified: true } as const;
    const state = new EntityState({
      ...new EntityState().carry(),
      remembered: { taken: [], paused: false, abortedWish: plan.wish, rejectedPlan: '' },
    });
    state.takeLook(aLook({ plan, approval: { required: false, inherited } }), NOW);
    expect(state.startable(NOW)).toBeUndefined();
    state.proposeAgain(NOW);
    expect(state.startable(NOW), 'proposed again, it asks again').toBeUndefined();
    state.decide(aDecision('approve', { plan: plan.hash }), NOW);
    expect(state.startable(NOW)).toBeDefined();
  });

  it('asks also when the aborted wish is rendered otherwise meanwhile, and not when it is another one', () => {
    const remembered = { taken: [], paused: false, abortedWish: plan.wish, rejectedPlan: '' };
    const [same, other] = [{ ...aPlan('bbbbbbbb'), wish: plan.wish }, aPlan('cccccccc')];
    const state = new EntityState({ ...new EntityState().carry(), remembered });
    state.takeLook(aLook({ plan: same }), NOW);
    expect(state.startable(NOW)).toBeUndefined();
    state.takeLook(aLook({ plan: other }), NOW);
    expect(state.startable(NOW)).toBeDefined();
  });

  it('does not start while the network is paused', () => {
    const state = stateAfter({ plan, paused: true });
    expect(state.startable(NOW)).toBeUndefined();
    expect(state.phase).toBe('Paused');
  });

  it('that runs is not touched by looks', () => {
    const state = stateAfter({ plan });
    const approval = { by: 'policy', at: '', via: 'Policy', verified: true } as const;
    state.running = { plan, workflowId: 'id', createdAt: NOW, expiresAt: undefined, startedAt: NOW, approval };
    state.takeLook(aLook({ plan: aPlan('bbbbbbbb') }), NOW);
    expect(state.startable(NOW)).toBeUndefined();
    expect(told(state)).toEqual(['planProposed', 'planApproved']);
  });
});

describe('a decision', () => {
  const plan = aPlan('aaaaaaaabbbb');
  const waiting = () => stateAfter({ plan, approval: { required: true } });

  it('by the first eight digits of the hash starts the plan', () => {
    const state = waiting();
    state.decide(aDecision('approve', { plan: 'aaaaaaaa', reason: 'fine' }), NOW);
    expect(state.startable(NOW)?.approval).toMatchObject({ by: 'ana', verified: true, comment: 'fine' });
  });

  it.each([
    [
      'on another plan',
      aDecision('approve', { plan: 'ffffffff' }),
      'is not the one that waits; the current plan is aaaaaaaabbbb',
    ],
    ['by fewer digits', aDecision('approve', { plan: 'aaaa' }), '"aaaa" is too short for a plan hash'],
    ['without a plan', aDecision('approve'), 'too short for a plan hash: name at least 8'],
  ])('%s is refused', (_, decision, why) => {
    const state = waiting();
    state.decide(decision, NOW);
    expect(state.startable(NOW)).toBeUndefined();
    expect(state.happenings.at(-1)).toMatchObject({ type: 'decisionRefused', message: expect.stringContaining(why) });
  });

  it('that comes a way that does not count is refused', () => {
    const state = stateAfter({ plan, approval: { required: true, sources: ['Kubernetes'] } });
    expect(state.refusal(aDecision('approve', { plan: plan.hash, via: 'Temporal' }), NOW)).toContain(
      'do not count here',
    );
  });

  it('can turn a rejection round, but not repeat it', () => {
    const state = waiting();
    state.decide(aDecision('reject', { plan: plan.hash }), NOW);
    expect(state.refusal(aDecision('reject', { plan: plan.hash }), NOW)).toContain('is rejected already');
    state.decide(aDecision('approve', { plan: plan.hash }), NOW);
    expect(state.startable(NOW)?.plan).toBe(plan);
  });

  it('is read once, however many looks find its annotation', () => {
    const state = new EntityState();
    const look = aLook({ decisions: [aDecision('approve', { plan: plan.hash })] });
    expect(state.newDecisions(look)).toHaveLength(1);
    expect(state.newDecisions(look)).toHaveLength(0);
  });

  it('is not taken back by an older annotation of another kind, and what is as new and contradicts it is refused', () => {
    const state = waiting();
    const rejected = aDecision('reject', { plan: plan.hash });
    const both = aLook({ plan, decisions: [aDecision('approve', { plan: plan.hash }), rejected] });
    expect(state.newDecisions(both)).toEqual([rejected]);
    expect(told(state).at(-1)).toBe('decisionRefused');
    expect(state.newDecisions(both)).toEqual([]);
  });

  it('counts again when its annotation was taken off and written anew', () => {
    const state = new EntityState();
    const look = aLook({ decisions: [aDecision('retry')] });
    state.newDecisions(look);
    state.newDecisions(aLook());
    expect(state.newDecisions(look)).toHaveLength(1);
  });

  it('can be taken back until the plan begins, and not after', () => {
    const state = waiting();
    state.decide(aDecision('approve', { plan: plan.hash }), NOW);
    expect(state.refusal(aDecision('reject', { plan: plan.hash }), NOW)).toBeUndefined();
    const approval = { by: 'ana', at: '', via: 'Kubernetes', verified: true } as const;
    state.start({ plan, workflowId: 'id', createdAt: NOW, expiresAt: undefined, startedAt: NOW, approval });
    expect(state.refusal(aDecision('reject', { plan: plan.hash }), NOW)).toContain('is running already: send abort');
  });
});

describe('an entity that follows a terminated one', () => {
  const plan = aPlan('aaaaaaaa');
  const remembered = { taken: [], paused: false, abortedWish: '', rejectedPlan: '' };
  const first = (look: Parameters<typeof aLook>[0]) => {
    const state = new EntityState();
    const seen = aLook(look);
    const decisions = state.newDecisions(seen);
    state.takeLook(seen, NOW);
    return { state, decisions };
  };

  it('does not carry out again what was taken, and hears what was said while nobody listened', () => {
    const old = aDecision('approve', { plan: plan.hash });
    const fresh = aDecision('retry');
    const look = { plan, decisions: [old, fresh], remembered: { ...remembered, taken: [old.key] } };
    expect(first(look).decisions).toEqual([fresh]);
  });

  it('stays paused', () => {
    expect(first({ plan, remembered: { ...remembered, paused: true } }).state.phase).toBe('Paused');
  });

  it('asks before it begins what was aborted, and does not propose again what was rejected', () => {
    const aborted = first({ plan, remembered: { ...remembered, abortedWish: plan.wish } }).state;
    expect(aborted.proposal?.status).toBe('awaiting');
    const rejected = first({
      plan,
      approval: { required: true },
      remembered: { ...remembered, rejectedPlan: plan.hash },
    }).state;
    expect(rejected.proposal?.status).toBe('rejected');
  });

  it('goes on waiting until the same deadline', () => {
    const awaiting = { hash: plan.hash, createdAt: '2029-12-31T23:00:00Z', expiresAt: '2030-01-01T00:10:00Z' };
    const { state } = first({ plan, approval: { required: true }, awaiting });
    expect(state.deadline(NOW)).toBe(NOW + 10 * 60_000);
    expect(told(state)).toEqual([]);
  });
});

describe('an approval', () => {
  const plan = aPlan('aaaaaaaa');
  const approval = { by: 'ana', at: '', via: 'Kubernetes', verified: true } as const;

  it('by policy ends when the policy asks before the plan has begun', () => {
    const state = stateAfter({ plan, paused: true }, { plan, paused: true, approval: { required: true } });
    expect(state.proposal?.status).toBe('awaiting');
    expect(told(state)).toEqual(['planProposed', 'planApproved', 'planSuperseded', 'planProposed']);
  });

  it('by a person covers what a repair has left of the plan', () => {
    const state = stateAfter({ plan, approval: { required: true } });
    state.start({ plan, workflowId: 'id', createdAt: NOW, expiresAt: NOW + HOUR, startedAt: NOW, approval });
    state.running = undefined;
    state.proposal = undefined;
    state.takeLook(aLook({ plan: aPlan('dddddddd', 'drift', plan.desiredRevision) }), NOW);
    state.takeLook(
      aLook({ plan: aPlan('bbbbbbbb', 'change', plan.desiredRevision), approval: { required: true } }),
      NOW,
    );
    expect(state.startable(NOW)?.approval).toMatchObject({ by: 'ana', via: 'Inherited' });
    state.takeLook(
      aLook({ plan: aPlan('cccccccc', 'change', plan.desiredRevision), approval: { required: true } }),
      NOW + HOUR,
    );
    expect(state.startable(NOW + HOUR)).toBeUndefined();
  });
});

describe('an approval that is kept while a repair goes first', () => {
  const plan = aPlan('aaaaaaaa', 'upgrade');
  const repair = aPlan('dddddddd', 'drift', plan.desiredRevision);
  const remainder = aPlan('bbbbbbbb', 'upgrade', plan.desiredRevision);
  const asks = { required: true };
  const repairing = () => {
    const state = stateAfter({ plan, approval: asks });
    state.decide(aDecision('approve', { plan: plan.hash }), NOW);
    state.takeLook(aLook({ plan: repair }), NOW);
    return state;
  };
  const fresh = (state: EntityState) => {
    const next = new EntityState(JSON.parse(JSON.stringify(state.carry())));
    next.takeLook(aLook({ plan: repair }), NOW);
    return next;
  };
  /** The run ended with an approved plan, and the next one begins with a repair. */
  const carried = () => {
    const state = stateAfter({ plan, approval: asks });
    state.decide(aDecision('approve', { plan: plan.hash }), NOW);
    return fresh(state);
  };

  it.each<[string, () => EntityState]>([
    ['in the run that has heard it', repairing],
    ['in a fresh run', () => fresh(repairing())],
    ['in a fresh run that begins with the repair', carried],
  ])('can be taken back %s', (_, made) => {
    const state = made();
    expect(state.kept).toEqual({ plan: plan.hash, by: 'ana' });
    expect(state.decide(aDecision('reject', { plan: plan.hash.slice(0, 8), by: 'ben' }), NOW)).toBeUndefined();
    expect(state.happenings.at(-1)).toMatchObject({ type: 'planRejected', planHash: plan.hash, actor: 'ben' });
    expect(state.kept).toBeUndefined();
    expect(state.startable(NOW)?.plan.hash).toBe(repair.hash);
    state.takeLook(aLook({ plan, approval: asks }), NOW);
    expect(state.proposal?.status).toBe('rejected');
    state.takeLook(aLook({ plan: remainder, approval: asks }), NOW);
    expect(state.proposal?.status).toBe('awaiting');
  });

  it('can be taken back while the repair runs, and while nothing can be planned', () => {
    const state = repairing();
    const approval = { by: 'policy', at: '', via: 'Policy', verified: true } as const;
    state.start({ plan: repair, workflowId: 'id', createdAt: NOW, expiresAt: undefined, startedAt: NOW, approval });
    expect(state.refusal(aDecision('reject', { plan: plan.hash }), NOW)).toBeUndefined();
    const away = stateAfter({ plan, approval: asks });
    away.decide(aDecision('approve', { plan: plan.hash }), NOW);
    away.takeLook(aLook({ problems: [{ type: 'L1Unavailable', message: 'no answer', fix: 'wait' }] }), NOW);
    expect(away.decide(aDecision('reject', { plan: plan.hash }), NOW)).toBeUndefined();
    expect(away.memory.rejectedPlan).toBe(plan.hash);
  });

  it('is named by what is refused meanwhile', () => {
    const state = repairing();
    expect(state.refusal(aDecision('approve', { plan: plan.hash }), NOW)).toContain('approved already, by ana');
    expect(state.refusal(aDecision('reject', { plan: 'cccccccc' }), NOW)).toMatch(
      /current plan is dddddddd.*; plan aaaaaaaa0000, approved by ana, begins when it comes back, and reject takes/,
    );
  });
});

describe('a plan that is approved and whose window is shut', () => {
  const plan = aPlan('aaaaaaaa', 'upgrade');
  const [opensAt, closesAt] = ['2030-01-03T09:00:00Z', '2030-01-03T12:00:00Z'];
  const shut = { name: 'mornings', opensAt, closesAt };
  const opening = Date.parse(opensAt);
  const approved = () => {
    const state = stateAfter({ plan, approval: { required: true }, window: shut });
    state.decide(aDecision('approve', { plan: plan.hash }), NOW);
    return state;
  };

  it('waits, and is looked at again when the window opens', () => {
    const state = approved();
    expect([state.phase, state.closedWindow(NOW), state.deadline(NOW)]).toEqual(['AwaitingWindow', shut, opening]);
    expect(state.startable(NOW)).toBeUndefined();
    expect([state.windowTurned(opening - 1), state.windowTurned(opening)]).toEqual([false, true]);
    expect(state.startable(opening), 'no look has seen it open').toBeUndefined();
    state.takeLook(aLook({ plan, approval: { required: true }, window: { name: 'mornings', closesAt } }), opening);
    expect(state.startable(opening)?.plan).toBe(plan);
    expect(state.phase).toBe('Upgrading');
  });

  it('does not start in a window that has closed since the look, but has it looked at again', () => {
    const state = stateAfter({ plan, approval: { required: true }, window: { name: 'mornings', closesAt } });
    state.decide(aDecision('approve', { plan: plan.hash }), NOW);
    const closing = Date.parse(closesAt);
    expect(state.startable(closing - 1)).toBeDefined();
    expect(state.startable(closing)).toBeUndefined();
    expect(state.windowTurned(closing)).toBe(true);
  });

  it('waits for nothing while the network is paused', () => {
    const state = approved();
    state.memory.paused = true;
    expect([state.phase, state.deadline(NOW), state.windowTurned(opening)]).toEqual(['Paused', undefined, false]);
  });

  it('keeps its approval however long that takes, and covers what is left of it from when it opens', () => {
    const state = approved();
    expect(state.expire(opening)).toBe(false);
    expect(state.proposal?.expiresAt).toBe(opening + HOUR);
  });

  it('can be taken back', () => {
    const state = approved();
    state.decide(aDecision('reject', { plan: plan.hash, by: 'ben' }), NOW);
    expect([state.phase, state.deadline(NOW), state.proposal?.status]).toEqual([
      'AwaitingApproval',
      undefined,
      'rejected',
    ]);
    expect(told(state).at(-1)).toBe('planRejected');
  });

  it('is void when another plan takes its place, on record', () => {
    const state = approved();
    state.takeLook(aLook({ plan: aPlan('bbbbbbbb'), approval: { required: true }, window: shut }), NOW);
    expect(state.happenings.at(-2)).toMatchObject({
      type: 'planSuperseded',
      planHash: plan.hash,
      message: 'replaced by plan bbbbbbbb0000; the approval by ana is void',
    });
    expect(state.proposal?.status).toBe('awaiting');
  });

  it.each<[string, Parameters<typeof aLook>[0], string]>([
    ['a repair goes first', { plan: aPlan('dddddddd', 'drift') }, 'repair dddddddd0000 goes first'],
    [
      'something is wrong for a moment',
      { problems: [{ type: 'L1Unavailable', message: 'no answer', fix: 'wait' }] },
      'it can not be made until the problems are mended',
    ],
  ])('keeps its approval while %s, until another plan comes', (_, look, why) => {
    const state = approved();
    state.takeLook(aLook(look), NOW);
    expect(state.happenings.find(({ type }) => type === 'planSuperseded')?.message).toBe(
      `${why}; the approval by ana is kept`,
    );
    const carried = new EntityState(JSON.parse(JSON.stringify(state.carry())));
    carried.takeLook(aLook({ plan, approval: { required: true }, window: shut }), NOW);
    expect(carried.proposal?.approval).toMatchObject({ by: 'ana', via: 'Inherited' });
    state.takeLook(aLook({ plan: aPlan('bbbbbbbb'), approval: { required: true } }), NOW);
    expect(state.happenings).toContainEqual(
      expect.objectContaining({
        type: 'planSuperseded',
        planHash: plan.hash,
        message: 'replaced by plan bbbbbbbb0000; the approval by ana is void',
      }),
    );
    state.takeLook(aLook({ plan, approval: { required: true }, window: shut }), NOW);
    expect(state.proposal?.status).toBe('awaiting');
  });

  it('is not proposed again by a retry, which is for what was declined', () => {
    expect(approved().mayBeProposedAgain(NOW)).toBe(false);
    expect(stateAfter({ plan, approval: { required: true } }).mayBeProposedAgain(NOW)).toBe(false);
    expect(stateAfter({ plan, approval: { required: true } }).mayBeProposedAgain(NOW + HOUR)).toBe(true);
  });
});

it('what a person has rejected is not approved by the policy when it is proposed anew', () => {
  const plan = aPlan('aaaaaaaa');
  const state = stateAfter({ plan, paused: true });
  state.decide(aDecision('reject', { plan: plan.hash }), NOW);
  state.takeLook(aLook({ plan: aPlan('dddddddd', 'drift') }), NOW);
  state.takeLook(aLook({ plan }), NOW);
  expect(state.proposal?.status).toBe('rejected');
  state.takeLook(aLook(), NOW);
  state.takeLook(aLook({ plan }), NOW);
  expect(state.startable(NOW), 'it was gone, so it is a new one').toBeDefined();
});

it('continue-as-new keeps a waiting plan with its deadline, what was read and what was decided', () => {
  const plan = aPlan('aaaaaaaa');
  const look = aLook({ plan, approval: { required: true }, decisions: [aDecision('pause')] });
  const before = new EntityState();
  before.newDecisions(look);
  before.takeLook(look, NOW);
  before.memory.paused = true;
  const after = new EntityState(JSON.parse(JSON.stringify(before.carry())));
  expect(after.newDecisions(look)).toEqual([]);
  after.takeLook(look, NOW + HOUR / 2);
  expect(after.deadline(NOW)).toBe(NOW + HOUR);
  expect(after.paused).toBe(true);
  expect(after.uid).toBe(look.uid);
  expect(told(after)).toEqual([]);
});

it('continue-as-new keeps no approval by a policy that asks by now', () => {
  const plan = aPlan('aaaaaaaa');
  const before = stateAfter({ plan });
  before.memory.paused = true;
  expect(before.proposal?.approval?.via).toBe('Policy');
  const after = new EntityState(JSON.parse(JSON.stringify(before.carry())));
  after.memory.paused = false;
  after.takeLook(aLook({ plan, approval: { required: true } }), NOW);
  expect(after.startable(NOW)).toBeUndefined();
  expect(after.phase).toBe('AwaitingApproval');
});

describe('the phase', () => {
  const problem = { type: 'InvalidSpec', message: 'no', fix: 'mend it' } as const;
  it.each([
    ['Pending', new EntityState()],
    ['Ready', stateAfter({})],
    ['Invalid', stateAfter({ problems: [problem] })],
    ['Repairing', stateAfter({ problems: [problem], plan: aPlan('aaaaaaaa', 'drift') })],
    ['Installing', stateAfter({ plan: aPlan('aaaaaaaa', 'install') })],
    ['Upgrading', stateAfter({ plan: aPlan('aaaaaaaa', 'upgrade') })],
    ['Rotating', stateAfter({ plan: aPlan('aaaaaaaa', 'keyRotation') })],
    ['Deleting', stateAfter({ deleting: true, plan: aPlan('aaaaaaaa', 'teardown') })],
    [
      'AwaitingApproval',
      stateAfter({ deleting: true, plan: aPlan('aaaaaaaa', 'teardown'), approval: { required: true } }),
    ],
  ])('is %s', (phase, state) => {
    expect(state.phase).toBe(phase);
  });

  it('is Halted while a step has failed, whatever else is', () => {
    const state = stateAfter({ plan: aPlan('aaaaaaaa') });
    state.halted = { step: '01-store-config/x', problem };
    expect(state.phase).toBe('Halted');
  });
});

describe('a repair that somebody keeps undoing', () => {
  const MINUTE = 60_000;
  const component = { kind: 'OpNode', name: 'acme' } as const;
  const changes: ObjectChange[] = [
    {
      ...{ component, object: 'StatefulSet/acme', action: 'change', restartsPods: false, editedBy: ['scaler'] },
      fields: [{ path: 'spec.replicas' }],
    },
  ];
  const repair: Plan = { ...aPlan('dddddddd', 'drift'), changes };
  const approval = { by: 'policy', at: '', via: 'Policy', verified: true } as const;

  /** The state after the repair was made at these minutes, and is due again. */
  function dueAfter(...minutes: number[]): EntityState {
    const state = new EntityState();
    for (const minute of minutes) {
      const startedAt = NOW + minute * MINUTE;
      state.start({ plan: repair, workflowId: 'id', createdAt: startedAt, expiresAt: undefined, startedAt, approval });
      state.running = undefined;
      state.proposal = undefined;
    }
    state.takeLook(aLook({ plan: repair }), NOW + Math.max(0, ...minutes) * MINUTE);
    return state;
  }

  it('is made at once the first three times', () => {
    expect(dueAfter(0, 1).startable(NOW + 2 * MINUTE)?.plan).toBe(repair);
  });

  it('is then made again five minutes after the last of them, and says who it is', () => {
    const state = dueAfter(0, 1, 2);
    const [at, due] = [NOW + 3 * MINUTE, NOW + 7 * MINUTE];
    expect(state.startable(at)).toBeUndefined();
    expect([state.deadline(at), state.heldUntil(at), state.phase]).toEqual([due, due, 'Repairing']);
    expect(told(state)).toEqual(['driftFound', 'planProposed', 'planApproved', 'repairHeld']);
    expect(state.happenings.at(-1)?.message).toBe(
      'scaler keeps changing spec.replicas of StatefulSet/acme; it is put back again at 2030-01-01T00:07:00.000Z; tell scaler to leave it alone (an autoscaler: delete it; Argo CD or Flux: ignore the field), or set it in the spec',
    );
    expect(state.startable(due)?.plan).toBe(repair);
    expect(state.deadline(due)).toBeUndefined();
  });

  it('is from then on made more and more rarely, for as long as it goes on', () => {
    for (const [pause, ...minutes] of [
      [15, 0, 1, 2, 7],
      [45, 0, 1, 2, 7, 22],
      [60, 0, 1, 2, 7, 22, 67],
    ]) {
      const last = NOW + (minutes.at(-1) ?? 0) * MINUTE;
      expect(dueAfter(...minutes).heldUntil(last)).toBe(last + (pause ?? 0) * MINUTE);
    }
  });

  it('is made at once again when it has not been undone for a while', () => {
    expect(dueAfter(0, 1, 2, 7, 30).startable(NOW + 31 * MINUTE)?.plan).toBe(repair);
  });

  it('lets a look go round it, until it may be made: then there is another look, whatever waits for a person', () => {
    const state = dueAfter(0, 1, 2);
    expect(state.beginLook(NOW + 3 * MINUTE)).toEqual(['StatefulSet/acme']);
    state.takeLook(aLook({ plan: aPlan('eeeeeeee'), approval: { required: true } }), NOW + 3 * MINUTE);
    expect(state.phase).toBe('AwaitingApproval');
    expect(state.repairReleased(NOW + 6 * MINUTE)).toBe(false);
    expect(state.deadline(NOW + 6 * MINUTE)).toBe(NOW + 7 * MINUTE);
    expect(state.repairReleased(NOW + 7 * MINUTE)).toBe(true);
    expect(state.beginLook(NOW + 7 * MINUTE)).toEqual([]);
    expect(state.repairReleased(NOW + 7 * MINUTE)).toBe(false);
  });

  it('is made at once together with something else that broke', () => {
    const state = dueAfter(0, 1, 2);
    const other = { ...repair, hash: 'f'.repeat(64), changes: [...changes, { ...changes[0], object: 'Service/acme' }] };
    state.takeLook(aLook({ plan: other as Plan }), NOW + 3 * MINUTE);
    expect(state.startable(NOW + 3 * MINUTE)?.plan).toBe(other);
  });

  it('is held back whatever else is wished by then', () => {
    const state = dueAfter(0, 1, 2);
    state.takeLook(aLook({ plan: { ...repair, hash: 'f'.repeat(64) } }), NOW + 3 * MINUTE);
    expect(state.startable(NOW + 3 * MINUTE)).toBeUndefined();
  });

  it('is not held back by repairs of something else', () => {
    const state = dueAfter(0, 1, 2);
    state.takeLook(aLook({ plan: aPlan('eeeeeeee', 'drift') }), NOW + 3 * MINUTE);
    expect(state.startable(NOW + 3 * MINUTE)).toBeDefined();
  });

  it('is made at once when a person says retry', () => {
    const state = dueAfter(0, 1, 2);
    state.proposeAgain(NOW + 3 * MINUTE);
    expect(state.startable(NOW + 3 * MINUTE)?.plan).toBe(repair);
  });

  it('stays held back in a fresh run of the workflow', () => {
    const state = new EntityState(dueAfter(0, 1, 2).carry());
    state.takeLook(aLook({ plan: repair }), NOW + 3 * MINUTE);
    expect(state.startable(NOW + 3 * MINUTE)).toBeUndefined();
  });
});
