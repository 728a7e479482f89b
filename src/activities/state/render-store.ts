/**
 * Renders by content: what was approved is what is applied, whatever the spec or the operator's version says meanwhile.
 * A render lives in immutable ConfigMaps `<network>-render-<digest>[-<part>]`, gzip, in parts below the size that a
 * ConfigMap may have. Never Secret content: renders name Secrets only.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { FIELD_MANAGER } from '../../api/names.ts';
import { OperatorError } from '../../contract/failures.ts';
import { type ComponentRef, componentKey } from '../../contract/plan.ts';
import { isKubeStatus, type KubeClient, type KubeObject } from '../../kube/index.ts';
import { renderDigest } from '../../render/digest.ts';

/** Everything that the steps of one component apply. */
export interface StoredRender {
  readonly component: ComponentRef;
  readonly objects: readonly KubeObject[];
  /** Copies of users' Secrets and ConfigMaps that the objects mount; see references.ts. */
  readonly copies: readonly OwnedCopy[];
  /** Names, and which keys they hold, of Secrets with generated identities. */
  readonly identities: readonly GeneratedIdentity[];
  /** Static peers of each OpNode. */
  readonly peers: Readonly<Record<string, string>>;
  readonly sequencers: readonly string[];
  /** Keys that the component acts with, by token or address: a change is a rotation. */
  readonly keys: readonly string[];
  /** Of the network's own: token of the installation's key. Absent in renders from before there was one. */
  readonly installation?: string;
  /** Mark of the wish that it was rendered for (contract/wish-mark.ts). Not part of the digest: see {@link renewInputs}. */
  readonly inputs: string;
}

export interface OwnedCopy {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly from: { readonly name: string; readonly key: string };
  readonly to: { readonly name: string; readonly key: string };
  /** Change token of the content that was planned with. */
  readonly token: string;
}

export interface GeneratedIdentity {
  readonly secret: string;
  /** Key in the Secret → purpose that its value is derived for. */
  readonly keys: Readonly<Record<string, string>>;
}

const PART_BYTES = 512 * 1024;
/** How often others may come first when a part is stored. */
const ROUNDS = 5;
const LABEL = 'optimism.io/network';
const COMPONENT_ANNOTATION = 'optimism.io/component';
/** `StoredRender.inputs` as they are now. */
export const INPUTS_ANNOTATION = 'optimism.io/inputs';
/** Says what a ConfigMap of ours holds. */
export const STORES_LABEL = 'optimism.io/stores';

type ConfigMap = KubeObject & { binaryData?: Record<string, string>; data?: Record<string, string> };

export function storedRenderDigest(render: StoredRender): string {
  return renderDigest([{ ...render, inputs: undefined }]);
}

function configMapName(network: string, digest: string, part: number): string {
  return `${network}-render-${digest.slice(0, 16)}${part === 0 ? '' : `-${part}`}`;
}

export interface RenderStoreOptions {
  readonly kube: KubeClient;
  readonly network: { readonly namespace: string; readonly name: string };
  readonly uid: string;
}

/** Digests of the renders of a component that are stored, without a look at whether they can be loaded. */
export async function storedDigests(
  kube: KubeClient,
  network: { namespace: string; name: string },
  component: ComponentRef,
  signal: AbortSignal,
): Promise<string[]> {
  const { items } = await kube.list<ConfigMap>(
    { apiVersion: 'v1', kind: 'ConfigMap', namespace: network.namespace },
    { labelSelector: `${LABEL}=${network.name},${STORES_LABEL}=render`, signal },
  );
  const own = items.filter(({ metadata }) => metadata.annotations?.[COMPONENT_ANNOTATION] === componentKey(component));
  return [...new Set(own.flatMap(({ data }) => data?.['digest'] ?? []))];
}

/** Stores a render unless it is there. Safe to repeat and to interrupt: a reader checks the digest of the whole. */
export async function storeRender(
  { kube, network, uid }: RenderStoreOptions,
  render: StoredRender,
  signal: AbortSignal,
): Promise<string> {
  const digest = storedRenderDigest(render);
  const bytes = gzipSync(JSON.stringify(render));
  const parts = Math.max(1, Math.ceil(bytes.length / PART_BYTES));
  for (let part = 0; part < parts; part++) {
    const configMap: ConfigMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: configMapName(network.name, digest, part),
        namespace: network.namespace,
        labels: {
          [LABEL]: network.name,
          'app.kubernetes.io/managed-by': 'op-stack-operator',
          [STORES_LABEL]: 'render',
        },
        annotations: { [COMPONENT_ANNOTATION]: componentKey(render.component), [INPUTS_ANNOTATION]: render.inputs },
        ownerReferences: [{ apiVersion: 'optimism.io/v1alpha1', kind: 'OptimismNetwork', name: network.name, uid }],
      },
      immutable: true,
      data: { digest, parts: String(parts) },
      binaryData: { 'render.json.gz': bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES).toString('base64') },
    };
    const found = await storePart(kube, configMap, uid, signal);
    if (part === 0 && found && found.metadata.annotations?.[INPUTS_ANNOTATION] !== render.inputs)
      await renewInputs({ kube, network }, digest, render.inputs, signal);
  }
  return digest;
}

