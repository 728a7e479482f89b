import { describe, expect, it } from 'vitest';
import { rollout } from '../../src/api/rollout.ts';
import type { ComponentRef, ObjectChange, Plan } from '../../src/contract/plan.ts';
import type { DesiredComponent, ObservedComponent, PlanningInput } from '../../src/plan/desired.ts';
import { makePlan } from '../../src/plan/planner.ts';
import { stepLimits } from '../../src/plan/step-limits.ts';
import { driftSentence } from '../../src/status/drift-sentence.ts';

const sequencer: ComponentRef = { kind: 'OpNode', name: 'seq' };
const rolledOut = { render: 'r1', inputs: 'i1', replicas: 1, images: {}, keys: [] };
const stopped: ObjectChange = {
  component: sequencer,
  object: 'Pod/seq-0',
  action: 'change',
  fields: [{ path: 'admin_sequencerActive', from: 'false', to: 'true' }],
  restartsPods: false,
};

function planFor(
  desired: Partial<DesiredComponent>,
  observed: Partial<ObservedComponent>,
): Pick<Plan, 'kind' | 'steps' | 'gapExpectedSeconds'> | undefined {
  const input: PlanningInput = {
    network: 'net',
    revision: 'rev',
    wish: 'wish',
    deleting: false,
    namespaceTerminating: false,
    meanwhile: false,
    repairsHeld: false,
    warnings: [],
    desired: [
      {
        component: sequencer,
        role: 'sequencer',
        replicas: 1,
        images: {},
        keys: [],

        render: 'r1',
        inputs: 'i1',
        ...desired,
      },
    ],
    observed: [{ component: sequencer, verified: rolledOut, changes: [], drift: [], strayPods: [], ...observed }],
    leaving: [],
    limits: stepLimits(rollout.parse({}), { blockTimeSeconds: 2, maxChannelDuration: 0, l1BlockTimeSeconds: 12 }),
  };
  const planned = makePlan(input);
  return planned.type === 'plan' ? planned.draft : undefined;
}

const names = (plan: ReturnType<typeof planFor>) =>
  plan?.steps.flatMap(({ type, gates }): readonly string[] => gates ?? [type]);
/** No start without the question whether somebody else has taken over, and no end without the proof that it is alone. */
const START = ['no-foreign-sequencer', 'startSequencer', 'sequencing', 'single-sequencer'];

describe('a sequencer that is rolled out', () => {
  it('is left alone while it is as it was', () => {
    expect(planFor({}, {})).toBeUndefined();
  });

  it('is started again by a repair when somebody has stopped it, without asking and without restarting its pod', () => {
    const plan = planFor({}, { drift: [stopped] });
    expect(plan).toMatchObject({ kind: 'drift', gapExpectedSeconds: 0 });
    expect(names(plan)).toEqual(['applyComponent', 'awaitPods', ...START]);
    expect(plan?.steps[0]).not.toHaveProperty('partition');
  });

  it('is started before a change that finds it stopped, which may have to wait for approval', () => {
    const change: ObjectChange = {
      component: sequencer,
      object: 'StatefulSet/seq',
      action: 'change',
      fields: [],
      restartsPods: true,
    };
    const plan = planFor({ render: 'r2', inputs: 'i2' }, { changes: [change], drift: [stopped] });
    expect(plan).toMatchObject({ kind: 'drift', renders: [{ digest: 'r1' }] });
    expect(names(plan)).toEqual(['applyComponent', 'awaitPods', ...START]);
  });
});

describe('the sentence about drift', () => {
  it('names each object and what is wrong with it', () => {
    const missing: ObjectChange = { ...stopped, object: 'StatefulSet/seq', action: 'create', fields: [] };
    expect(driftSentence([missing, stopped])).toBe(
      'StatefulSet/seq is missing; Pod/seq-0 differs in admin_sequencerActive',
    );
  });

  it('stays short when everything is gone', () => {
    const missing: ObjectChange = { ...stopped, action: 'create', fields: [] };
    expect(driftSentence(Array.from({ length: 30 }, () => missing))).toMatch(/; and 22 more$/);
  });
});
