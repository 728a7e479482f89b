/** Who has written fields of a live object, as the API server notes it. Pure. */
import { FIELD_MANAGER } from '../../api/names.ts';
import type { KubeObject, ManagedFieldsEntry } from '../../kube/index.ts';

/**
 * Autoscalers and `kubectl scale` write `spec.replicas` through the subresource `scale`; of a scale to 0 the API server
 * notes nobody.
 *
 * @param paths of fields as {@link driftedFields} gives them
 * @returns of each field the manager that has written it last, without repetition; nobody: only the operator has, or
 *   whoever has removed it
 */
export function editorsOf({ metadata }: KubeObject, paths: readonly string[]): string[] {
  const others = (metadata.managedFields ?? [])
    .filter(({ manager, subresource }) => manager !== FIELD_MANAGER && subresource !== 'status')
    .sort((a, b) => (b.time ?? '').localeCompare(a.time ?? ''));
  const editors = paths.flatMap((path) => others.find((entry) => writes(entry, path))?.manager ?? []);
  return [...new Set(editors)];
}

/** As far as the path leads through maps: keys of list entries have a form of their own there. */
function writes({ fieldsV1 }: ManagedFieldsEntry, path: string): boolean {
  const [maps = ''] = path.split('[');
  let at: unknown = fieldsV1;
  for (const name of maps.split('.')) {
    if (typeof at !== 'object' || at === null) return false;
    at = (at as Record<string, unknown>)[`f:${name}`];
  }
  return at !== undefined;
}
