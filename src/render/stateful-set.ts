import type { KubeObject, ManifestMetadata, PodTemplate, StatefulSetSpec } from './manifest.ts';

export interface StatefulSetOptions {
  readonly metadata: ManifestMetadata;
  readonly replicas: number;
  readonly selector: Record<string, string>;
  readonly template: PodTemplate;
  readonly volumeClaimTemplates?: NonNullable<StatefulSetSpec['volumeClaimTemplates']>;
}

/**
 * A StatefulSet at rest. Its partition equals its replicas, so that neither a changed template nor `kubectl rollout
 * restart` moves a pod, and a deleted pod comes back as it was (seen); a step lowers it, one pod at a time. Parallel:
 * with the default OrderedReady a pod that is stuck on a broken template is never replaced after it was mended (seen).
 */
export function statefulSet(options: StatefulSetOptions): KubeObject {
  const { metadata, replicas, selector, template, volumeClaimTemplates } = options;
  const spec: StatefulSetSpec = {
    serviceName: metadata.name,
    replicas,
    podManagementPolicy: 'Parallel',
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: replicas } },
    // Volumes hold a chain's data. Teardown deletes them itself, as deletionPolicy says.
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    selector: { matchLabels: selector },
    template,
    ...(volumeClaimTemplates === undefined ? {} : { volumeClaimTemplates }),
  };
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec };
}

/**
 * The objects with the partition of their StatefulSets set: pods with an ordinal at or above it take the new template.
 * Other objects are returned as they are.
 */
export function withPartition(objects: readonly KubeObject[], partition: number): KubeObject[] {
  return objects.map((object) => {
    if (object.kind !== 'StatefulSet') return object;
    const spec = object['spec'] as StatefulSetSpec;
    return { ...object, spec: { ...spec, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition } } } };
  });
}
