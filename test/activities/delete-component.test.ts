import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { deleteComponent } from '../../src/activities/steps/delete-component.ts';
import type { StepContext } from '../../src/activities/steps/step-context.ts';
import { type ApiServer, connectApiServer } from '../api/api-server.ts';
import { createOwner, type Owner } from './owner.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await connectApiServer(inject('kubeconfigPath'));
});
afterAll(() => api.close());

const COMPONENT = { kind: 'OpNode', name: 'acme-replica' } as const;

/** A step of its own on the real API server, without an executor: nobody else acts here. */
function contextOf({ uid, ...at }: Owner): StepContext {
  const { signal } = new AbortController();
  const context = {
    deps: { kube: api.client },
    input: { uid, step: { type: 'deleteComponent', component: COMPONENT } },
    at,
    signal,
    attempt: { signal, requireCurrent() {} },
    act: (_name: string, effect: () => Promise<unknown>) => effect(),
  };
  return context as unknown as StepContext;
}

async function createVolume({ name }: Owner): Promise<void> {
  const labels = { 'optimism.io/network': name, 'optimism.io/component': 'opnode.acme-replica' };
  const resources = { requests: { storage: '1Gi' } };
  await api.client.create({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: `data-${name}`, namespace: api.namespace, labels, finalizers: ['test.optimism.io/seen'] },
    spec: { accessModes: ['ReadWriteOnce'], resources },
  });
}

/** Whether somebody has asked for the volume to go; the finalizer keeps it until then. */
async function isDeleted({ name }: Owner): Promise<boolean> {
  const ref = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: api.namespace, name: `data-${name}` };
  const claim = await api.client.get(ref);
  if (!claim) throw new Error(`${ref.name} is gone in spite of its finalizer`);
  await api.client.mergePatch(ref, { metadata: { finalizers: null } });
  return claim.metadata.deletionTimestamp !== undefined;
}

const setPolicy = ({ name }: Owner, deletionPolicy: string) =>
  api.client.mergePatch(
    { apiVersion: 'optimism.io/v1alpha1', kind: 'OptimismNetwork', namespace: api.namespace, name },
    { spec: { deletionPolicy } },
  );

describe('the volumes of a component that is deleted', () => {
  it('go with it', async () => {
    const network = await createOwner(api);
    await createVolume(network);
    expect(await deleteComponent(contextOf(network))).toBe('acme-replica is deleted, with 1 volumes');
    expect(await isDeleted(network)).toBe(true);
  });

  it('are kept where the network says so', async () => {
    const network = await createOwner(api);
    await setPolicy(network, 'Retain');
    await createVolume(network);
    expect(await deleteComponent(contextOf(network))).toContain('1 volumes are kept (deletionPolicy: Retain)');
    expect(await isDeleted(network)).toBe(false);
  });

  it.each<[string, (network: Owner) => Promise<Owner>]>([
    [
      'is gone',
      async (network) => {
        const ref = { apiVersion: 'optimism.io/v1alpha1', kind: 'OptimismNetwork', namespace: api.namespace };
        await api.client.delete({ ...ref, name: network.name });
        return network;
      },
    ],
    ['is another one of the same name', async (network) => ({ ...network, uid: randomUUID() })],
  ])('are kept when their network %s: nobody knows what it had said', async (_, without) => {
    const network = await createOwner(api);
    await createVolume(network);
    expect(await deleteComponent(contextOf(await without(network)))).toContain(
      '1 volumes are kept (its OptimismNetwork is gone, and its deletionPolicy with it)',
    );
    expect(await isDeleted(network)).toBe(false);
  });
});
