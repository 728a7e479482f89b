/** Pods for which a person has vouched: they are switched off. Pure. */
import type { PodTarget } from '../../chain/sample.ts';
import type { StepInput } from '../../contract/activities.ts';

type Fenced = StepInput['fencedNodes'][number];

/** By the name of its OpNode, of the pod itself, or of the Kubernetes node that it is on. */
export function vouchedFor({ node, pod, host }: PodTarget, fenced: readonly Fenced[]): Fenced | undefined {
  return fenced.find((said) => [node, pod, host].includes(said.node));
}

/**
 * The word of a person, said at this step, that fits nothing that the step asks: most likely it has a typo.
 * @returns the end of a sentence; empty when there is none
 */
export function unknownNames(asked: readonly PodTarget[], { fencedNodes, step }: StepInput): string {
  const strange = fencedNodes
    .filter((said) => said.step === step.id)
    .findLast((said) => !asked.some((target) => vouchedFor(target, [said])));
  if (!strange) return '';
  const names = new Set(asked.flatMap(({ node, pod, host }) => [node, pod, host ?? []].flat()));
  return `; ${strange.node}, which ${strange.by} has confirmed to be off, is none of ${[...names].join(', ')}`;
}
