import { describe, expect, it } from 'vitest';
import { approval } from '../../src/api/approval.ts';
import type { OptimismNetworkStatus } from '../../src/api/optimism-network.ts';
import type { PlanKind } from '../../src/contract/plan.ts';
import { componentKey, type Plan } from '../../src/contract/plan.ts';
import { approvalRequired } from '../../src/plan/approval-policy.ts';
import { asksAlready, inheritedApproval } from '../../src/plan/inherited-approval.ts';
import { planOf } from '../../src/plan/plan-hash.ts';
import { renderDigest } from '../../src/render/digest.ts';
import { draftOf, networkOf } from './network-of.ts';

const defaults = approval.parse({});

describe('by default', () => {
  it.each<[string, readonly PlanKind[], number, boolean]>([
    ['an install does not wait', ['install'], 0, false],
    ['a change that interrupts nothing does not wait', ['change'], 0, false],
    ['a change that interrupts blocks waits', ['change'], 15, true],
    ['a repair does not wait', ['drift'], 0, false],
    ['a repair that interrupts blocks does not wait either', ['drift'], 15, false],
    ['a teardown does not wait', ['teardown'], 0, false],
    ['what a new operator renders differently waits', ['operatorUpdate'], 0, true],
    ['an upgrade waits', ['upgrade'], 0, true],
    ['a key rotation waits', ['keyRotation'], 0, true],
  ])('%s', (_, kinds, gapExpectedSeconds, expected) => {
    expect(approvalRequired({ kinds, gapExpectedSeconds, steps: [] }, defaults)).toBe(expected);
  });
});

describe('a policy', () => {
  it('that asks for repairs is followed', () => {
    const asked = { ...defaults, drift: 'Required' } as const;
    expect(approvalRequired({ kinds: ['drift'], gapExpectedSeconds: 0, steps: [] }, asked)).toBe(true);
  });

  it('that asks for installs is followed also when the plan is called a change', () => {
    const asked = { ...defaults, install: 'Required' } as const;
    expect(approvalRequired({ kinds: ['change', 'install'], gapExpectedSeconds: 0, steps: [] }, asked)).toBe(true);
    expect(approvalRequired({ kinds: ['change'], gapExpectedSeconds: 0, steps: [] }, asked)).toBe(false);
  });

  it('that lets interruptions pass is followed', () => {
    const free = { ...defaults, interruptions: 'Automatic' } as const;
    expect(approvalRequired({ kinds: ['change'], gapExpectedSeconds: 15, steps: [] }, free)).toBe(false);
  });

  it('that can not be read asks for everything but repairs and teardown', () => {
    const asks = (kinds: readonly PlanKind[]) =>
      approvalRequired({ kinds, gapExpectedSeconds: 0, steps: [] }, undefined);
    expect([asks(['install']), asks(['change']), asks(['drift']), asks(['teardown'])]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('an approval that was given', () => {
  const NOW = Date.parse('2030-01-01T00:00:00Z');
  const plan = planOf(
    draftOf(
      networkOf([
        { role: 'sequencer', state: 'changed, restarting' },
        { role: 'batcher', state: 'changed, restarting' },
      ]),
    ),
    renderDigest,
  );
  const remainder = planOf(draftOf(networkOf([{ role: 'batcher', state: 'changed, restarting' }])), renderDigest);
  const given = { by: 'ann', at: '2029-12-31T23:00:00Z', via: 'Kubernetes', verified: true, comment: 'fine' } as const;

  function shown(more: Partial<NonNullable<OptimismNetworkStatus['plan']>> = {}): OptimismNetworkStatus['plan'] {
    return {
      hash: plan.hash,
      kind: plan.kind,
      revision: plan.desiredRevision,
      summary: plan.summary,
      createdAt: '2029-12-31T22:00:00Z',
      expiresAt: '2030-01-01T22:00:00Z',
      approval: given,
      steps: plan.steps.map(({ id, type, component, gates }) => ({
        id,
        action: type,
        component: componentKey(component),
        state: 'Pending' as const,
        ...(gates ? { gates: [...gates] } : {}),
      })),
      ...more,
    } as OptimismNetworkStatus['plan'];
  }

  it('holds for the same plan', () => {
    expect(inheritedApproval(plan, shown(), NOW)).toEqual(given);
  });

  it('covers what is left of the plan after a crash', () => {
    expect(remainder.hash).not.toBe(plan.hash);
    expect(inheritedApproval(remainder, shown(), NOW)).toEqual(given);
  });

  it('covers a question to the chain that only what is left of the plan has to ask', () => {
    const halfWay = planOf(draftOf(networkOf([{ role: 'batcher', state: 'changed and half-way' }])), renderDigest);
    expect(halfWay.steps[0]).toMatchObject({ gates: ['no-foreign-batcher'] });
    expect(inheritedApproval(halfWay, shown(), NOW)).toEqual(given);
  });

  it('is asked for again after the entity was terminated, also where the policy would not ask', () => {
    const { approval: _, ...waiting } = shown() ?? {};
    expect(asksAlready(plan, waiting as OptimismNetworkStatus['plan'])).toBe(true);
    expect(asksAlready(remainder, waiting as OptimismNetworkStatus['plan'])).toBe(false);
    expect(asksAlready(plan, shown())).toBe(false);
    expect(asksAlready(plan, undefined)).toBe(false);
  });

  it.each<[string, Plan, OptimismNetworkStatus['plan']]>([
    ['a plan with a step that was not approved', plan, shown({ hash: 'other', steps: shown()?.steps?.slice(1) ?? [] })],
    ['another revision', { ...remainder, desiredRevision: 'another' }, shown()],
    ['another kind', { ...remainder, kind: 'drift' }, shown()],
    ['anything after it has expired', remainder, shown({ expiresAt: '2029-12-31T23:59:59Z' })],
    ['the same plan after it has expired', plan, shown({ expiresAt: '2029-12-31T23:59:59Z' })],
    ['anything when it was the policy that approved', remainder, shown({ approval: { ...given, via: 'Policy' } })],
    [
      'anything when nobody has approved',
      remainder,
      { ...shown(), approval: undefined } as OptimismNetworkStatus['plan'],
    ],
    ['anything when no plan is shown', remainder, undefined],
  ])('does not cover %s', (_, wanted, former) => {
    expect(inheritedApproval(wanted, former, NOW)).toBeUndefined();
  });
});