/**
 * Says of a stored render that it is what another wish, or another operator, leads to as well. Safe to repeat; a render
 * that is gone is left so.
 */
export async function renewInputs(
  { kube, network }: Pick<RenderStoreOptions, 'kube' | 'network'>,
  digest: string,
  inputs: string,
  signal: AbortSignal,
): Promise<void> {
  const name = configMapName(network.name, digest, 0);
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: network.namespace, name };
  try {
    const body = { metadata: { annotations: { [INPUTS_ANNOTATION]: inputs } } };
    await kube.mergePatch(ref, body, { fieldManager: FIELD_MANAGER, signal });
  } catch (error) {
    if (!isKubeStatus(error, 404)) throw error;
  }
}

/**
 * One that an earlier network of the same name has left is taken over, before garbage collection takes it.
 * @returns the one that was there
 */
async function storePart(
  kube: KubeClient,
  configMap: ConfigMap,
  uid: string,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  const { apiVersion, kind, metadata } = configMap;
  const ref = { apiVersion, kind, namespace: metadata.namespace ?? '', name: metadata.name };
  for (let round = 1; ; round++) {
    try {
      const found = await kube.get(ref, { signal });
      if (!found) {
        await kube.create(configMap, { fieldManager: FIELD_MANAGER, signal });
        return undefined;
      }
      const { ownerReferences = [], resourceVersion } = found.metadata;
      if (ownerReferences.some((owner) => owner.uid === uid)) return found;
      await kube.mergePatch(
        ref,
        { metadata: { ownerReferences: metadata.ownerReferences, resourceVersion } },
        { fieldManager: FIELD_MANAGER, signal },
      );
      return found;
    } catch (error) {
      // Created, changed or deleted by somebody else meanwhile.
      if (!isKubeStatus(error, 404, 409) || round === ROUNDS) throw error;
    }
  }
}

/** Objects that were just listed, by `<Kind>/<name>`: what is among them is not read again. */
type Listed = ReadonlyMap<string, KubeObject>;

/**
 * Loads a render and verifies its digest.
 * @throws OperatorError RenderNotFound when it is missing or is not what its name says
 */
export async function loadRender(
  kube: KubeClient,
  network: { namespace: string; name: string },
  digest: string,
  signal: AbortSignal,
  listed?: Listed,
): Promise<StoredRender> {
  const parts: Buffer[] = [];
  let inputs: string | undefined;
  for (let part = 0, count = 1; part < count; part++) {
    const name = configMapName(network.name, digest, part);
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: network.namespace, name };
    const configMap =
      (listed?.get(`ConfigMap/${name}`) as ConfigMap | undefined) ?? (await kube.get<ConfigMap>(ref, { signal }));
    const data = configMap?.binaryData?.['render.json.gz'];
    if (!data) throw notFound(digest, `ConfigMap ${name} is missing or empty`);
    count = Number(configMap.data?.['parts'] ?? 1);
    inputs ??= configMap.metadata.annotations?.[INPUTS_ANNOTATION];
    parts.push(Buffer.from(data, 'base64'));
  }
  const render = parse(Buffer.concat(parts), digest);
  if (storedRenderDigest(render) !== digest)
    throw notFound(digest, 'its content does not have the digest that was approved');
  return inputs === undefined ? render : { ...render, inputs };
}

/** A render that may be gone already. @returns undefined when there is no digest, or no such render */
export async function findRender(
  kube: KubeClient,
  network: { namespace: string; name: string },
  digest: string | undefined,
  signal: AbortSignal,
  listed?: Listed,
): Promise<StoredRender | undefined> {
  if (!digest) return undefined;
  try {
    return await loadRender(kube, network, digest, signal, listed);
  } catch (error) {
    if (error instanceof OperatorError && error.type === 'RenderNotFound') return undefined;
    throw error;
  }
}

/**
 * Of a network's ConfigMaps those, with all their parts, that hold a render with none of these digests. Told by their
 * names, by which renders are loaded: what a load would read is never among them. Pure.
 */
export function surplusRenders<T extends KubeObject>(
  configMaps: readonly T[],
  network: string,
  digests: readonly string[],
): T[] {
  const kept = digests.map((digest) => configMapName(network, digest, 0));
  return configMaps.filter(
    ({ metadata: { name, labels } }) =>
      labels?.[STORES_LABEL] === 'render' && !kept.some((first) => name === first || name.startsWith(`${first}-`)),
  );
}

/** Names of the Secrets of ours that a network's render needs. */
export function secretsOf(render: Pick<StoredRender, 'copies' | 'identities'> | undefined): string[] {
  const names = [
    ...(render?.copies ?? []).map(({ to }) => to.name),
    ...(render?.identities ?? []).map(({ secret }) => secret),
  ];
  return [...new Set(names)];
}

function parse(bytes: Buffer, digest: string): StoredRender {
  try {
    return JSON.parse(gunzipSync(bytes).toString()) as StoredRender;
  } catch (error) {
    throw notFound(digest, error instanceof Error ? error.message : 'it can not be read');
  }
}

function notFound(digest: string, why: string): OperatorError {
  return new OperatorError({
    type: 'RenderNotFound',
    message: `the stored render ${digest.slice(0, 16)} can not be used: ${why}`,
    fix: 'abort the plan; the next look makes a new one with a fresh render',
  });
}
