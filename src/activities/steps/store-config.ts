/**
 * Step `storeConfig`: what all components of a chain read. Finalizers first, so that from here on nothing that we
 * create can be left behind; then chain files, copies of keys, generated identities, peers, and who may sequence.
 */

import type { KindName } from '../../api/names.ts';
import { API_VERSION, FIELD_MANAGER, LABELS } from '../../api/names.ts';
import { changeToken, deriveKey } from '../../chain/keys.ts';
import { OperatorError } from '../../contract/failures.ts';
import { isKubeStatus, type KubeObject } from '../../kube/index.ts';
import { componentRole } from '../../plan/component-role.ts';
import { peersConfigMapName, sequencersConfigMapName } from '../../render/names.ts';
import { gatherCustomResources } from '../gather/custom-resources.ts';
import { gatherWorkloads, podsOfComponent } from '../gather/live.ts';
import { requireOurs } from '../ownership.ts';
import { sideBySide } from '../side-by-side.ts';
import { requireInstallKey } from '../state/install-key.ts';
import { loadRender, type OwnedCopy, type StoredRender } from '../state/render-store.ts';
import { activeSequencerOf, leadTo } from './active-sequencer.ts';
import { annotated } from './annotated.ts';
import { changeFinalizer } from './finalizers.ts';
import type { StepContext } from './step-context.ts';
import { deleteSecrets, renderHistory, surplusAfterChange } from './surplus-secrets.ts';

type DataObject = KubeObject & { data?: Record<string, string>; immutable?: boolean };

export async function storeConfig(context: StepContext): Promise<string> {
  const { deps, input, at, signal } = context;
  const render = await loadRender(deps.kube, at, input.step.render ?? '', signal);
  await setFinalizers(context);
  const installKey = installKeyOf(context, render);
  await sideBySide(
    [
      ...render.objects.map((object) => () => applyFile(context, object)),
      ...[...byTarget(render.copies)].map(
        ([name, copies]) =>
          () =>
            copySecret(context, installKey, name, copies),
      ),
      ...render.identities.map(
        ({ secret, keys }) =>
          () =>
            ensureKeys(context, installKey, secret, keys),
      ),
    ],
    (store) => store(),
  );
  await storePeers(context, render);
  await ensureSequencers(context, render.sequencers);
  const [first] = render.sequencers;
  if (first) await leadTo(context, (await activeSequencerOf(context, render.sequencers)) ?? first);
  const surplus = surplusAfterChange(render, await renderHistory(context));
  await deleteSecrets(context, surplus);
  return `${render.objects.length} chain files, ${render.copies.length} key copies and ${render.identities.length} identities are stored${surplus.length > 0 ? `, ${surplus.length} former ones removed` : ''}`;
}

async function applyFile(context: StepContext, object: KubeObject): Promise<void> {
  const { deps, signal } = context;
  await mustBeOurs(context, object);
  await context.act('apply', () => deps.kube.apply(object, { fieldManager: FIELD_MANAGER, force: true, signal }));
}

type InstallKey = () => Promise<Buffer>;

/** Asked for only where something is written with it: what else there is to put back does not wait for a lost key. */
function installKeyOf({ deps, signal }: StepContext, { installation }: StoredRender): InstallKey {
  let key: Promise<Buffer> | undefined;
  return () => {
    key ??= requireInstallKey(deps.kube, deps.operatorNamespace, installation, signal);
    return key;
  };
}

async function setFinalizers(context: StepContext): Promise<void> {
  const { deps, input, at, signal } = context;
  const resources = await gatherCustomResources(deps.kube, at, signal);
  const set = (kind: KindName, name: string, uid?: string) =>
    context.act('finalizer', () =>
      changeFinalizer(deps.kube, { kind, namespace: at.namespace, name, ...(uid ? { uid } : {}) }, true, signal),
    );
  // First that of the network: one that goes without a teardown leaves components behind that nobody lets go.
  const isHeld = resources?.network.metadata.uid === input.uid && (await set('OptimismNetwork', at.name, input.uid));
  if (!resources || !isHeld) {
    throw new OperatorError({
      type: 'NetworkDeleted',
      message: `OptimismNetwork "${at.name}" is gone or about to go, or is another one of the same name`,
      fix: 'nothing to do: the next look decides',
    });
  }
  const ours = resources.components.filter(
    (component) => componentRole(component) !== undefined && !component.metadata.deletionTimestamp,
  );
  await sideBySide(ours, ({ kind, metadata }) => set(kind as KindName, metadata.name));
}

function metadata(context: StepContext, name: string) {
  return {
    name,
    namespace: context.at.namespace,
    labels: { [LABELS.network]: context.at.name, 'app.kubernetes.io/managed-by': 'op-stack-operator' },
    // A teardown deletes these by name. The owner is for whoever takes the finalizer off by hand: no key is left behind,
    // and no word on who may sequence waits for the next network of this name.
    ownerReferences: [
      { apiVersion: API_VERSION, kind: 'OptimismNetwork', name: context.at.name, uid: context.input.uid },
    ],
  };
}

function byTarget(copies: readonly OwnedCopy[]): Map<string, OwnedCopy[]> {
  const targets = new Map<string, OwnedCopy[]>();
  for (const copy of copies) targets.set(copy.to.name, [...(targets.get(copy.to.name) ?? []), copy]);
  return targets;
}

/**
 * Copies keys of the user's Secrets into an immutable one of ours. What is copied must be what was planned with; once
 * the copy exists the user's Secret may say what it wants.
 */
