import type { ReportInput } from '../../src/contract/activities.ts';
import type { GateName, Plan, Step } from '../../src/contract/plan.ts';

export const network = { cluster: 'prod', namespace: 'chains', name: 'acme' };
export const planHash = `1f2e3d4c${'0'.repeat(56)}`;

export function step(n: number, fields: Partial<Step> = {}): Step {
  return {
    id: `${String(n).padStart(2, '0')}-apply/acme-sequencer`,
    type: 'applyComponent',
    component: { kind: 'OpNode', name: 'acme-sequencer' },
    summary: 'apply OpNode acme-sequencer',
    limitSeconds: 60,
    safePointAfter: true,
    ...fields,
  };
}

export function gateStep(n: number, gate: GateName): Step {
  return step(n, {
    id: `${String(n).padStart(2, '0')}-await-${gate}/acme`,
    type: 'awaitGate',
    gates: [gate],
    summary: `wait until ${gate}`,
    limitSeconds: 1800,
  });
}

export function plan(fields: Partial<Plan> = {}): Plan {
  return {
    hash: planHash,
    kind: 'install',
    desiredRevision: 'ab'.repeat(32),
    wish: 'cd'.repeat(32),
    summary: 'install acme: sequencer, batcher (3 steps)',
    steps: [step(1), gateStep(2, 'sequencing'), gateStep(3, 'no-foreign-batcher')],
    changes: [
      {
        component: { kind: 'OpNode', name: 'acme-sequencer' },
        object: 'StatefulSet/acme-sequencer',
        action: 'create',
        fields: [],
        restartsPods: false,
      },
    ],
    gapExpectedSeconds: 0,
    warnings: [],
    renders: [],
    ...fields,
  };
}

export function report(fields: Partial<ReportInput> = {}): ReportInput {
  const remembered = { taken: [], paused: false, abortedWish: '', rejectedPlan: '' };
  return {
    network,
    uid: 'uid-1',
    phase: 'Ready',
    problems: [],
    paused: false,
    plan: null,
    happenings: [],
    remembered,
    generations: {},
    ...fields,
  };
}
