/** Pods for which a person has vouched: they are switched off. Pure. */
import type { PodTarget } from '../../chain/sample.ts';
import type { StepInput } from '../../contract/activities.ts';

type Fenced = StepInput['fencedNodes'][number];

/** By the name of its OpNode, of the pod itself, or of the Kubernetes node that it is on. */
export function vouchedFor({ node, pod, host }: PodTarget, fenced: readonly Fenced[]): Fenced | undefined {
  return fenced.find((said) => [node, pod, host].includes(said.node));
}
