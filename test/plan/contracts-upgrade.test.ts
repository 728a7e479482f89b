/** What a network does around an upgrade of its contracts on L1, which others make. */
import { describe, expect, it } from 'vitest';
import { whyNoWayBack } from '../../src/contract/way-back.ts';
import { makePlan } from '../../src/plan/planner.ts';
import { change, draftOf, LIMITS, networkOf, refOf, stepsOf } from './network-of.ts';
import { numberedPlan } from './numbered-plan.ts';

const upgrade = { gameType: 8, absolutePrestate: `0x${'cc'.repeat(32)}` };

const network = (more: Parameters<typeof networkOf>[1] = { upgrade }) =>
  networkOf(
    [
      { role: 'sequencer', state: 'as wished' },
      { role: 'proposer', state: 'changed, restarting' },
      { role: 'challenger', state: 'changed, restarting' },
    ],
    more,
  );

const CUT_OVER = [
  'proposer: scaleDown',
  'network: awaitOnChain',
  'proposer: funds + proposer-permitted',
  'proposer: applyComponent pods≥0, ready ✓',
];

describe('a contracts upgrade', () => {
  it('has the challenger ready before the proposer is stopped, and starts that when L1 is upgraded', () => {
    expect(stepsOf(network())).toEqual([
      'challenger: applyComponent pods≥0, ready',
      'challenger: funds + challenging ✓',
      ...CUT_OVER,
    ]);
    expect(draftOf(network())).toMatchObject({ kind: 'upgrade', kinds: ['upgrade', 'change'] });
  });

  it('asks a challenger that stays as it is whether it is ready', () => {
    const input = networkOf(
      [
        { role: 'proposer', state: 'changed, restarting' },
        { role: 'challenger', state: 'as wished' },
        { role: 'challenger', name: 'stopped', state: 'as wished', desired: { replicas: 0 } },
      ],
      { upgrade },
    );
    expect(stepsOf(input)).toEqual(['challenger: funds + challenging', ...CUT_OVER]);
  });

  it('comes after everything else that changes', () => {
    const input = networkOf(
      [
        { role: 'network', state: 'changed' },
        { role: 'replica', state: 'changed, restarting', desired: { changesForks: true } },
        { role: 'batcher', state: 'changed, restarting' },
        { role: 'proposer', state: 'changed, restarting' },
        { role: 'challenger', state: 'changed, restarting' },
      ],
      { upgrade },
    );
    const steps = stepsOf(input);
    expect(steps.slice(-CUT_OVER.length)).toEqual(CUT_OVER);
    expect(steps.at(-CUT_OVER.length - 1)).toBe('network: same-chain');
  });

  it('waits for what was approved, for as long as the spec says', () => {
    const step = draftOf(network()).steps.find(({ type }) => type === 'awaitOnChain');
    expect(step).toMatchObject({ onChain: upgrade, limitSeconds: LIMITS.onChainSeconds });
    const other = { ...upgrade, absolutePrestate: `0x${'dd'.repeat(32)}` };
    expect(numberedPlan(network({ upgrade: other }))?.hash).not.toBe(numberedPlan(network())?.hash);
  });

  it('can be left while it waits, and not between the upgrade and a proposer that runs', () => {
    const places = draftOf(network()).steps.map(({ type, safePointAfter }) => [type, safePointAfter]);
    expect(places.slice(-4)).toEqual([
      ['scaleDown', true],
      ['awaitOnChain', false],
      ['awaitGate', false],
      ['applyComponent', true],
    ]);
  });

  it('is nothing that leads back once L1 is upgraded', () => {
    const plan = numberedPlan(network()) ?? expect.fail();
    const index = plan.steps.findIndex(({ type }) => type === 'awaitOnChain');
    expect(whyNoWayBack(plan, 0, plan.steps.slice(0, index))).toBeUndefined();
    expect(whyNoWayBack(plan, 0, plan.steps.slice(0, index + 1))).toBe(
      'L1 respects games of type 8 by now, and what ran before proposes others: go on instead, with retry',
    );
  });

  it('stops no proposer that is new, and starts it afterwards', () => {
    const steps = stepsOf(networkOf([{ role: 'proposer', state: 'new' }], { upgrade }));
    expect(steps).toEqual(CUT_OVER.slice(1));
  });

  it.each([
    ['nobody proposes', networkOf([{ role: 'challenger', state: 'changed, restarting' }], { upgrade })],
    [
      'the proposer is to be stopped anyway',
      networkOf([{ role: 'proposer', state: 'changed, restarting', desired: { replicas: 0 } }], { upgrade }),
    ],
    ['L1 is there already', network({})],
    ['the way leads back', network({ upgrade, rollsBack: 'upgrade' })],
  ])('is not waited for when %s', (_, input) => {
    expect(stepsOf(input).filter((step) => /awaitOnChain/.test(step))).toEqual([]);
  });

  it('is nothing to do for a network that is as wished', () => {
    expect(makePlan(networkOf([{ role: 'proposer', state: 'as wished' }], { upgrade }))).toEqual({ type: 'nothing' });
  });
});

describe('a proposer that an upgrade has stopped', () => {
  const stopped = (more: object) => {
    const input = network({ meanwhile: true, ...more });
    const down = change(refOf('proposer'), { fields: [{ path: 'spec.replicas', from: '1', to: '0' }] });
    const observed = input.observed.map((item) =>
      item.component.name === 'proposer' ? { ...item, drift: [down] } : item,
    );
    return { ...input, observed };
  };

  it('is started as it was while the plan waits for a person again', () => {
    const input = stopped({ upgrade });
    expect(draftOf(input)).toMatchObject({ kind: 'drift' });
    expect(draftOf(input).steps.map(({ type, render }) => [type, render])).toEqual([
      ['applyComponent', 'proposer-1'],
      ['awaitPods', 'proposer-1'],
    ]);
  });

  it('starts by the same gates when the plan is rolled back', () => {
    const input = stopped({ meanwhile: false, rollsBack: 'upgrade' });
    const desired = input.desired.map((item) => ({ ...item, render: `${item.component.name}-1` }));
    expect(stepsOf({ ...input, desired })).toEqual(CUT_OVER.slice(2));
  });

  it('stays down when L1 is upgraded: it would propose what counts for nothing', () => {
    expect(makePlan(stopped({}))).toEqual({ type: 'nothing' });
  });
});

describe('a plan that brings fork times', () => {
  const at = (time: number) => ({ pointOfNoReturn: { time, why: 'the time of karst has come' } });

  it('leads nowhere back from the first of them on', () => {
    const input = networkOf([
      { role: 'replica', state: 'changed, restarting', desired: at(2000) },
      { role: 'sequencer', state: 'changed, restarting', desired: at(1000) },
    ]);
    const plan = numberedPlan(input) ?? expect.fail();
    expect(whyNoWayBack(plan, 999_999)).toBeUndefined();
    expect(whyNoWayBack(plan, 1_000_000)).toMatch(/^the time of karst has come/);
  });

  it('is no repair, and no way back', () => {
    const lost = networkOf([{ role: 'replica', state: 'changed and lost', desired: at(1000) }]);
    const back = networkOf([{ role: 'replica', state: 'changed, restarting', desired: at(1000) }], {
      rollsBack: 'upgrade',
    });
    for (const input of [lost, back]) expect(draftOf(input).pointOfNoReturn).toBeUndefined();
  });
});
