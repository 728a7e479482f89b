/** The managed objects of a network as they are. Secrets are read by name, never listed. */
import { LABELS } from '../../api/names.ts';
import type { ComponentRef, ObjectChange } from '../../contract/plan.ts';
import type { KubeClient, KubeObject } from '../../kube/index.ts';
import { driftedFields } from '../../render/live.ts';
import type { KubeObject as Manifest } from '../../render/manifest.ts';
import type { StoredRender } from '../state/render-store.ts';
import { editorsOf } from './editor.ts';

/** Kinds that renders are made of. */
const MANAGED: readonly { readonly apiVersion: string; readonly kind: string }[] = [
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'v1', kind: 'ServiceAccount' },
  { apiVersion: 'v1', kind: 'ConfigMap' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
  { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' },
];

export interface LiveObjects {
  /** `<Kind>/<name>` → object. */
  readonly objects: ReadonlyMap<string, KubeObject>;
  readonly pods: readonly KubeObject[];
}

export async function gatherLive(
  kube: KubeClient,
  at: { namespace: string; name: string },
  signal: AbortSignal,
): Promise<LiveObjects> {
  return gather(kube, at, MANAGED, signal);
}

/** StatefulSets and pods only: what a step that waits looks at, every second or two. */
export async function gatherWorkloads(
  kube: KubeClient,
  at: { namespace: string; name: string },
  signal: AbortSignal,
): Promise<LiveObjects> {
  const workloads = MANAGED.filter(({ kind }) => kind === 'StatefulSet');
  return gather(kube, at, workloads, signal);
}

async function gather(
  kube: KubeClient,
  at: { namespace: string; name: string },
  types: typeof MANAGED,
  signal: AbortSignal,
): Promise<LiveObjects> {
  const labelSelector = `${LABELS.network}=${at.name}`;
  const [pods, ...lists] = await Promise.all([
    kube.list({ apiVersion: 'v1', kind: 'Pod', namespace: at.namespace }, { labelSelector, signal }),
    ...types.map((type) => kube.list({ ...type, namespace: at.namespace }, { labelSelector, signal })),
  ]);
  const objects = new Map<string, KubeObject>();
  lists.forEach((list, index) => {
    const type = types[index];
    for (const item of list.items) if (type) objects.set(`${type.kind}/${item.metadata.name}`, { ...item, ...type });
  });
  return { objects, pods: pods.items };
}

/** Differences of live objects from a verified render. What others have added is theirs and does not count. */
export function driftOf(component: ComponentRef, render: StoredRender, live: LiveObjects): ObjectChange[] {
  return render.objects.flatMap((object): ObjectChange[] => {
    const name = `${object.kind}/${object.metadata.name}`;
    const found = live.objects.get(name);
    if (!found || found.metadata.deletionTimestamp)
      return [{ component, object: name, action: 'create', fields: [], restartsPods: false }];
    const fields = driftedFields(object as unknown as Manifest, found);
    if (fields.length === 0) return [];
    // A template or partition that somebody has touched may have reached pods: to put it back restarts those.
    const restartsPods =
      object.kind === 'StatefulSet' && fields.some((path) => /^spec[.](template|updateStrategy)\b/.test(path));
    const shown = fields.slice(0, 20).map((path) => ({ path }));
    const editedBy = editorsOf(found, fields);
    const by = editedBy.length === 0 ? {} : { editedBy };
    return [{ component, object: name, action: 'change', fields: shown, restartsPods, ...by }];
  });
}

/** Pods of a component, by ordinal. */
export function podsOfComponent(live: LiveObjects, component: ComponentRef): KubeObject[] {
  const label = `${component.kind.toLowerCase()}.${component.name}`;
  return live.pods
    .filter(({ metadata }) => metadata.labels?.[LABELS.component] === label)
    .sort((a, b) => a.metadata.name.localeCompare(b.metadata.name, 'en', { numeric: true }));
}

/** Objects that carry the network's label but belong to no component that is wished or was ever verified. */
export function isObjectOf(object: KubeObject, component: ComponentRef): boolean {
  return object.metadata.labels?.[LABELS.component] === `${component.kind.toLowerCase()}.${component.name}`;
}
