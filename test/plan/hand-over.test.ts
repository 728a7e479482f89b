/** Plans in which another sequencer takes over: because it is preferred, or while the active one restarts. */
import { describe, expect, it } from 'vitest';
import { approval } from '../../src/api/approval.ts';
import { approvalRequired } from '../../src/plan/approval-policy.ts';
import type { PlanningInput, Succession } from '../../src/plan/desired.ts';
import { makePlan } from '../../src/plan/planner.ts';
import { change, draftOf, networkOf, refOf, type State, stepsOf } from './network-of.ts';

const HAND_OVER = (to: string) => [
  `${to}: node-synced`,
  `${to}: handOverSequencer`,
  `${to}: sequencing + single-sequencer`,
];
const RESTART = (name: string) => [`${name}: applyComponent pods≥0, ready pod 0`, `${name}: node-synced pod 0 ✓`];

const stays: Succession = { returns: true, deputies: ['standby'] };
const anybody: Succession = { returns: false, deputies: ['standby'] };
const handed: Succession = { heir: 'standby', returns: false, deputies: ['standby'] };

function pair(states: { readonly sequencer: State; readonly standby: State }, succession: Succession) {
  return networkOf(
    [
      { role: 'sequencer', state: states.sequencer },
      { role: 'standby', state: states.standby },
      { role: 'replica', state: 'as wished' },
      { role: 'network', state: 'as wished' },
    ],
    { succession },
  );
}

describe('a preference for another sequencer', () => {
  const wished = pair({ sequencer: 'as wished', standby: 'as wished' }, handed);

  it('is a plan: the other one follows, takes over, and is the only one', () => {
    expect(stepsOf(wished)).toEqual(HAND_OVER('standby'));
    expect(draftOf(wished)).toMatchObject({
      kind: 'change',
      summary: 'change acme: hand over from sequencer to standby (3 steps)',
      gapExpectedSeconds: 0,
      renders: [],
      changes: [
        {
          object: 'ConfigMap/acme-sequencers',
          fields: [
            { path: 'data.sequencer', from: 'false', to: 'true' },
            { path: 'data.standby', from: 'true', to: 'false' },
          ],
        },
      ],
    });
  });

  it('is none while it can not be told what is wished', () => {
    expect(makePlan({ ...wished, wish: '' })).toEqual({ type: 'nothing' });
  });

  it('is a change, and an interruption, which people are asked about', () => {
    const draft = draftOf(wished);
    expect(draft.kinds).toEqual(['change']);
    expect(approvalRequired(draft, approval.parse({}))).toBe(true);
    expect(approvalRequired(draft, approval.parse({ interruptions: 'Automatic' }))).toBe(false);
    expect(approvalRequired(draft, approval.parse({ change: 'Required', interruptions: 'Automatic' }))).toBe(true);
  });

  it('names who hands over, so that the approval is for that and no other', () => {
    expect(draftOf(wished).steps.find(({ type }) => type === 'handOverSequencer')).toMatchObject({ from: 'sequencer' });
  });

  it('asks whoever has to approve changes, or interruptions', () => {
    const asks = (change: 'Automatic' | 'Required', interruptions: 'Automatic' | 'Required') =>
      approvalRequired(draftOf(wished), approval.parse({ change, interruptions }));
    expect([asks('Required', 'Automatic'), asks('Automatic', 'Required')]).toEqual([true, true]);
    expect(asks('Automatic', 'Automatic')).toBe(false);
  });

  it('waits until what is broken is mended, and while another plan waits for a person', () => {
    expect(draftOf(pair({ sequencer: 'lost', standby: 'as wished' }, handed)).kind).toBe('drift');
    expect(makePlan({ ...wished, meanwhile: true })).toEqual({ type: 'nothing' });
  });

  it('is followed only when the other one is rolled out', () => {
    const install = pair({ sequencer: 'as wished', standby: 'new' }, handed);
    expect(draftOf(install).kind).toBe('install');
    expect(stepsOf(install)).not.toContain('standby: handOverSequencer');
  });

  it('is not followed by one that can not start', () => {
    const observed = wished.observed.map((item) =>
      item.component.name === 'standby' ? { ...item, cannotStart: true } : item,
    );
    expect(makePlan({ ...wished, observed })).toEqual({ type: 'nothing' });
  });
});

