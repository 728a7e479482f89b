/**
 * What a reflector knows: the last seen state of each object, and what a new sighting changes about it. Pure.
 */
import type { KubeObject } from './objects.ts';

export type Change<T extends KubeObject> =
  | { readonly type: 'added'; readonly object: T }
  | { readonly type: 'updated'; readonly object: T; readonly previous: T }
  /** `object` is the last state that was seen. */
  | { readonly type: 'deleted'; readonly object: T };

export interface ObjectCache<T extends KubeObject> {
  readonly size: number;
  get(key: string): T | undefined;
  values(): IterableIterator<T>;
  /** An object was created or changed. The same name with another uid is a deletion and a creation. */
  upsert(object: T): Change<T>[];
  /** An object was deleted. One that is not known, or that a successor has replaced, changes nothing. */
  remove(object: T): Change<T>[];
  /** The complete list as it is now. */
  replaceAll(objects: readonly T[]): Change<T>[];
  /** What `replaceAll` would change, without changing anything. */
  difference(objects: readonly T[]): Change<T>[];
}

/** `namespace/name`, or the name alone for cluster-scoped objects. */
export function keyOf(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  return namespace === undefined ? name : `${namespace}/${name}`;
}

export function createObjectCache<T extends KubeObject>(): ObjectCache<T> {
  const objects = new Map<string, T>();

  function sighting(object: T): Change<T>[] {
    const previous = objects.get(keyOf(object));
    if (previous === undefined) return [{ type: 'added', object }];
    if (previous.metadata.uid !== object.metadata.uid) {
      return [
        { type: 'deleted', object: previous },
        { type: 'added', object },
      ];
    }
    if (previous.metadata.resourceVersion === object.metadata.resourceVersion) return [];
    return [{ type: 'updated', object, previous }];
  }

  function difference(listed: readonly T[]): Change<T>[] {
    const present = new Set(listed.map(keyOf));
    const gone = [...objects].filter(([key]) => !present.has(key));
    return [...gone.map(([, object]): Change<T> => ({ type: 'deleted', object })), ...listed.flatMap(sighting)];
  }

  return {
    get size() {
      return objects.size;
    },
    get: (key) => objects.get(key),
    values: () => objects.values(),
    upsert(object) {
      const changes = sighting(object);
      objects.set(keyOf(object), object);
      return changes;
    },
    remove(object) {
      const previous = objects.get(keyOf(object));
      if (previous === undefined || previous.metadata.uid !== object.metadata.uid) return [];
      objects.delete(keyOf(object));
      return [{ type: 'deleted', object }];
    },
    replaceAll(listed) {
      const changes = difference(listed);
      objects.clear();
      for (const object of listed) objects.set(keyOf(object), object);
      return changes;
    },
    difference,
  };
}
