/** Rendering a network and planning its install, without any I/O: what every look does at its core. */
import { planOf } from '../../../src/plan/plan-hash.ts';
import { makePlan } from '../../../src/plan/planner.ts';
import { checkOverrides, checkSettings, type RenderInput, renderDigest } from '../../../src/render/index.ts';
import { devnet, renderInput } from '../../render/render-input.ts';
import { atLeast, type Row } from '../row.ts';
import { planningInput } from '../stage/planning.ts';

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
