/**
 * What the specs refer to: keys of Secrets and ConfigMaps, read by name, never listed or watched. Only tokens, addresses
 * and the names of our own copies leave this file; values stay in memory and are remembered by the redactor.
 */
import type { Problem } from '../../contract/failures.ts';
import type { KubeClient, KubeObject } from '../../kube/index.ts';
import type { Redactor } from '../redaction.ts';
import type { OwnedCopy } from '../state/render-store.ts';
import type { InstallTokens } from './install-tokens.ts';

export interface ReferenceUse {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  readonly key: string;
  /** Object that refers to it, `<Kind>/<name>`, and the field. */
  readonly object: string;
  readonly field: string;
  /** Mounted under the user's name, where it is renewed without a restart: there is no copy of ours. */
  readonly uncopied?: true;
}

/**
 * Keys of a Secret of type kubernetes.io/tls with a CA, as the programs' signers want them. Only that they are there is
 * of interest: the Secret is mounted as it is (render/signer.ts).
 */
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
      return TLS_KEYS.map((key) => ({ kind: 'Secret', name: value, key, object, field: at, uncopied: true }));
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
  /** Copies of ours that are gone like what they were made from; `problems` say so. */
  readonly lostCopies: readonly OwnedCopy[];
  find(kind: 'Secret' | 'ConfigMap', name: string, key: string): ResolvedReference | undefined;
  copies(): OwnedCopy[];
}

export interface ResolveOptions {
  readonly kube: KubeClient;
  readonly redactor: Redactor;
  readonly tokens: InstallTokens;
  readonly network: { readonly namespace: string; readonly name: string };
  /** Our copies, for what the user has deleted; asked for only then. */
  readonly formerCopies: () => Promise<readonly OwnedCopy[]>;
  readonly signal: AbortSignal;
}

/** Of what the user has, or else of our copy, which may be gone as well. */
interface Content {
  readonly value?: Buffer | undefined;
  readonly copy?: OwnedCopy;
}

type DataObject = KubeObject & { data?: Record<string, string>; binaryData?: Record<string, string> };

export async function resolveReferences(uses: readonly ReferenceUse[], options: ResolveOptions): Promise<References> {
  const { kube, redactor, tokens, network, formerCopies, signal } = options;
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
  const former = async (use: ReferenceUse): Promise<Content> => {
    copies ??= formerCopies();
    const isOf = ({ kind, from }: OwnedCopy) => kind === use.kind && from.name === use.name && from.key === use.key;
    const copy = (await copies).find(isOf);
    return copy ? { copy, value: contentOf(await read(copy.kind, copy.to.name), copy.to.key) } : {};
  };
  const contents = await Promise.all(
    uses.map(async (use): Promise<Content & { use: ReferenceUse; isMissing: boolean }> => {
      const current = contentOf(await read(use.kind, use.name), use.key);
      return current ? { use, value: current, isMissing: false } : { use, isMissing: true, ...(await former(use)) };
    }),
  );
  const problems: Problem[] = [];
  const resolved: ResolvedReference[] = [];
  const lostCopies: OwnedCopy[] = [];
  // The keys of one TLS Secret are one reference, and one problem.
  const belongs = (a: ReferenceUse) => (b: ReferenceUse) =>
    a === b || (a.uncopied === true && a.object === b.object && a.field === b.field);
  const missingUses = contents.filter(({ isMissing }) => isMissing).map(({ use }) => use);
  for (const { use, value, isMissing, copy } of contents) {
    const lost = value === undefined ? copy : undefined;
    if (lost) lostCopies.push(lost);
    const together = missingUses.filter(belongs(use));
    if (isMissing && together[0] === use) {
      const keys = together.map(({ key }) => key);
      problems.push(missing(use, keys, await read(use.kind, use.name), lost));
    }
    if (value === undefined) continue;
    if (use.kind === 'Secret') redactor.remember(value.toString());
    const token = tokens.ofContent(use, value);
    resolved.push({
      use,
      value,
      token,
      copy: { name: `${network.name}-${use.name.slice(0, 40)}-${token.slice(0, 12)}`, key: use.key },
    });
  }
  return {
    resolved,
    problems,
    lostCopies,
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

/** @param lost our copy of it, which is gone as well */
function missing(
  use: ReferenceUse,
  keys: readonly string[],
  object: DataObject | undefined,
  lost: OwnedCopy | undefined,
): Problem {
  const has = [...Object.keys(object?.data ?? {}), ...Object.keys(object?.binaryData ?? {})];
  const copy = lost ? `, and the copy of it (Secret "${lost.to.name}") is gone as well` : '';
  const again = lost ? ', with the content that it had' : '';
  const word = keys.length > 1 ? 'keys' : 'key';
  const named = keys.map((key) => `"${key}"`).join(', ');
  const what = object
    ? `${use.kind} "${use.name}" has no ${word} ${named} (it has ${has.length > 0 ? has.slice(0, 10).join(', ') : 'none'})`
    : `${use.kind} "${use.name}"${lost ? `, ${word} ${named},` : ''} does not exist`;
  return {
    type: 'ReferenceNotFound',
    message: `${what}; ${use.field} of ${use.object} names it${copy}`,
    fix: object
      ? `add the ${word} to the ${use.kind}${again}, or name another one`
      : `create the ${use.kind} with the ${word} ${named}${again}; it goes on by itself`,
    object: use.object,
  };
}

/** ConfigMaps are part of the render itself; only Secrets are copied, and of these not what is mounted as it is. */
function uniqueCopies(resolved: readonly ResolvedReference[]): OwnedCopy[] {
  const copies = new Map<string, OwnedCopy>();
  for (const { use, token, copy } of resolved) {
    if (use.kind !== 'Secret' || use.uncopied) continue;
    copies.set(`${copy.name}/${copy.key}`, { kind: 'Secret', from: { name: use.name, key: use.key }, to: copy, token });
  }
  return [...copies.values()].sort((a, b) => `${a.to.name}/${a.to.key}`.localeCompare(`${b.to.name}/${b.to.key}`));
}
