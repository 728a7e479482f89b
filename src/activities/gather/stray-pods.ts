/**
 * Pods that another template has made than the rendered one. A StatefulSet at rest leaves such pods alone, and they do
 * not show in it. What a pod was made from is in the ControllerRevision that its label names. The pod itself may not be
 * compared: admission puts its own into every pod (tolerations, limits, sidecars). Nor may the label alone: a revision
 * that differs only in what others have added (`kubectl rollout restart`) is not another template.
 */
import { LABELS } from '../../api/names.ts';
import type { ComponentRef, ObjectChange } from '../../contract/plan.ts';
import type { KubeClient, KubeObject } from '../../kube/index.ts';
import { driftedFields } from '../../render/live.ts';
import type { StatefulSetSpec } from '../../render/manifest.ts';
import type { StoredRender } from '../state/render-store.ts';
import { type LiveObjects, podsOfComponent } from './live.ts';

/** Set by the controller of StatefulSets to the name of the ControllerRevision. */
const REVISION_LABEL = 'controller-revision-hash';
const MAX_FIELDS = 20;

/** Pod templates by the name of their ControllerRevision. */
export type PodTemplates = ReadonlyMap<string, unknown>;

type ControllerRevision = KubeObject & { readonly data?: { readonly spec?: { readonly template?: unknown } } };

/** ControllerRevisions have the labels of the template that they hold (seen), and stay as long as a pod names them. */
export async function gatherPodTemplates(
  kube: KubeClient,
  at: { namespace: string; name: string },
  signal: AbortSignal,
): Promise<PodTemplates> {
  const { items } = await kube.list<ControllerRevision>(
    { apiVersion: 'apps/v1', kind: 'ControllerRevision', namespace: at.namespace },
    { labelSelector: `${LABELS.network}=${at.name}`, signal },
  );
  return new Map(items.map(({ metadata, data }) => [metadata.name, data?.spec?.template]));
}

/**
 * Of a pod whose template is not known nothing is said. A pod that is being deleted, or that the render has no place
 * for, goes by itself.
 */
export function strayPods(
  component: ComponentRef,
  render: StoredRender,
  live: LiveObjects,
  templates: PodTemplates,
): ObjectChange[] {
  const pods = podsOfComponent(live, component).filter(({ metadata }) => !metadata.deletionTimestamp);
  return render.objects
    .filter(({ kind }) => kind === 'StatefulSet')
    .flatMap((set) => {
      const { replicas = 1, template } = set['spec'] as StatefulSetSpec;
      const names = Array.from({ length: replicas }, (_, ordinal) => `${set.metadata.name}-${ordinal}`);
      return pods.flatMap(({ metadata }): ObjectChange[] => {
        const made = templates.get(metadata.labels?.[REVISION_LABEL] ?? '');
        if (made === undefined || !names.includes(metadata.name)) return [];
        const fields = driftedFields(template, made)
          .slice(0, MAX_FIELDS)
          .map((path) => ({ path }));
        if (fields.length === 0) return [];
        return [{ component, object: `Pod/${metadata.name}`, action: 'change', fields, restartsPods: true }];
      });
    });
}