describe('a change that restarts the active sequencer', () => {
  const both = { sequencer: 'changed, restarting', standby: 'changed, restarting' } as const;

  it('is made while the standby, which is changed before, stands in for it', () => {
    expect(stepsOf(pair(both, stays))).toEqual([
      ...RESTART('standby'),
      ...HAND_OVER('standby'),
      ...RESTART('sequencer'),
      ...HAND_OVER('sequencer'),
    ]);
    expect(draftOf(pair(both, stays)).gapExpectedSeconds).toBe(0);
  });

  it('leaves the standby active where nobody prefers one of them', () => {
    expect(stepsOf(pair(both, anybody))).toEqual([
      ...RESTART('standby'),
      ...HAND_OVER('standby'),
      ...RESTART('sequencer'),
    ]);
  });

  it('leaves it active where it is the preferred one from now on', () => {
    expect(stepsOf(pair(both, handed))).toEqual(stepsOf(pair(both, anybody)));
  });

  it('is made in place, with a gap, where nobody stands by', () => {
    const alone = networkOf([{ role: 'sequencer', state: 'changed, restarting' }]);
    expect(stepsOf(alone)).not.toContain('standby: handOverSequencer');
    expect(draftOf(alone).gapExpectedSeconds).toBeGreaterThan(0);
  });

  it('is made in place when it is broken: nobody waits for what it can not answer', () => {
    const input = pair(both, stays);
    const observed = input.observed.map((item) =>
      item.component.name === 'sequencer' ? { ...item, cannotStart: true } : item,
    );
    expect(stepsOf({ ...input, observed })).not.toContain('standby: handOverSequencer');
  });

  it('hands nothing over when it restarts nothing', () => {
    expect(stepsOf(pair({ sequencer: 'changed', standby: 'as wished' }, stays))).toEqual([
      'sequencer: applyComponent ✓',
    ]);
  });
});

describe('an upgrade', () => {
  const images = (tag: string) => ({ 'op-node': `op-node:${tag}` });
  const roles = ['challenger', 'proposer', 'batcher', 'replica', 'standby', 'sequencer', 'network'] as const;
  const input = networkOf(
    roles.map((role) => ({
      role,
      state: role === 'network' ? ('as wished' as const) : ('changed, restarting' as const),
      desired: { images: images('v2') },
    })),
    { succession: stays, releases: { from: 'u17', to: 'u18' } },
  );
  const upgrade = {
    ...input,
    observed: input.observed.map((item) =>
      item.verified ? { ...item, verified: { ...item.verified, images: images('v1') } } : item,
    ),
  };

  it('is a plan of its own kind, with the releases in its name', () => {
    expect(draftOf(upgrade)).toMatchObject({ kind: 'upgrade', kinds: ['upgrade'] });
    expect(draftOf(upgrade).summary).toMatch(/^upgrade acme u17 → u18: replica, standby, sequencer, batcher/);
  });

  it('goes from the canary to who makes blocks, and then to who sends them', () => {
    const order = [...new Set(stepsOf(upgrade).map((step) => step.split(':')[0]))];
    expect(order).toEqual(['replica', 'standby', 'sequencer', 'batcher', 'proposer', 'challenger']);
  });

  it('remembers for each component what it goes back to', () => {
    expect(draftOf(upgrade).renders.map(({ component, from }) => [component.name, from])).toEqual(
      ['replica', 'standby', 'sequencer', 'batcher', 'proposer', 'challenger'].map((name) => [name, `${name}-1`]),
    );
  });
});

