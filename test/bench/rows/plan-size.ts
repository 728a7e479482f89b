/** How large the plan of an upgrade gets with the network, where it is kept, and what it costs to make. */
import type { LookResult } from '../../../src/contract/activities.ts';
import { componentKey, type Plan } from '../../../src/contract/plan.ts';
import { boundLook, MAX_LOOK_BYTES } from '../../../src/plan/bound-look.ts';
import type { PlanningInput } from '../../../src/plan/desired.ts';
import { planOf } from '../../../src/plan/plan-hash.ts';
import { makePlan } from '../../../src/plan/planner.ts';
import { type RenderInput, renderDigest } from '../../../src/render/index.ts';
import { planDocument } from '../../../src/status/plan-document.ts';
import { devnet, renderInput } from '../../render/render-input.ts';
import { atMost, type Figure, type Row } from '../row.ts';
import { planningInput } from '../stage/planning.ts';

const SIZES = [5, 20, 63];
const WARM_UP = 50;
const KIB = 1024;

export const planSize: Row = {
  name: 'plan-size',
  what: 'plan an upgrade of all components, pure: size of the look that brings it and of the document that people read, time of the planner',
  targets: [atMost('look with 63', MAX_LOOK_BYTES / KIB, 'KiB'), atMost('planner with 63', 10, 'ms')],
  size: { runs: { usual: 500, of: 'plans of each size' } },
  async measure({ runs }) {
    const figures = SIZES.flatMap((size) => figuresOf(size, runs));
    return {
      figures,
      under:
        'networks of examples/devnet with more replicas, from u17 to u18; a look is at most 64 KiB: of a larger one prose gives way; CPU time of the planner and of the hash of its plan, with what was rendered and compared before',
    };
  },
};

function figuresOf(components: number, runs: number): Figure[] {
  const input = planningInput(networkOf(components, 'u18'), networkOf(components, 'u17'));
  let plan = planned(input);
  for (let count = 0; count < Math.min(WARM_UP, runs); count++) plan = planned(input);
  const before = process.cpuUsage();
  for (let count = 0; count < runs; count++) planned(input);
  const { user, system } = process.cpuUsage(before);
  const kib = (text: string) => Buffer.byteLength(text) / KIB;
  return [
    { name: `look with ${components}`, value: kib(JSON.stringify(boundLook(lookWith(plan, input)))), unit: 'KiB' },
    { name: `document with ${components}`, value: kib(planDocument(plan)), unit: 'KiB' },
    { name: `planner with ${components}`, value: (user + system) / 1000 / runs, unit: 'ms' },
    { name: `steps with ${components}`, value: plan.steps.length, unit: '' },
  ];
}

function planned(input: PlanningInput): Plan {
  const made = makePlan(input);
  if (made.type !== 'plan') throw new Error(`there is no plan: ${made.type}`);
  return planOf(made.draft, renderDigest);
}

/** Sequencer, batcher, proposer and challenger; all others are replicas. */
function networkOf(components: number, release: string): RenderInput {
  const input = renderInput(devnet(), { release });
  const replica = input.nodes.find(({ spec }) => spec.role === 'Replica');
  if (!replica) throw new Error('examples/devnet has no replica');
  const { nodes, batchers, proposers, challengers } = input;
  const more = components - nodes.length - batchers.length - proposers.length - challengers.length;
  const replicas = Array.from({ length: more }, (_, index) => ({
    ...replica,
    metadata: { ...replica.metadata, name: `${replica.metadata.name}-${index}` },
  }));
  return { ...input, nodes: [...nodes, ...replicas] };
}

function lookWith(plan: Plan, { desired, revision }: PlanningInput): LookResult {
  return {
    found: true,
    uid: '11111111-0000-4000-8000-000000000000',
    deleting: false,
    revision,
    wish: plan.wish,
    key: revision,
    problems: [],
    plan,
    approval: { required: true, expiresAfterSeconds: 86_400, sources: ['Kubernetes', 'Temporal'] },
    paused: false,
    decisions: [],
    remembered: { taken: [], paused: false, abortedWish: '', rejectedPlan: '' },
    probeIntervalSeconds: 30,
    release: 'u18',
    chainId: '901',
    generations: Object.fromEntries(desired.map(({ component }) => [componentKey(component), 1])),
    hasStatus: true,
    nextPlanNumber: 2,
  };
}
