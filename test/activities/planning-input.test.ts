/** What the planner is given while a network goes back: what ran before, and until when that goes with the chain. */
import { describe, expect, it } from 'vitest';
import type { Verified } from '../../src/activities/gather/rolled-out.ts';
import { type PlanningFacts, planningInput } from '../../src/activities/planning-input.ts';
import type { StoredRender } from '../../src/activities/state/render-store.ts';
import { type ComponentRef, componentKey } from '../../src/contract/plan.ts';

const BATCHER = { kind: 'OpBatcher', name: 'batcher' } as const;
const PROPOSER = { kind: 'OpProposer', name: 'proposer' } as const;
const JOVIAN = { name: 'jovian', time: 1795347548 };

function renderOf({ name }: ComponentRef, container: string, tag: string, env: object[] = []): StoredRender {
  const containers = [{ name: container, image: `${container}:${tag}`, env }];
  const spec = { replicas: 1, template: { spec: { containers } } };
  const set = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name }, spec };
  return { inputs: tag, keys: [], objects: [set] } as unknown as StoredRender;
}

const batcher = (tag: string) => renderOf(BATCHER, 'op-batcher', tag);
const proposer = (type: string) =>
  renderOf(PROPOSER, 'op-proposer', 'v1.16.3', [{ name: 'OP_PROPOSER_GAME_TYPE', value: type }]);

interface Given {
  readonly component: ComponentRef;
  readonly before: StoredRender;
  readonly after: StoredRender;
}

/** One component that is wished otherwise than it was rolled out. */
function factsOf({ component, before, after }: Given, more: Partial<PlanningFacts> = {}): PlanningFacts {
  const verified: Verified = { component, digest: 'before', render: before };
  const desired = { component, role: 'batcher', render: 'after', inputs: 'i', replicas: 1, images: {}, keys: [] };
  return {
    at: { namespace: 'chains', name: 'acme' },
    wish: {
      resources: { network: {}, components: [{ ...component, metadata: { name: component.name } }] },
      batchers: [],
      files: { facts: { forks: [JOVIAN] }, rollup: { block_time: 2 } },
    },
    live: { objects: new Map(), pods: [] },
    sequencers: [],
    choice: { active: 'a', heir: 'b', wished: 'b', deputies: ['b'] },
    templates: new Map(),
    verified: [verified],
    lost: [],
    shared: [],
    desire: { components: [desired], renders: [after], input: { release: { name: 'u18' } } },
    deleting: false,
    repairsHeld: false,
    warnings: ['of the wish'],
    ...more,
  } as unknown as PlanningFacts;
}

/** The same after its plan was rolled back. */
function wayBack(given: Given, more: Partial<NonNullable<PlanningFacts['wayBack']>> = {}): PlanningFacts {
  const { wish } = planningInput(factsOf(given));
  const former = [{ component: given.component, digest: 'before', render: given.before }];
  const back = { wish, kind: 'upgrade' as const, done: false, former, brought: [], until: undefined, warnings: [] };
  const choice = { active: 'b', heir: 'a', wished: 'a', deputies: ['a'] };
  const renders = [{ component: given.component, digest: 'after', from: 'before' }];
  return factsOf(given, { wayBack: { ...back, renders, sequencer: 'a', choice, ...more } });
}

const ofBatcher: Given = { component: BATCHER, before: batcher('v1.16.1'), after: batcher('v1.16.8') };
const ofProposer: Given = { component: PROPOSER, before: proposer('1'), after: proposer('8') };
const until = { time: JOVIAN.time, why: 'the time of jovian has come' };

describe('a change', () => {
  it('can be undone until a fork that its former programs do not know', () => {
    expect(planningInput(factsOf(ofBatcher)).desired[0]?.pointOfNoReturn).toEqual(until);
  });

  it('can not be undone where L1 respects only what is proposed after it', () => {
    const point = (respectedGameType?: number) =>
      planningInput(factsOf(ofProposer, { respectedGameType })).desired[0]?.pointOfNoReturn;
    expect(point(8)).toEqual({ time: 0, why: 'L1 respects games of type 8, and proposer proposed type 1' });
    expect(point(1)).toBeUndefined();
    expect(point()).toBeUndefined();
  });
});

describe('the way back', () => {
  it('leads to what ran before, and to who sequenced before', () => {
    const { desired, rollsBack, succession } = planningInput(wayBack(ofBatcher));
    expect(desired.map(({ component, render }) => `${componentKey(component)} ${render}`)).toEqual([
      'OpBatcher/batcher before',
    ]);
    expect(rollsBack).toBe('upgrade');
    expect(succession).toEqual({ heir: 'a', returns: false, deputies: ['a'] });
    const { rollsBack: done, succession: after } = planningInput(wayBack(ofBatcher, { done: true }));
    expect(done).toBeUndefined();
    expect(after?.heir).toBeUndefined();
  });

  it('ends at the time of a fork, also of a component that is back already, or of a plan that is known no more', () => {
    expect(planningInput(wayBack(ofBatcher)).returnsUntil).toEqual(until);
    expect(planningInput(wayBack(ofBatcher, { until: { time: 5, why: 'karst is active' } })).returnsUntil).toEqual({
      time: 5,
      why: 'karst is active',
    });
  });

  it('is none where L1 does not respect what was proposed before', () => {
    const facts = wayBack(ofProposer);
    expect(planningInput({ ...facts, respectedGameType: 8 }).returnsUntil?.time).toBe(0);
    expect(planningInput({ ...facts, respectedGameType: 1 }).returnsUntil).toBeUndefined();
  });

  it('is from what an operator renders, where that was rolled back: its next version may bring something else', () => {
    const renders = [{ component: BATCHER, digest: 'of version 2', from: 'before' }];
    expect(planningInput(wayBack(ofBatcher, { kind: 'operatorUpdate', renders })).rollsBack).toBeUndefined();
    expect(planningInput(wayBack(ofBatcher, { kind: 'operatorUpdate' })).rollsBack).toBe('operatorUpdate');
  });

  it('has warnings of its own', () => {
    expect(planningInput(wayBack(ofBatcher, { warnings: ['of the way back'] })).warnings).toEqual(['of the way back']);
    expect(planningInput(factsOf(ofBatcher)).warnings).toEqual(['of the wish']);
  });
});
