/** Objects of a set of files, sorted by network: what can be said about them without a cluster. Pure. */

import { problemText } from '../api/field-problem.ts';
import { isKindName, type KindName, type ObjectOf } from '../api/group.ts';
import { API_VERSION, GROUP, KIND_NAMES } from '../api/names.ts';
import { parseObject } from '../api/parse.ts';
import type { Manifest } from './manifest-files.ts';

/** Something that is wrong with a file set. */
export interface FileProblem {
  readonly level: 'error' | 'warning';
  /** Where: `<file>:<line>`; empty for what is about several files. */
  readonly at: string;
  /** `<Kind>/<name>`; empty when there is no such thing. */
  readonly object: string;
  readonly text: string;
}

/** A ConfigMap or Secret of the files: which keys it has. Values of Secrets are never kept. */
export interface DataObject {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly namespace: string;
  readonly name: string;
  readonly keys: readonly string[];
  /** Texts of a ConfigMap by key. */
  readonly texts: ReadonlyMap<string, string>;
}

export interface Located<T> {
  readonly at: string;
  readonly value: T;
}

export interface FileSet {
  /** Our objects that are valid by themselves, with defaults and namespace. */
  readonly objects: readonly Located<ObjectOf[KindName]>[];
  readonly data: readonly DataObject[];
  /** How many objects of other kinds there were: not looked at. */
  readonly others: number;
  readonly problems: readonly FileProblem[];
}

/** @param namespace where objects go that name none */
export function fileSetOf(manifests: readonly Manifest[], namespace: string): FileSet {
  const objects: Located<ObjectOf[KindName]>[] = [];
  const data: DataObject[] = [];
  const problems: FileProblem[] = [];
  let others = 0;
  for (const { at, object } of manifests) {
    const { kind, apiVersion } = object;
    const label = labelOf(object);
    const complain = (text: string) => problems.push({ level: 'error', at, object: label, text });
    if (typeof kind !== 'string' || typeof apiVersion !== 'string') {
      complain(`apiVersion and kind are required. Begin with apiVersion: ${API_VERSION} and kind: OptimismNetwork.`);
    } else if (apiVersion.startsWith(`${GROUP}/`)) {
      const parsed = ourObject(kind, withNamespace(object, namespace), complain);
      if (parsed) objects.push({ at, value: parsed });
    } else if (isKindName(kind)) {
      complain(
        `apiVersion: is ${apiVersion}, but ${kind} is a kind of ${API_VERSION}. Write apiVersion: ${API_VERSION}.`,
      );
    } else if (apiVersion === 'v1' && (kind === 'ConfigMap' || kind === 'Secret')) {
      data.push(dataObject(kind, object, namespace));
    } else {
      others += 1;
    }
  }
  const { firsts, repeats } = withoutRepeats(objects);
  return { objects: firsts, data, others, problems: [...problems, ...repeats] };
}

function ourObject(kind: string, object: object, complain: (text: string) => void): ObjectOf[KindName] | undefined {
  if (!isKindName(kind)) {
    complain(`kind: there is no ${kind} in ${API_VERSION}. Kinds are ${KIND_NAMES.join(', ')}.`);
    return undefined;
  }
  const parsed = parseObject(kind, object, { unknownFields: 'refuse' });
  if (parsed.ok) return parsed.value;
  for (const problem of parsed.problems) complain(problemText(problem));
  return undefined;
}

/** A second object of the same name would be checked against the first one's components. */
function withoutRepeats(objects: readonly Located<ObjectOf[KindName]>[]): {
  firsts: Located<ObjectOf[KindName]>[];
  repeats: FileProblem[];
} {
  const firsts = new Map<string, Located<ObjectOf[KindName]>>();
  const repeats: FileProblem[] = [];
  for (const object of objects) {
    const { kind, metadata } = object.value;
    const id = `${kind}/${metadata.namespace}/${metadata.name}`;
    const first = firsts.get(id);
    if (first) {
      const text = `is in the files twice: the first one is at ${first.at}. Remove one of them.`;
      repeats.push({ level: 'error', at: object.at, object: `${kind}/${metadata.name}`, text });
    } else {
      firsts.set(id, object);
    }
  }
  return { firsts: [...firsts.values()], repeats };
}

function withNamespace(object: Readonly<Record<string, unknown>>, namespace: string): object {
  const metadata = object['metadata'];
  if (!isRecord(metadata)) return object;
  return { ...object, metadata: { namespace, ...metadata } };
}

function dataObject(
  kind: DataObject['kind'],
  object: Readonly<Record<string, unknown>>,
  namespace: string,
): DataObject {
  const metadata = isRecord(object['metadata']) ? object['metadata'] : {};
  const fields = ['data', 'stringData', 'binaryData'].map((field) => object[field]).filter(isRecord);
  const texts = Object.entries(isRecord(object['data']) ? object['data'] : {});
  return {
    kind,
    namespace: typeof metadata['namespace'] === 'string' ? metadata['namespace'] : namespace,
    name: String(metadata['name'] ?? ''),
    keys: fields.flatMap((field) => Object.keys(field)),
    texts: new Map(kind === 'ConfigMap' ? texts.map(([key, value]) => [key, String(value)]) : []),
  };
}

function labelOf(object: Readonly<Record<string, unknown>>): string {
  const metadata = object['metadata'];
  const name = isRecord(metadata) && typeof metadata['name'] === 'string' ? metadata['name'] : '';
  return typeof object['kind'] === 'string' ? `${object['kind']}/${name}` : name;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
