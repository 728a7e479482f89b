/** Rendering a network and planning its install, without any I/O: what every look does at its core. */
import { componentRole } from '../../../src/plan/component-role.ts';
import type { DesiredComponent, ObservedComponent, PlanningInput } from '../../../src/plan/desired.ts';
import { planOf } from '../../../src/plan/plan-hash.ts';
import { makePlan } from '../../../src/plan/planner.ts';
import { stepLimits } from '../../../src/plan/step-limits.ts';
import {
  checkOverrides,
  checkSettings,
  diffObjects,
  type RenderInput,
  renderDigest,
  renderNetwork,
} from '../../../src/render/index.ts';
import { devnet, renderInput } from '../../render/render-input.ts';
import { atLeast, type Row } from '../row.ts';

/** So that the compiler has seen everything. */
const WARM_UP = 50;

export const renderPlan: Row = {
  name: 'render-plan',
  what: 'render and plan a network of all five kinds, pure',
  targets: [atLeast('networks', 2000, '/s of a core')],
  size: { runs: { usual: 2000, of: 'networks' } },
  async measure({ runs }) {
    const input = renderInput(devnet());
    for (let count = 0; count < Math.min(WARM_UP, runs); count++) renderAndPlan(input);
    const before = process.cpuUsage();
    let steps = 0;
    for (let count = 0; count < runs; count++) steps = renderAndPlan(input);
    const { user, system } = process.cpuUsage(before);
    const seconds = (user + system) / 1e6;
    return {
      figures: [
        { name: 'networks', value: runs / seconds, unit: '/s of a core' },
        { name: 'one', value: (seconds * 1000) / runs, unit: 'ms' },
      ],
      under: `CPU time of the process, garbage collection included; checks, 6 renders with digests, differences and a plan of ${steps} steps for each; specs are parsed before`,
    };
  },
};

/** @returns how many steps the plan has */
function renderAndPlan(input: RenderInput): number {
  const errors = checkSettings(input).filter(({ level }) => level === 'error');
  const problems = [...checkOverrides(input), ...errors];
  if (problems.length > 0) throw new Error(`examples/devnet is refused: ${JSON.stringify(problems)}`);
  const planned = makePlan(planningInput(input));
  if (planned.type !== 'plan') throw new Error(`there is no plan for examples/devnet: ${planned.type}`);
  return planOf(planned.draft, renderDigest).steps.length;
}

function planningInput(input: RenderInput): PlanningInput {
  const renders = renderNetwork(input);
  const desired = renders.map(({ component, digest }): DesiredComponent => {
    const node = input.nodes.find(({ metadata }) => component.kind === 'OpNode' && metadata.name === component.name);
    return {
      component,
      role: componentRole(node ?? component) ?? 'network',
      render: digest,
      inputs: digest,
      replicas: 1,
      images: {},
      keys: [],
    };
  });
  const observed = renders.map(({ component, objects }): ObservedComponent => {
    const changes = diffObjects([], objects).map((change) => ({ ...change, component }));
    return { component, changes, drift: [], strayPods: [] };
  });
  return {
    network: input.network.metadata.name,
    revision: renderDigest(desired),
    deleting: false,
    namespaceTerminating: false,
    meanwhile: false,
    repairsHeld: false,
    desired,
    observed,
    leaving: [],
    warnings: [],
    limits: stepLimits(input.network.spec.rollout, {
      blockTimeSeconds: input.chain.blockTimeSeconds,
      maxChannelDuration: 0,
      l1BlockTimeSeconds: 12,
    }),
  };
}
