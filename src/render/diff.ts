/** What a plan shows: which objects change, which fields with their whole values, and whether pods restart. Only references
 * to Secrets are rendered, so no value here is a secret. */
import type { ObjectChange } from '../contract/plan.ts';
import { isRecord, keyedEntries } from './list-identity.ts';
import { joinPath } from './live.ts';
import type { KubeObject } from './manifest.ts';

/** An {@link ObjectChange} before the planner knows the component. */
type RenderedChange = Omit<ObjectChange, 'component'>;
type FieldChange = RenderedChange['fields'][number];

/** The API server refuses changes of all other fields of a StatefulSet's spec. */
const MUTABLE_STATEFUL_SET_FIELDS = [
  'replicas',
  'template',
  'updateStrategy',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
  'revisionHistoryLimit',
  'ordinals',
];

/** Objects that differ, in the order of `after`, then what is no longer rendered. */
export function diffObjects(before: readonly KubeObject[], after: readonly KubeObject[]): RenderedChange[] {
  const former = new Map(before.map((object) => [objectName(object), object]));
  const changes: RenderedChange[] = [];
  for (const object of after) {
    const name = objectName(object);
    const previous = former.get(name);
    former.delete(name);
    if (previous === undefined) {
      changes.push({ action: 'create', object: name, fields: [], restartsPods: false });
      continue;
    }
    const fields: FieldChange[] = [];
    collect('', '', previous, object, fields);
    if (fields.length > 0) changes.push(changeOf(name, previous, object, fields));
  }
  for (const name of former.keys()) changes.push({ action: 'delete', object: name, fields: [], restartsPods: false });
  return changes;
}

/** `<kind>/<name>`, as in {@link ObjectChange.object}. */
function objectName(object: KubeObject): string {
  return `${object.kind}/${object.metadata.name}`;
}

function changeOf(name: string, before: KubeObject, after: KubeObject, fields: FieldChange[]): RenderedChange {
  return {
    action: needsRecreation(after.kind, before['spec'], after['spec']) ? 'recreate' : 'change',
    object: name,
    fields,
    restartsPods: after.kind === 'StatefulSet' && fields.some(({ path }) => path.startsWith('spec.template.')),
  };
}

function needsRecreation(kind: string, before: unknown, after: unknown): boolean {
  if (!isRecord(before) || !isRecord(after)) return false;
  if (kind === 'Service') return (before['clusterIP'] === 'None') !== (after['clusterIP'] === 'None');
  if (kind !== 'StatefulSet') return false;
  const fields: FieldChange[] = [];
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (!MUTABLE_STATEFUL_SET_FIELDS.includes(key)) collect(key, key, before[key], after[key], fields);
  }
  return fields.length > 0;
}

/** Whether the API server lets a field of a live object be changed. */
export function isChangeable(kind: string, path: string): boolean {
  if (kind === 'Service') return path !== 'spec.clusterIP';
  if (kind !== 'StatefulSet' || !path.startsWith('spec.')) return true;
  const [, field = ''] = path.split(/[.[]/);
  return MUTABLE_STATEFUL_SET_FIELDS.includes(field);
}

function collect(path: string, field: string, before: unknown, after: unknown, changes: FieldChange[]): void {
  if (field !== 'env entry' && isRecord(before) && isRecord(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      collect(joinPath(path, key), key, before[key], after[key], changes);
    }
    return;
  }
  const former = Array.isArray(before) ? keyedEntries(field, before) : undefined;
  const next = Array.isArray(after) ? keyedEntries(field, after) : undefined;
  if (former !== undefined && next !== undefined) {
    const entry = field === 'env' ? 'env entry' : 'entry';
    for (const key of new Set([...former.keys(), ...next.keys()])) {
      collect(`${path}[${key}]`, entry, former.get(key), next.get(key), changes);
    }
    return;
  }
  const from = show(before);
  const to = show(after);
  if (from === to) return;
  changes.push({
    path,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  });
}

/** A value as people read it: text as it is, an environment variable by its value or source, the rest as JSON. */
function show(value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  if (!isRecord(value)) return JSON.stringify(value);
  if (typeof value['value'] === 'string' && typeof value['name'] === 'string') return value['value'];
  const source = isRecord(value['valueFrom']) ? Object.entries(value['valueFrom'])[0] : undefined;
  if (source === undefined || !isRecord(source[1])) return JSON.stringify(value);
  const [kind, reference] = source;
  if (kind === 'secretKeyRef') return `Secret ${reference['name']}/${reference['key']}`;
  if (kind === 'configMapKeyRef') return `ConfigMap ${reference['name']}/${reference['key']}`;
  return `field ${reference['fieldPath']}`;
}