async function copySecret(
  context: StepContext,
  installKey: InstallKey,
  name: string,
  copies: readonly OwnedCopy[],
): Promise<void> {
  const { deps, at, signal } = context;
  const secret = (secretName: string) =>
    deps.kube.get<DataObject>(
      { apiVersion: 'v1', kind: 'Secret', namespace: at.namespace, name: secretName },
      { signal },
    );
  if (await secret(name)) return mustBeOurs(context, { apiVersion: 'v1', kind: 'Secret', metadata: { name } });
  const key = await installKey();
  const data: Record<string, string> = {};
  for (const { from, to, token } of copies) {
    const encoded = (await secret(from.name))?.data?.[from.key];
    const value = encoded === undefined ? undefined : Buffer.from(encoded, 'base64');
    if (value) deps.redactor.remember(value.toString());
    if (!value || changeToken(key, ['Secret', at.namespace, at.name, from.name, from.key, value]) !== token) {
      throw new OperatorError({
        type: 'ReferenceChanged',
        message: `Secret "${from.name}", key "${from.key}", is not what the plan was made with`,
        fix: 'nothing to do: a new plan is made with what is there now',
      });
    }
    data[to.key] = value.toString('base64');
  }
  await createOnce(context, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadata(context, name),
    type: 'Opaque',
    immutable: true,
    data,
  });
}

/**
 * A Secret of ours with at least these keys, derived for their purposes. Keys that it has already are never changed.
 */
async function ensureKeys(
  context: StepContext,
  installKey: InstallKey,
  name: string,
  purposes: Readonly<Record<string, string>>,
): Promise<void> {
  const { deps, at, signal } = context;
  const ref = { apiVersion: 'v1', kind: 'Secret', namespace: at.namespace, name };
  const existing = await deps.kube.get<DataObject>(ref, { signal });
  if (existing) await mustBeOurs(context, { ...existing, ...ref });
  const missing = Object.entries(purposes).filter(([key]) => existing?.data?.[key] === undefined);
  if (existing && missing.length === 0) return;
  const from = await installKey();
  const values = missing.map(([key, purpose]) => [key, deriveKey(from, purpose)] as const);
  for (const [, value] of values) deps.redactor.remember(value);
  const data = Object.fromEntries(values.map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
  if (!existing)
    return createOnce(context, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: metadata(context, name),
      type: 'Opaque',
      data,
    });
  await context.act('identity', () => deps.kube.mergePatch(ref, { data }, { fieldManager: FIELD_MANAGER, signal }));
}

function mustBeOurs({ deps, input, at, signal }: StepContext, object: KubeObject): Promise<void> {
  return requireOurs({ kube: deps.kube, at, signal }, object, input.step.component);
}

async function createOnce(context: StepContext, object: KubeObject): Promise<void> {
  const { deps, signal } = context;
  await context.act('create', async () => {
    try {
      await deps.kube.create(object, { fieldManager: FIELD_MANAGER, signal });
    } catch (error) {
      // An earlier attempt has made it.
      if (!isKubeStatus(error, 409)) throw error;
    }
  });
}

async function storePeers(context: StepContext, render: StoredRender): Promise<void> {
  const { deps, input, at, signal } = context;
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata(context, peersConfigMapName(at.name)),
    data: { ...render.peers },
  };
  await mustBeOurs(context, object);
  // Which render the network has is told by this one where the status is lost.
  const stamped = annotated(object, input.revision, input.step.render ?? '');
  await context.act('peers', () => deps.kube.apply(stamped, { fieldManager: FIELD_MANAGER, force: true, signal }));
}

/**
 * Every sequencer has its key before its pod starts. A new one is stopped until the gates have passed, whatever a former
 * one of its name was allowed to.
 */
async function ensureSequencers(context: StepContext, sequencers: readonly string[]): Promise<void> {
  const { deps, at, signal } = context;
  const name = sequencersConfigMapName(at.name);
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: at.namespace, name };
  const existing = await deps.kube.get<DataObject>(ref, { signal });
  const stopped = (names: readonly string[]) => Object.fromEntries(names.map((node) => [node, 'true']));
  if (!existing)
    return createOnce(context, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: metadata(context, name),
      data: stopped(sequencers),
    });
  await mustBeOurs(context, { ...existing, ...ref });
  // What an earlier network of the same name has left says nothing about this one.
  const { ownerReferences = [] } = existing.metadata;
  const isLeftOver = ownerReferences.some(({ kind, uid }) => kind === 'OptimismNetwork' && uid !== context.input.uid);
  const live = await gatherWorkloads(deps.kube, at, signal);
  const isNew = (node: string) =>
    !live.objects.has(`StatefulSet/${node}`) && podsOfComponent(live, { kind: 'OpNode', name: node }).length === 0;
  const missing = sequencers.filter((node) => {
    const key = existing.data?.[node];
    return isLeftOver || key === undefined || (key !== 'true' && isNew(node));
  });
  if (missing.length === 0) return;
  // Only as it was read: who comes late must not stop one that has begun since.
  const { resourceVersion } = existing.metadata;
  const owner = isLeftOver ? { ownerReferences: metadata(context, name).ownerReferences } : {};
  await context.act('sequencers', () =>
    deps.kube.mergePatch(
      ref,
      { metadata: { resourceVersion, ...owner }, data: stopped(missing) },
      { fieldManager: FIELD_MANAGER, signal },
    ),
  );
}
