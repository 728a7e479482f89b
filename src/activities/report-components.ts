/** Phase and conditions of a network's components: each says itself what is wrong with it. */
import type { ComponentPhase } from '../api/conditions.ts';
import type { KindName } from '../api/names.ts';
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import type { ReportInput } from '../contract/activities.ts';
import type { Problem } from '../contract/failures.ts';
import type { KubeObject } from '../kube/index.ts';
import { type ConditionInput, sentence, setConditions } from '../status/conditions.ts';
import { problemsToConditions } from '../status/problem-conditions.ts';
import type { Attempt } from './deadline.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { gatherCustomResources } from './gather/custom-resources.ts';
import { changeStatus } from './state/change-status.ts';

interface ComponentStatus {
  phase?: ComponentPhase;
  observedGeneration?: number;
  conditions?: NonNullable<OptimismNetworkStatus['conditions']>;
}

export async function reportComponents(
  deps: ActivityDependencies,
  report: ReportInput,
  attempt: Attempt,
): Promise<void> {
  const { network, problems } = report;
  const at = { namespace: network.namespace, name: network.name };
  const resources = await gatherCustomResources(deps.kube, at, attempt.signal);
  const done = ((resources?.network['status'] as OptimismNetworkStatus | undefined)?.components ?? []).map(
    ({ kind, name }) => `${kind}/${name}`,
  );
  for (const component of resources?.components ?? []) {
    const id = `${component.kind}/${component.metadata.name}`;
    const generation = report.generations[id];
    // It has come since, also under a name that was there before: the next look knows it.
    if (generation === undefined || generation > (component.metadata.generation ?? 0)) continue;
    const own = problems.filter(({ object }) => object === id);
    const phase = phaseOf(report, component, own, done.includes(id));
    const conditions = [
      ...problemsToConditions(own).filter(({ type }) => type === 'ConfigurationValid'),
      ready(report, phase, own),
    ];
    await changeStatus<ComponentStatus>(
      deps.kube,
      {
        kind: component.kind as KindName,
        namespace: at.namespace,
        name: component.metadata.name,
        uid: component.metadata.uid ?? '',
      },
      (status) => ({
        ...status,
        phase,
        observedGeneration: generation,
        conditions: setConditions(status.conditions ?? [], conditions, new Date(deps.now()), generation),
      }),
      attempt,
    );
  }
}

function phaseOf(report: ReportInput, component: KubeObject, own: readonly Problem[], done: boolean): ComponentPhase {
  if (component.metadata.deletionTimestamp) return 'Deleting';
  if (own.length > 0) return 'Invalid';
  const touched =
    report.plan?.workflowId !== undefined &&
    report.plan.plan.steps.some(
      (step) => step.component.kind === component.kind && step.component.name === component.metadata.name,
    );
  if (touched) return 'Progressing';
  if (!done) return 'Pending';
  return (component['spec'] as { stopped?: boolean } | undefined)?.stopped ? 'Stopped' : 'Ready';
}

function ready(
  { network, phase: networkPhase }: ReportInput,
  phase: ComponentPhase,
  [problem]: readonly Problem[],
): ConditionInput {
  if (phase === 'Ready')
    return {
      type: 'Ready',
      status: 'True',
      reason: 'RolledOut',
      message: sentence('The component is rolled out and verified'),
    };
  if (phase === 'Stopped')
    return {
      type: 'Ready',
      status: 'False',
      reason: 'Stopped',
      message: sentence('The component is stopped', undefined, 'set spec.stopped: false'),
    };
  if (problem)
    return {
      type: 'Ready',
      status: 'False',
      reason: problem.type,
      message: sentence(problem.message, undefined, problem.fix),
    };
  return {
    type: 'Ready',
    status: 'False',
    reason: phase,
    message: sentence(
      `The network is ${networkPhase}`,
      undefined,
      `opstack status ${network.name} -n ${network.namespace}`,
    ),
  };
}
