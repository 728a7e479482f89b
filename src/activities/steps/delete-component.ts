/** Step `deleteComponent`: everything of a component that is managed, and done only when nothing of it runs any more. */

import { LABELS } from '../../api/names.ts';
import type { OptimismNetworkStatus } from '../../api/optimism-network.ts';
import type { KubeObject } from '../../kube/index.ts';
import { peersConfigMapName, sequencersConfigMapName } from '../../render/names.ts';
import { planConfigMapName } from '../../status/plan-document.ts';
import { gatherLive, isObjectOf, type LiveObjects, podsOfComponent } from '../gather/live.ts';
import { changeStatus } from '../state/change-status.ts';
import { findRender, STORES_LABEL, secretsOf, storedDigests } from '../state/render-store.ts';
import { deleteOrphanedPods } from './orphaned-pods.ts';
import type { StepContext } from './step-context.ts';
import { deleteSecrets, renderHistory } from './surplus-secrets.ts';

export async function deleteComponent(context: StepContext): Promise<string> {
  const { deps, input, at, signal } = context;
  const { component } = input.step;
  const live = await gatherLive(deps.kube, at, signal);
  const objects = [...live.objects.values()].filter((object) => isObjectOf(object, component));
  for (const object of objects) await remove(context, object);
  const pods = podsOfComponent(live, component);
  await deleteOrphanedPods(context, live, pods);
  const left = [...objects.filter(({ kind }) => kind === 'StatefulSet'), ...pods];
  if (left.length > 0) {
    const names = left.map((object) => `${object.kind ?? 'Pod'} ${object.metadata.name}`);
    throw context.notYet(
      `waiting until ${names.join(', ')} ${names.length > 1 ? 'are' : 'is'} gone`,
      'see that the nodes of the pods answer; a pod of a lost node goes when the node is removed from the cluster',
      1,
    );
  }
  const claims = await deleteVolumes(context);
  if (component.kind === 'OptimismNetwork') await deleteShared(context, live);
  await forget(context);
  return `${component.name} is deleted${claims}`;
}

function remove(context: StepContext, { apiVersion, kind, metadata }: KubeObject): Promise<boolean> {
  const { deps, at, signal } = context;
  if (metadata.deletionTimestamp) return Promise.resolve(true);
  return context.act('delete', () =>
    deps.kube.delete(
      { apiVersion, kind, namespace: at.namespace, name: metadata.name },
      // Not a successor of the same name, should this request arrive late.
      { propagationPolicy: 'Background', ...(metadata.uid ? { preconditions: { uid: metadata.uid } } : {}), signal },
    ),
  );
}

async function deleteVolumes(context: StepContext): Promise<string> {
  const { deps, input, at, signal } = context;
  const { component } = input.step;
  const network = await deps.kube.get<KubeObject & { spec?: { deletionPolicy?: string } }>(
    { apiVersion: 'optimism.io/v1alpha1', kind: 'OptimismNetwork', ...at },
    { signal },
  );
  const label = `${component.kind.toLowerCase()}.${component.name}`;
  const { items } = await deps.kube.list(
    { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: at.namespace },
    { labelSelector: `${LABELS.network}=${at.name},${LABELS.component}=${label}`, signal },
  );
  if (items.length === 0) return '';
  // Gone, or another one of the same name: what its owner wanted is unknown, and a volume does not come back.
  if (network?.metadata.uid !== input.uid)
    return `, ${items.length} volumes are kept (its OptimismNetwork is gone, and its deletionPolicy with it)`;
  if (network.spec?.deletionPolicy === 'Retain') return `, ${items.length} volumes are kept (deletionPolicy: Retain)`;
  for (const item of items) await remove(context, { ...item, apiVersion: 'v1', kind: 'PersistentVolumeClaim' });
  return `, with ${items.length} volumes`;
}

/**
 * Copies of keys, identities, and the ConfigMaps that steps write; the renders last, since one of them names the Secrets.
 * The user's own objects are never touched.
 */
async function deleteShared(context: StepContext, live: LiveObjects): Promise<void> {
  const { deps, at, signal } = context;
  await deleteSecrets(context, await secretsOfNetwork(context));
  const renders = [...live.objects.values()].filter(({ metadata }) => metadata.labels?.[STORES_LABEL] === 'render');
  const names = [
    peersConfigMapName(at.name),
    sequencersConfigMapName(at.name),
    planConfigMapName(at.name),
    ...renders.map(({ metadata }) => metadata.name),
  ];
  for (const name of names) {
    await context.act('delete', () =>
      deps.kube.delete({ apiVersion: 'v1', kind: 'ConfigMap', namespace: at.namespace, name }, { signal }),
    );
  }
}

/** What any render of the network has named: also a former one, whose Secrets a pod could still have asked for. */
async function secretsOfNetwork(context: StepContext): Promise<string[]> {
  const { deps, at, signal } = context;
  const { last, before } = await renderHistory(context);
  const digests = await storedDigests(deps.kube, at, { kind: 'OptimismNetwork', name: at.name }, signal);
  const stored = await Promise.all(digests.map((digest) => findRender(deps.kube, at, digest, signal)));
  return [...new Set([last, before, ...stored].flatMap(secretsOf))];
}

/** Last of all: from now on the component counts as never installed. */
async function forget(context: StepContext): Promise<void> {
  const { deps, input, at, attempt } = context;
  const { kind, name } = input.step.component;
  // The network's own entry names its render, which a repetition of this step needs.
  if (kind === 'OptimismNetwork') return;
  await changeStatus<OptimismNetworkStatus>(
    deps.kube,
    { kind: 'OptimismNetwork', ...at, uid: input.uid },
    (status) => ({
      ...status,
      components: (status.components ?? []).filter((component) => component.kind !== kind || component.name !== name),
    }),
    attempt,
  );
}
