/** What is left of a network that is deleted with `--cascade=orphan`, or created anew in the middle of a teardown. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type StoredRender, storeRender } from '../../src/activities/state/render-store.ts';
import { deleteComponent } from '../../src/activities/steps/delete-component.ts';
import { removeFinalizers } from '../../src/activities/steps/remove-finalizers.ts';
import type { StepContext } from '../../src/activities/steps/step-context.ts';
import { requireNoSuccessor } from '../../src/activities/steps/successor.ts';
import { createAuditStore } from '../../src/audit/store.ts';
import { type ApiServer, connectApiServer } from '../api/api-server.ts';
import { sample } from '../api/sample-objects.ts';
import { entry } from '../audit/chain-of-records.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { createOwner, type Owner } from './owner.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await connectApiServer(inject('kubeconfigPath'));
});
afterAll(() => api.close());

const { signal } = new AbortController();
const ownRef = ({ name }: Owner) => ({
  apiVersion: 'optimism.io/v1alpha1',
  kind: 'OptimismNetwork',
  namespace: api.namespace,
  name,
});
const coreRef = (kind: string, name: string) => ({ apiVersion: 'v1', kind, namespace: api.namespace, name });

/** A step on the network itself, on the real API server, without an executor: nobody else acts here. */
function contextOf({ uid, ...at }: Owner): StepContext {
  const context = {
    deps: { kube: api.client },
    input: { uid, step: { component: { kind: 'OptimismNetwork', name: at.name } } },
    at,
    signal,
    attempt: { signal, requireCurrent() {} },
    act: (_name: string, effect: () => Promise<unknown>) => effect(),
    notYet: (message: string) => new Error(message),
  };
  return context as unknown as StepContext;
}

async function storeNaming({ uid, ...network }: Owner, secret: string): Promise<string> {
  await api.client.create({ ...coreRef('Secret', secret), metadata: { name: secret, namespace: api.namespace } });
  const component = { kind: 'OptimismNetwork', name: network.name } as const;
  const render: StoredRender = {
    component,
    objects: [],
    copies: [],
    identities: [{ secret, keys: {} }],
    peers: {},
    sequencers: [],
    keys: [],
    inputs: '',
  };
  return storeRender({ kube: api.client, network, uid }, render, signal);
}

describe('a network that is deleted', () => {
  it('takes the Secrets of all of its stored renders along, whichever of them was rolled out', async () => {
    const network = await createOwner(api);
    const secrets = [1, 2, 3].map((n) => `${network.name}-p2p-${n}`);
    for (const secret of secrets) await storeNaming(network, secret);
    await deleteComponent(contextOf(network));
    for (const secret of secrets) expect(await api.client.get(coreRef('Secret', secret))).toBeUndefined();
  });

  it('takes its audit chain along, also when everything was orphaned', async () => {
    const network = await createOwner(api);
    await api.client.mergePatch(ownRef(network), { metadata: { finalizers: ['optimism.io/operator'] } });
    const store = createAuditStore({ kube: api.client, network, maxChunkBytes: 1000 });
    for (let n = 0; n < 6; n++) await store.append(entry(n));
    const chunks = [0, 1].map((index) => coreRef('ConfigMap', `${network.name}-audit-${index}`));
    await api.client.delete(ownRef(network), { propagationPolicy: 'Orphan' });
    await waitUntil(
      'the owner is taken off, and the network may go',
      async () => {
        for (const ref of chunks) if ((await api.client.get(ref))?.metadata.ownerReferences) return undefined;
        const finalizers = (await api.client.get(ownRef(network)))?.metadata.finalizers ?? [];
        return finalizers.includes('orphan') ? undefined : true;
      },
      60_000,
    );
    await removeFinalizers(contextOf(network));
    await waitUntil(
      'the chain is collected',
      async () => {
        const found = await Promise.all(chunks.map((ref) => api.client.get(ref)));
        return found.some((chunk) => chunk) ? undefined : true;
      },
      60_000,
    );
    expect(await api.client.get(ownRef(network))).toBeUndefined();
  });

  it('has let go already when another one has its name', async () => {
    const network = await createOwner(api);
    await api.client.mergePatch(ownRef(network), { metadata: { finalizers: ['optimism.io/operator'] } });
    expect(await removeFinalizers(contextOf({ ...network, uid: randomUUID() }))).toContain('is gone');
    expect((await api.client.get(ownRef(network)))?.metadata.finalizers).toEqual(['optimism.io/operator']);
    await api.client.mergePatch(ownRef(network), { metadata: { finalizers: null } });
  });

  it('stays as long as Kubernetes has not yet orphaned what it owns', async () => {
    const network = await createOwner(api);
    const finalizers = ['optimism.io/operator', 'orphan'];
    await api.client.mergePatch(ownRef(network), { metadata: { finalizers } });
    await expect(removeFinalizers(contextOf(network))).rejects.toThrow('was to be orphaned');
    await api.client.mergePatch(ownRef(network), { metadata: { finalizers: null } });
  });
});

describe('the audit chain of a network', () => {
  it('does not go on from what an orphaned one of the same name has left', async () => {
    const former = await createOwner(api);
    const chain = createAuditStore({ kube: api.client, network: former, maxChunkBytes: 1000 });
    for (let n = 0; n < 6; n++) await chain.append(entry(n));
    const chunks = [0, 1, 2].map((index) => coreRef('ConfigMap', `${former.name}-audit-${index}`));
    for (const ref of chunks) await api.client.mergePatch(ref, { metadata: { ownerReferences: null } });
    await api.client.delete(ownRef(former));
    const { metadata } = await api.create(sample('OptimismNetwork', {}, former.name));
    const network = { ...former, uid: metadata.uid ?? '' };
    const store = createAuditStore({ kube: api.client, network });
    expect((await store.append(entry(0))).seq).toBe(1);
    expect(await createAuditStore({ kube: api.client, network: { ...network, uid: '' } }).list()).toHaveLength(1);
  });
});

describe('a step of a network', () => {
  it('may act while that is there or gone, and not on another one of its name', async () => {
    const network = await createOwner(api);
    const act = (uid: string, name = network.name) => requireNoSuccessor(api.client, { ...network, name }, uid, signal);
    await act(network.uid);
    await act(randomUUID(), 'nobody-there');
    await expect(act(randomUUID())).rejects.toMatchObject({ type: 'NetworkDeleted' });
  });
});
