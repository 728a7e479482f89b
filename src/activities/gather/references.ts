/**
 * What the specs refer to: keys of Secrets and ConfigMaps, read by name, never listed or watched. Only tokens, addresses
 * and the names of our own copies leave this file; values stay in memory and are remembered by the redactor.
 */
import { changeToken } from '../../chain/keys.ts';
import type { Problem } from '../../contract/failures.ts';
import type { KubeClient, KubeObject } from '../../kube/index.ts';
import type { Redactor } from '../redaction.ts';
import type { OwnedCopy } from '../state/render-store.ts';

export interface ReferenceUse {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  readonly key: string;
  /** Object that refers to it, `<Kind>/<name>`, and the field. */
  readonly object: string;
  readonly field: string;
  /** Keys that are mounted together share one copy. */
  readonly together?: string;
}

/** Keys of a Secret of type kubernetes.io/tls with a CA, as the programs' signers want them. */
const TLS_KEYS = ['ca.crt', 'tls.crt', 'tls.key'];

/**
 * Every reference in a spec, by the shape of the API: `…ecretRef`/`…ecretKeyRef` with name and key, `configMapRef` with
 * name and key, `tls.secretName`.
 */
export function referencesOf(object: string, spec: unknown, path = 'spec'): ReferenceUse[] {
  if (typeof spec !== 'object' || spec === null) return [];
  if (Array.isArray(spec)) return spec.flatMap((item, index) => referencesOf(object, item, `${path}[${index}]`));
  return Object.entries(spec).flatMap(([field, value]): ReferenceUse[] => {
    const at = `${path}.${field}`;
    const ref = nameAndKey(value);
    if (ref && /ecret(Key)?Ref$/.test(field)) return [{ kind: 'Secret', ...ref, object, field: at }];
    if (ref && /^configMap(Key)?Ref$/.test(field)) return [{ kind: 'ConfigMap', ...ref, object, field: at }];
    if (field === 'secretName' && path.endsWith('.tls') && typeof value === 'string') {
      return TLS_KEYS.map((key) => ({ kind: 'Secret', name: value, key, object, field: at, together: value }));
    }
    return referencesOf(object, value, at);
  });
}

function nameAndKey(value: unknown): { name: string; key: string } | undefined {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('key' in value)) return undefined;
  return typeof value.name === 'string' && typeof value.key === 'string'
    ? { name: value.name, key: value.key }
    : undefined;
}

export interface ResolvedReference {
  readonly use: ReferenceUse;
  readonly value: Buffer;
  /** Changes with the content, and tells nothing about it. */
  readonly token: string;
  /** Our immutable copy. */
  readonly copy: { readonly name: string; readonly key: string };
}

export interface References {
  readonly resolved: readonly ResolvedReference[];
  readonly problems: readonly Problem[];
  find(kind: 'Secret' | 'ConfigMap', name: string, key: string): ResolvedReference | undefined;
  copies(): OwnedCopy[];
}

export interface ResolveOptions {
  readonly kube: KubeClient;
  readonly redactor: Redactor;
  readonly installKey: Buffer;
  readonly network: { readonly namespace: string; readonly name: string };
  /** Our copies, for what the user has deleted; asked for only then. */
  readonly formerCopies: () => Promise<readonly OwnedCopy[]>;
  readonly signal: AbortSignal;
}

type DataObject = KubeObject & { data?: Record<string, string>; binaryData?: Record<string, string> };

export async function resolveReferences(uses: readonly ReferenceUse[], options: ResolveOptions): Promise<References> {
  const { kube, redactor, installKey, network, formerCopies, signal } = options;
  const objects = new Map<string, Promise<DataObject | undefined>>();
  const read = (kind: string, name: string) => {
    const id = `${kind}/${name}`;
    const running =
      objects.get(id) ??
      kube.get<DataObject>({ apiVersion: 'v1', kind, namespace: network.namespace, name }, { signal });
    objects.set(id, running);
    return running;
  };
  let copies: Promise<readonly OwnedCopy[]> | undefined;
  const former = async (use: ReferenceUse): Promise<Buffer | undefined> => {
    copies ??= formerCopies();
    const isOf = ({ kind, from }: OwnedCopy) => kind === use.kind && from.name === use.name && from.key === use.key;
    const copy = (await copies).find(isOf);
    return copy && contentOf(await read(copy.kind, copy.to.name), copy.to.key);
  };
  const contents = await Promise.all(
    uses.map(async (use) => {
      const current = contentOf(await read(use.kind, use.name), use.key);
      return { use, isMissing: current === undefined, value: current ?? (await former(use)) };
    }),
  );
  const problems: Problem[] = [];
  const resolved: ResolvedReference[] = [];
  for (const { use, value, isMissing } of contents) {
    if (isMissing) problems.push(missing(use, await read(use.kind, use.name)));
    if (value === undefined) continue;
    if (use.kind === 'Secret') redactor.remember(value.toString());
    const token = changeToken(installKey, [use.kind, network.namespace, network.name, use.name, use.key, value]);
    const group =
      use.together === undefined
        ? []
        : contents.filter((other) => other.use.together === use.together && other.use.name === use.name);
    const groupToken =
      group.length === 0
        ? token
        : changeToken(
            installKey,
            group.flatMap((item) => [item.use.key, item.value ?? '']),
          );
    resolved.push({
      use,
      value,
      token,
      copy: { name: `${network.name}-${use.name.slice(0, 40)}-${groupToken.slice(0, 12)}`, key: use.key },
    });
  }
  return {
    resolved,
    problems,
    find: (kind, name, key) => resolved.find(({ use }) => use.kind === kind && use.name === name && use.key === key),
    copies: () => uniqueCopies(resolved),
  };
}

function contentOf(object: DataObject | undefined, key: string): Buffer | undefined {
  const plain = object?.data?.[key];
  if (object?.kind === 'Secret') return plain === undefined ? undefined : Buffer.from(plain, 'base64');
  if (plain !== undefined) return Buffer.from(plain);
  const binary = object?.binaryData?.[key];
  return binary === undefined ? undefined : Buffer.from(binary, 'base64');
}

function missing(use: ReferenceUse, object: DataObject | undefined): Problem {
  const keys = [...Object.keys(object?.data ?? {}), ...Object.keys(object?.binaryData ?? {})];
  return {
    type: 'ReferenceNotFound',
    message: object
      ? `${use.kind} "${use.name}" has no key "${use.key}" (it has ${keys.length > 0 ? keys.slice(0, 10).join(', ') : 'none'}); ${use.field} of ${use.object} names it`
      : `${use.kind} "${use.name}" does not exist; ${use.field} of ${use.object} names it`,
    fix: object
      ? `add the key to the ${use.kind}, or name another one`
      : `create the ${use.kind} with the key "${use.key}"; it goes on by itself`,
    object: use.object,
  };
}

/** ConfigMaps are part of the render itself; only Secrets are copied. */
function uniqueCopies(resolved: readonly ResolvedReference[]): OwnedCopy[] {
  const copies = new Map<string, OwnedCopy>();
  for (const { use, token, copy } of resolved) {
    if (use.kind !== 'Secret') continue;
    copies.set(`${copy.name}/${copy.key}`, { kind: 'Secret', from: { name: use.name, key: use.key }, to: copy, token });
  }
  return [...copies.values()].sort((a, b) => `${a.to.name}/${a.to.key}`.localeCompare(`${b.to.name}/${b.to.key}`));
}
