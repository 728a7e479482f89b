/**
 * Writes `status.components` again for what is rolled out and is not in it: a restore that left the status out, or a
 * patch that dropped it. Without that a component that runs would count as new, and be installed over its running pods.
 *
 * Live objects say what they were made from. A StatefulSet at rest (its partition at or above its replicas, which an
 * install leaves only when it has verified the component) carries the digest of the render that was verified. The
 * network has no StatefulSet; its peers ConfigMap carries the digest of the network's render.
 */
import { ANNOTATIONS, KIND_NAMES, LABELS } from '../api/names.ts';
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import { type ComponentRef, componentKey } from '../contract/plan.ts';
import type { KubeClient, KubeObject } from '../kube/index.ts';
import type { StatefulSetSpec } from '../render/manifest.ts';
import { peersConfigMapName } from '../render/names.ts';
import type { Attempt } from './deadline.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { LiveObjects } from './gather/live.ts';
import { changeStatus } from './state/change-status.ts';
import { storedDigests } from './state/render-store.ts';

interface RolledOutComponent {
  readonly component: ComponentRef;
  readonly digest: string;
}

/** @returns whether anything was written, so that what was gathered says too little */
export async function adoptRolledOut(
  { kube, logger, reached }: Pick<ActivityDependencies, 'kube' | 'logger' | 'reached'>,
  at: { namespace: string; name: string },
  { network, live }: { readonly network: KubeObject; readonly live: LiveObjects },
  attempt: Attempt,
): Promise<boolean> {
  // A teardown takes away what is there, whatever it was made from.
  if (network.metadata.deletionTimestamp) return false;
  const { components: noted = [] } = (network['status'] ?? {}) as OptimismNetworkStatus;
  const listed = noted.filter(({ render }) => render !== undefined);
  const known = new Set(listed.map(({ kind, name }) => `${kind}/${name}`));
  const sets = [...live.objects.values()].filter(({ kind }) => kind === 'StatefulSet');
  const resting = sets.flatMap((set) => restingRender(set) ?? []);
  const missing = resting.filter(({ component }) => !known.has(componentKey(component)));
  const own: ComponentRef = { kind: 'OptimismNetwork', name: at.name };
  const isOwnMissing = !known.has(componentKey(own)) && missing.length + known.size > 0;
  const digest = isOwnMissing ? await networkDigest(kube, at, own, attempt.signal) : undefined;
  const adopted = [...(digest ? [{ component: own, digest }] : []), ...missing];
  if (adopted.length === 0) return false;
  await reached('look/adopt/before');
  await changeStatus<OptimismNetworkStatus>(
    kube,
    { kind: 'OptimismNetwork', ...at, uid: network.metadata.uid ?? '' },
    (status) => withComponents(status, adopted),
    attempt,
  );
  const components = adopted.map(({ component }) => componentKey(component));
  logger.info({ network: `${at.namespace}/${at.name}`, components }, 'Wrote rolled out components into status again');
  return true;
}

/** The render that a StatefulSet was verified with; undefined where that can not be said. */
function restingRender({ metadata, ...set }: KubeObject): RolledOutComponent | undefined {
  const { replicas = 1, updateStrategy } = (set['spec'] ?? {}) as Partial<StatefulSetSpec>;
  const digest = digestOf(metadata);
  const component = componentOf(metadata);
  const isAtRest = (updateStrategy?.rollingUpdate?.partition ?? 0) >= replicas;
  if (metadata.deletionTimestamp || !isAtRest || !digest || !component) return undefined;
  return { component, digest };
}

function digestOf({ annotations }: KubeObject['metadata']): string | undefined {
  return /^[0-9a-f]{64}$/.exec(annotations?.[ANNOTATIONS.renderDigest] ?? '')?.[0];
}

function componentOf({ labels }: KubeObject['metadata']): ComponentRef | undefined {
  const [, lowerKind, name] = /^([a-z]+)\.(.+)$/.exec(labels?.[LABELS.component] ?? '') ?? [];
  const kind = KIND_NAMES.find((candidate) => candidate.toLowerCase() === lowerKind);
  return kind && name ? { kind, name } : undefined;
}

/** Renders from before the ConfigMap had its digest are told only where one of them is stored. */
async function networkDigest(
  kube: KubeClient,
  at: { namespace: string; name: string },
  component: ComponentRef,
  signal: AbortSignal,
): Promise<string | undefined> {
  const peers = { apiVersion: 'v1', kind: 'ConfigMap', namespace: at.namespace, name: peersConfigMapName(at.name) };
  const live = await kube.get(peers, { signal });
  const digest = live && digestOf(live.metadata);
  if (digest) return digest;
  const stored = await storedDigests(kube, at, component, signal);
  return stored.length === 1 ? stored[0] : undefined;
}

function withComponents(status: OptimismNetworkStatus, adopted: readonly RolledOutComponent[]): OptimismNetworkStatus {
  const { components = [] } = status;
  const isKnown = ({ component: { kind, name } }: RolledOutComponent) =>
    components.some((item) => item.kind === kind && item.name === name && item.render !== undefined);
  const added = adopted.filter((item) => !isKnown(item));
  const isReplaced = ({ kind, name }: { kind: string; name: string }) =>
    added.some(({ component }) => component.kind === kind && component.name === name);
  return {
    ...status,
    components: [
      ...components.filter((item) => !isReplaced(item)),
      ...added.map(({ component: { kind, name }, digest }) => ({ kind, name, render: digest })),
    ],
  };
}
