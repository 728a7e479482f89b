/** Looks, plans and decisions for tests of the entity's rules. */
import type { LookResult, ReceivedDecision } from '../../src/contract/activities.ts';
import type { Plan, PlanKind } from '../../src/contract/plan.ts';

export const NOW = Date.UTC(2030, 0, 1);

export function aPlan(hash: string, kind: PlanKind = 'change', desiredRevision = `revision of ${hash}`): Plan {
  return {
    hash: hash.padEnd(64, '0'),
    kind,
    desiredRevision,
    wish: `wish of ${desiredRevision}`,
    summary: `${kind} acme`,
    steps: [],
    changes: [],
    gapExpectedSeconds: 0,
    warnings: [],
    renders: [],
  };
}

export interface ALookOptions extends Partial<Omit<LookResult, 'approval' | 'plan'>> {
  readonly plan?: Plan;
  readonly approval?: Partial<LookResult['approval']>;
}

export function aLook({ approval, ...rest }: ALookOptions = {}): LookResult {
  const revision = rest.plan?.desiredRevision ?? rest.revision ?? 'same as before';
  return {
    found: true,
    uid: 'u-1',
    deleting: false,
    revision,
    wish: rest.plan?.wish ?? `wish of ${revision}`,
    key: 'key',
    problems: [],
    paused: false,
    decisions: [],
    remembered: { taken: [], paused: false, abortedWish: '', rejectedPlan: '' },
    probeIntervalSeconds: 30,
    release: 'u18',
    chainId: '901',
    generations: {},
    hasStatus: true,
    nextPlanNumber: 1,
    ...rest,
    approval: { required: false, expiresAfterSeconds: 3600, sources: ['Kubernetes', 'Temporal'], ...approval },
  };
}

export function aDecision(action: ReceivedDecision['action'], more: Partial<ReceivedDecision> = {}): ReceivedDecision {
  return { action, by: 'ana', via: 'Kubernetes', verified: true, key: `${action}-${more.plan ?? ''}`, ...more };
}