describe('the way back from a plan', () => {
  const half = networkOf(
    [
      { role: 'challenger', state: 'as wished' },
      { role: 'batcher', state: 'drifted in its template' },
      { role: 'sequencer', state: 'changed, restarting' },
      { role: 'standby', state: 'changed, restarting' },
      { role: 'replica', state: 'changed, restarting' },
      { role: 'proposer', state: 'new' },
      { role: 'network', state: 'changed' },
    ],
    { succession: stays, rollsBack: 'upgrade', warnings: ['of the way back'] },
  );

  it('is one plan of the same kind, of what was changed and of what was left half-way', () => {
    expect(draftOf(half)).toMatchObject({
      kind: 'upgrade',
      kinds: ['upgrade'],
      rollsBack: true,
      warnings: ['of the way back'],
    });
    expect(draftOf(half).summary).toMatch(/^roll back upgrade acme: network|^roll back upgrade acme: acme/);
  });

  it('goes the other way round: who sends first, the replicas last; what is new is left as it is', () => {
    const order = [...new Set(stepsOf(half).map((step) => step.split(':')[0]))];
    expect(order).toEqual(['network', 'batcher', 'standby', 'sequencer', 'replica']);
  });

  it('hands over as the way there did', () => {
    expect(stepsOf(half).filter((step) => step.includes('handOver'))).toEqual([
      'standby: handOverSequencer',
      'sequencer: handOverSequencer',
    ]);
  });

  it('ends with who sequenced before, which comes back first where it is broken', () => {
    const given = networkOf(
      [
        { role: 'sequencer', name: 'stand-in', state: 'changed, restarting' },
        { role: 'standby', name: 'former', state: 'changed, restarting' },
      ],
      { succession: { heir: 'former', returns: false, deputies: ['former'] }, rollsBack: 'upgrade' },
    );
    const observed = given.observed.map((item) =>
      item.component.name === 'former' ? { ...item, cannotStart: true } : item,
    );
    const broken = { ...given, observed };
    expect(stepsOf(broken)).toEqual([...RESTART('former'), ...HAND_OVER('former'), ...RESTART('stand-in')]);
    expect(draftOf(broken).gapExpectedSeconds).toBe(0);
  });

  it('hands over to nobody who is broken and whom it does not mend, nor to who sequences', () => {
    const given = networkOf(
      [
        { role: 'sequencer', name: 'stand-in', state: 'as wished' },
        { role: 'standby', name: 'former', state: 'as wished' },
        { role: 'batcher', state: 'changed, restarting' },
      ],
      { succession: { heir: 'former', returns: false, deputies: ['former'] }, rollsBack: 'upgrade' },
    );
    const observed = given.observed.map((item) =>
      item.component.name === 'former' ? { ...item, cannotStart: true } : item,
    );
    const handsOver = (input: PlanningInput) => stepsOf(input).some((step) => step.includes('handOver'));
    expect(handsOver({ ...given, observed })).toBe(false);
    expect(handsOver({ ...given, succession: { heir: 'stand-in', returns: false, deputies: [] } })).toBe(false);
    expect(stepsOf(given).at(-2), 'who sends goes back before').toBe('former: handOverSequencer');
  });

  it('is a hand-over alone, when everything else is back', () => {
    const back = pair({ sequencer: 'as wished', standby: 'as wished' }, handed);
    expect(draftOf({ ...back, rollsBack: 'upgrade' })).toMatchObject({ kind: 'upgrade', rollsBack: true });
    expect(stepsOf({ ...back, rollsBack: 'upgrade' })).toEqual(HAND_OVER('standby'));
  });

  it('ends when what ran before does not go with the chain any more', () => {
    const returnsUntil = { time: 5, why: 'karst is active' };
    expect(draftOf({ ...half, returnsUntil }).pointOfNoReturn).toBe(returnsUntil);
  });

  it('begins with what is broken', () => {
    const observed = half.observed.map((item) =>
      item.component.name === 'sequencer' ? { ...item, cannotStart: true } : item,
    );
    const order = [...new Set(stepsOf({ ...half, observed }).map((step) => step.split(':')[0]))];
    expect(order.slice(0, 2)).toEqual(['network', 'sequencer']);
  });
});

describe('what does not wait for the way back', () => {
  const given = (standby: 'changed, restarting' | 'changed and lost') =>
    networkOf(
      [
        { role: 'sequencer', state: 'changed, restarting' },
        { role: 'standby', state: standby },
        { role: 'batcher', state: 'changed and half-way' },
      ],
      { succession: stays, rollsBack: 'upgrade' },
    );
  const seen = (name: string, from: string, to: string) => {
    const input = given('changed, restarting');
    const drift = [
      change(refOf(name as 'standby'), {
        object: `Pod/${name}-0`,
        fields: [{ path: 'admin_sequencerActive', from, to }],
      }),
    ];
    const observed = input.observed.map((item) => (item.component.name === name ? { ...item, drift } : item));
    return { ...input, observed };
  };

  it.each([
    ['a standby that sequences besides', seen('standby', 'true', 'false'), 'standby: stopSequencer'],
    ['a sequencer that does not', seen('sequencer', 'false', 'true'), 'sequencer: applyComponent'],
    ['objects that are gone', given('changed and lost'), 'standby: applyComponent'],
  ])('is %s: it is repaired in a plan of its own', (_, input, first) => {
    const draft = draftOf(input);
    expect(draft).toMatchObject({ kind: 'drift', kinds: ['drift'] });
    expect(draft.rollsBack).toBeUndefined();
    expect(stepsOf(input)[0]).toContain(first);
  });

  it('is nothing of what somebody keeps undoing', () => {
    expect(draftOf({ ...seen('standby', 'true', 'false'), repairsHeld: true }).rollsBack).toBe(true);
  });

  it('is everything that is broken while the way back waits for a person', () => {
    expect(draftOf({ ...given('changed, restarting'), meanwhile: true })).toMatchObject({ kind: 'drift' });
    expect(stepsOf({ ...given('changed, restarting'), meanwhile: true })[0]).toContain('batcher');
  });
});
