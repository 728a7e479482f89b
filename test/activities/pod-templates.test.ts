/** What the real StatefulSet controller keeps of the templates that we render, and which pods it moves. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { driftOf, gatherLive } from '../../src/activities/gather/live.ts';
import { gatherPodTemplates, strayPods } from '../../src/activities/gather/stray-pods.ts';
import type { StoredRender } from '../../src/activities/state/render-store.ts';
import { LABELS } from '../../src/api/names.ts';
import { createKubeClient, type KubeClient, type KubeObject } from '../../src/kube/index.ts';
import { driftedFields, type KubeObject as Manifest, withPartition } from '../../src/render/index.ts';
import type { StatefulSetSpec } from '../../src/render/manifest.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { createTestNamespace } from '../kube/test-namespace.ts';
import { GOLDEN_CASES, objectsOf } from '../render/golden-cases.ts';

const FIELD_MANAGER = 'op-stack-operator';
const REPLICA = 'devnet-replica';
const { signal } = new AbortController();
const namespaces: string[] = [];
let kube: KubeClient;

beforeAll(() => {
  kube = createKubeClient({ kubeconfigPath: inject('kubeconfigPath') });
});

afterAll(async () => {
  for (const name of namespaces) await kube.delete({ apiVersion: 'v1', kind: 'Namespace', name });
  await kube.close();
});

async function newNamespace(): Promise<string> {
  const name = await createTestNamespace(kube, 'templates');
  namespaces.push(name);
  return name;
}

/** The objects of a golden case that pods need, without owners: those are not there. */
function manifests(index: number, namespace: string): Manifest[] {
  return objectsOf(GOLDEN_CASES[index]?.input() as Parameters<typeof objectsOf>[0])
    .filter(({ kind }) => kind === 'ServiceAccount' || kind === 'StatefulSet')
    .map(({ metadata: { ownerReferences: _, ...metadata }, ...object }) => ({
      ...object,
      metadata: { ...metadata, namespace },
    }));
}

function specOf(object: Manifest): StatefulSetSpec {
  return object['spec'] as StatefulSetSpec;
}

async function apply(...objects: readonly Manifest[]): Promise<void> {
  for (const object of objects) await kube.apply(object, { fieldManager: FIELD_MANAGER, force: true });
}

test.each(GOLDEN_CASES.map(({ name }, index) => [name, index] as const))(
  'the templates of %s come back in ControllerRevisions with the label of the network',
  async (_, index) => {
    const namespace = await newNamespace();
    const sets = manifests(index, namespace).filter(({ kind }) => kind === 'StatefulSet');
    await apply(...sets.map((set) => ({ ...set, spec: { ...specOf(set), replicas: 0 } })));
    for (const set of sets) {
      const name = set.metadata.labels?.[LABELS.network] ?? '';
      const template = await waitUntil(`the template of ${set.metadata.name} is kept`, async () => {
        const all = await gatherPodTemplates(kube, { namespace, name }, signal);
        return [...all].find(([revision]) => revision.replace(/-[^-]*$/, '') === set.metadata.name)?.[1];
      });
      expect(driftedFields(specOf(set).template, template)).toEqual([]);
    }
  },
);

describe('of a StatefulSet with two pods', () => {
  const component = { kind: 'OpNode', name: REPLICA } as const;
  let namespace = '';
  let set: Manifest;

  beforeAll(async () => {
    namespace = await newNamespace();
    const own = manifests(0, namespace).filter(({ metadata }) => metadata.name === REPLICA);
    const found = own.find(({ kind }) => kind === 'StatefulSet');
    if (!found) throw new Error(`the devnet has no StatefulSet ${REPLICA}`);
    set = { ...found, spec: { ...specOf(found), replicas: 2 } };
    await apply(...own.filter(({ kind }) => kind !== 'StatefulSet'), ...withPartition([set], 2));
    await podsWhen('there are two pods', () => true);
  });

  const reference = () => ({ apiVersion: 'apps/v1', kind: 'StatefulSet', namespace, name: REPLICA });

  /** The set with another grace period, as a change that is rolled out. */
  function changed(): Manifest {
    const { template, ...spec } = specOf(set);
    const podSpec = { ...template.spec, terminationGracePeriodSeconds: 7 };
    return { ...set, spec: { ...spec, template: { ...template, spec: podSpec } } };
  }

  async function look(rendered: Manifest) {
    const at = { namespace, name: 'devnet' };
    const [live, templates] = await Promise.all([gatherLive(kube, at, signal), gatherPodTemplates(kube, at, signal)]);
    const objects = withPartition([rendered], 2) as unknown as KubeObject[];
    const render: StoredRender = {
      component,
      objects,
      copies: [],
      identities: [],
      peers: {},
      sequencers: [],
      keys: [],
      inputs: '',
    };
    return {
      pods: live.pods,
      drift: driftOf(component, render, live).map(({ object }) => object),
      strays: strayPods(component, render, live, templates).map(({ object }) => object),
    };
  }

  async function podsWhen(what: string, fits: (uids: Record<string, string>) => boolean) {
    return waitUntil(what, async () => {
      const { pods } = await look(set);
      const uids = Object.fromEntries(pods.map(({ metadata }) => [metadata.name, metadata.uid ?? '']));
      const settled = pods.length === 2 && pods.every(({ metadata }) => !metadata.deletionTimestamp);
      return settled && fits(uids) ? uids : undefined;
    });
  }

  /** Applies, and waits until the second pod is another one; the first one stays. */
  async function moveSecondPod(rendered: Manifest, partition: number): Promise<void> {
    const before = await podsWhen('there are two pods', () => true);
    await apply(...withPartition([rendered], partition));
    const after = await podsWhen(
      'the second pod is another one',
      (now) => now[`${REPLICA}-1`] !== before[`${REPLICA}-1`],
    );
    expect(after[`${REPLICA}-0`]).toBe(before[`${REPLICA}-0`]);
  }

  test('a pod that `kubectl rollout restart` has reached is of the same template', async () => {
    const restartedAt = { 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z' };
    const annotate = (annotations: Record<string, string | null>) =>
      kube.mergePatch(reference(), { spec: { template: { metadata: { annotations } } } }, { fieldManager: 'kubectl' });
    await annotate(restartedAt);
    await moveSecondPod(set, 1);
    expect((await look(set)).strays).toEqual([]);
    await apply(...withPartition([set], 2));
    await annotate({ 'kubectl.kubernetes.io/restartedAt': null });
    await moveSecondPod(set, 1);
  });

  test('one pod keeps the template of a change that was given up, which its StatefulSet does not show', async () => {
    await moveSecondPod(changed(), 1);
    expect((await look(changed())).strays).toEqual([`Pod/${REPLICA}-0`]);
    await apply(...withPartition([set], 2));
    expect(await look(set)).toMatchObject({ drift: [], strays: [`Pod/${REPLICA}-1`] });
  });

  test('the partition of a repair brings back that pod and no other', async () => {
    await moveSecondPod(set, 0);
    // Pods that are on the revision that it updates to are left alone, also when all are ready.
    const { status } = (await kube.get(reference())) as { status?: { updateRevision?: string } };
    const { pods } = await look(set);
    expect(pods.map(({ metadata }) => metadata.labels?.['controller-revision-hash'])).toEqual(
      pods.map(() => status?.updateRevision),
    );
    await apply(...withPartition([set], 2));
    expect(await look(set)).toMatchObject({ drift: [], strays: [] });
  });
});
