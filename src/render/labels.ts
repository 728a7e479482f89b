import { LABELS } from '../api/names.ts';
import type { ComponentRef } from '../contract/plan.ts';

/** What a component is to its chain, as far as it never changes: who is active and who stands by is not said here. */
export type Part = 'chain' | 'sequencer' | 'replica' | 'batcher' | 'proposer' | 'challenger';

/** Value of the label `app.kubernetes.io/name` of the operator's own pods, in whichever namespace they run. */
export const OPERATOR_APP = 'op-stack-operator';

/** Labels of every object of a component. */
export function objectLabels(network: string, component: ComponentRef, part: Part): Record<string, string> {
  return {
    'app.kubernetes.io/name': component.kind.toLowerCase(),
    'app.kubernetes.io/instance': component.name,
    'app.kubernetes.io/component': part,
    'app.kubernetes.io/part-of': network,
    'app.kubernetes.io/managed-by': OPERATOR_APP,
    [LABELS.network]: network,
    [LABELS.component]: componentLabel(component),
  };
}

/** Labels of a component's pods: those of its objects, and the role, which the operator relabels at a hand-over. */
export function podLabels(network: string, component: ComponentRef, part: Part): Record<string, string> {
  return { ...objectLabels(network, component, part), [LABELS.role]: part };
}

/** Selects the pods of one component. Immutable in a StatefulSet, so it holds nothing that ever changes. */
export function podSelector(network: string, component: ComponentRef): Record<string, string> {
  return { [LABELS.network]: network, [LABELS.component]: componentLabel(component) };
}

/** Selects the pods of all components of a network that are the same to their chain. */
export function partSelector(network: string, part: Part): Record<string, string> {
  return { [LABELS.network]: network, 'app.kubernetes.io/component': part };
}

function componentLabel({ kind, name }: ComponentRef): string {
  return `${kind.toLowerCase()}.${name}`;
}
