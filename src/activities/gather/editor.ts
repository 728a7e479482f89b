/** Who has written a field of a live object, as the API server notes it. Pure. */
import { FIELD_MANAGER } from '../../api/names.ts';
import type { KubeObject, ManagedFieldsEntry } from '../../kube/index.ts';

/**
 * @param paths of fields as {@link driftedFields} gives them
 * @returns field manager that has written one of them last; undefined: only the operator, or whoever has removed it
 */
export function editorOf({ metadata }: KubeObject, paths: readonly string[]): string | undefined {
  const others = (metadata.managedFields ?? []).filter(
    (entry) => entry.manager !== FIELD_MANAGER && entry.subresource === undefined && paths.some(isIn(entry)),
  );
  const [latest] = others.sort((a, b) => (b.time ?? '').localeCompare(a.time ?? ''));
  return latest?.manager;
}

/** As far as the path leads through maps: keys of list entries have a form of their own there. */
function isIn({ fieldsV1 }: ManagedFieldsEntry): (path: string) => boolean {
  return (path) => {
    const [maps = ''] = path.split('[');
    let at: unknown = fieldsV1;
    for (const name of maps.split('.')) {
      if (typeof at !== 'object' || at === null) return false;
      at = (at as Record<string, unknown>)[`f:${name}`];
    }
    return at !== undefined;
  };
}
