/** Components that run, but nobody knows any more what they were rolled out with. */
import { describe, expect, it } from 'vitest';
import { approvalRequired } from '../../src/plan/approval-policy.ts';
import type { ComponentRole, DesiredComponent, ObservedComponent, PlanningInput } from '../../src/plan/desired.ts';
import { makePlan } from '../../src/plan/planner.ts';
import { change, draftOf, networkOf, refOf, stepsOf } from './network-of.ts';

type Lost = NonNullable<ObservedComponent['lost']>;

/** The network with the renders of some components lost. */
function losing(
  roles: readonly ComponentRole[],
  lost: Partial<Lost> = {},
  desired: Partial<DesiredComponent> = {},
): PlanningInput {
  const input = networkOf(
    (['network', 'sequencer', 'batcher', 'replica'] as const).map((role) => ({
      role,
      state: 'as wished',
      ...(roles.includes(role) ? { desired } : {}),
    })),
  );
  const observed = input.observed.map((item): ObservedComponent => {
    if (!roles.some((role) => refOf(role).name === item.component.name)) return item;
    const { component } = item;
    const changes =
      component.kind === 'OptimismNetwork'
        ? []
        : [change(component, { fields: [{ path: 'spec.template', from: 'unknown' }], restartsPods: true })];
    return { component, lost: { images: {}, otherKeys: [], ...lost }, changes, drift: [], strayPods: [] };
  });
  return { ...input, observed };
}

describe('a component whose former render is lost', () => {
  it.each<[ComponentRole, number]>([
    ['network', 0],
    ['sequencer', 15],
    ['batcher', 0],
    ['replica', 0],
  ])('is no install: a %s waits for a person, with %i seconds without blocks', (role, gapExpectedSeconds) => {
    const draft = draftOf(losing([role]));
    expect(draft).toMatchObject({ kind: 'operatorUpdate', kinds: ['operatorUpdate'], gapExpectedSeconds });
    expect(draft.warnings).toEqual([expect.stringContaining(`${refOf(role).name} was rolled out with is lost`)]);
    expect(approvalRequired(draft, undefined)).toBe(true);
  });

  it('says that its pods may restart', () => {
    expect(draftOf(losing(['sequencer'])).changes).toMatchObject([
      { object: 'StatefulSet/sequencer', restartsPods: true, fields: [{ path: 'spec.template' }] },
    ]);
  });

  it('is changed like one that runs: the batcher stops before it starts', () => {
    expect(stepsOf(losing(['batcher']))[0]).toBe('batcher: stopBatcher');
  });

  it('is one plan with the others that are lost', () => {
    expect(draftOf(losing(['network', 'sequencer', 'batcher', 'replica'])).kinds).toEqual(['operatorUpdate']);
  });

  it('is not moved by the plan in which a person is asked about it', () => {
    expect(makePlan({ ...losing(['sequencer']), meanwhile: true })).toEqual({ type: 'nothing' });
  });

  it('asks also when another image is wished than the live one', () => {
    const images = { 'op-node': 'op-node:v1' };
    const upgrade = losing(['sequencer'], { images }, { images: { 'op-node': 'op-node:v2' } });
    expect(makePlan(upgrade)).toMatchObject({ type: 'plan', draft: { kind: 'operatorUpdate' } });
  });

  it('is refused as a rotation when its pods do not have the key that is wished', () => {
    expect(makePlan(losing(['batcher'], { otherKeys: ['Secret acme-keys-0123456789ab, spec.signer'] }))).toMatchObject({
      type: 'refusal',
      problems: [
        { type: 'NotSupportedYet', message: expect.stringContaining('its pods do not have Secret acme-keys') },
      ],
    });
  });
});
