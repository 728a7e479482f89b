import type { ComponentRef } from '../contract/plan.ts';
import type { RenderInput } from './input.ts';
import { objectLabels, type Part } from './labels.ts';
import type { ManifestMetadata } from './manifest.ts';
import { ownedBy } from './owner.ts';

/** A component that is rendered: who it is, where, and what owns its companions. */
export interface Subject {
  readonly component: ComponentRef;
  readonly part: Part;
  readonly network: string;
  readonly namespace: string;
  /** Absent when the CR was never stored, as when rendering offline. */
  readonly uid: string | undefined;
}

/** The namespace that everything of a network is rendered into. */
export function namespaceOf(input: RenderInput): string {
  return input.network.metadata.namespace ?? 'default';
}

export function subjectOf(
  input: RenderInput,
  kind: ComponentRef['kind'],
  metadata: { readonly name: string; readonly uid?: string | undefined },
  part: Part,
): Subject {
  return {
    component: { kind, name: metadata.name },
    part,
    network: input.network.metadata.name,
    namespace: namespaceOf(input),
    uid: metadata.uid,
  };
}

/** Metadata of a StatefulSet and of its headless Service: no owner reference, see owner.ts. */
export function durableMetadata(subject: Subject, name: string): ManifestMetadata {
  const { component, part, network, namespace } = subject;
  return { name, namespace, labels: objectLabels(network, component, part) };
}

/** Metadata of a stateless companion: goes with the CR. */
export function companionMetadata(
  subject: Subject,
  name: string,
  annotations?: Record<string, string>,
): ManifestMetadata {
  const ownerReferences = ownedBy(subject.component, subject.uid);
  return {
    ...durableMetadata(subject, name),
    ...(annotations === undefined || Object.keys(annotations).length === 0 ? {} : { annotations }),
    ...(ownerReferences.length === 0 ? {} : { ownerReferences }),
  };
}
