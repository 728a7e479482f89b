import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  loadRender,
  renewInputs,
  type StoredRender,
  storedRenderDigest,
  storeRender,
} from '../../src/activities/state/render-store.ts';
import type { KubeClient, KubeObject } from '../../src/kube/index.ts';
import { toManagedObject, whyManagedChangeConcerns } from '../../src/watcher/watched-objects.ts';
import { type ApiServer, connectApiServer } from '../api/api-server.ts';
import { createOwner, type Owner } from './owner.ts';

let api: ApiServer;
let kube: KubeClient;
let namespace: string;
beforeAll(async () => {
  api = await connectApiServer(inject('kubeconfigPath'));
  kube = api.client;
  namespace = api.namespace;
});
afterAll(() => api.close());

const { signal } = new AbortController();

function renderOf(text: string, inputs = 'a'): StoredRender {
  return {
    component: { kind: 'OpNode', name: 'acme-sequencer' },
    objects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'files' }, data: { text } }],
    copies: [],
    identities: [],
    peers: {},
    sequencers: [],
    keys: [],
    inputs,
  };
}

const store = ({ uid, ...network }: Owner, render: StoredRender) => storeRender({ kube, network, uid }, render, signal);
const load = (network: Owner, digest: string) => loadRender(kube, network, digest, signal);

const owner = ({ name, uid }: Owner) => ({
  apiVersion: 'optimism.io/v1alpha1',
  kind: 'OptimismNetwork',
  name,
  uid,
});

async function parts({ name }: Owner): Promise<string[]> {
  const { items } = await kube.list(
    { apiVersion: 'v1', kind: 'ConfigMap', namespace },
    { labelSelector: `optimism.io/network=${name}` },
  );
  return items.map(({ metadata }) => metadata.name).toSorted();
}

/** Bytes of content, and of the whole object as it is sent. */
async function sizes({ name }: Owner): Promise<{ data: number; size: number }[]> {
  const { items } = await kube.list<KubeObject & { binaryData?: Record<string, string> }>(
    { apiVersion: 'v1', kind: 'ConfigMap', namespace },
    { labelSelector: `optimism.io/network=${name}` },
  );
  return items.map((item) => ({
    data: Buffer.from(item.binaryData?.['render.json.gz'] ?? '', 'base64').length,
    size: JSON.stringify(item).length,
  }));
}

describe('a stored render', () => {
  it('comes back as it was', async () => {
    const network = await createOwner(api);
    const render = renderOf('hello');
    expect(await load(network, await store(network, render))).toEqual(render);
  });

  it('is stored once, however many workers store it at the same time', async () => {
    const network = await createOwner(api);
    const digests = await Promise.all([1, 2, 3, 4].map(() => store(network, renderOf('race'))));
    expect(new Set(digests).size).toBe(1);
    expect(await parts(network)).toHaveLength(1);
  });

  it('gets another mark when it is stored for another wish, and when somebody says so', async () => {
    const network = await createOwner(api);
    const digest = await store(network, renderOf('hello', 'a'));
    expect(await store(network, renderOf('hello', 'b'))).toBe(digest);
    expect((await load(network, digest)).inputs).toBe('b');
    await renewInputs({ kube, network }, digest, 'c', signal);
    expect((await load(network, digest)).inputs).toBe('c');
    await renewInputs({ kube, network }, 'f'.repeat(64), 'c', signal);
    expect(await parts(network)).toHaveLength(1);
  });

  it('is written in our name: the watcher takes a new mark for nobody else’s change', async () => {
    const network = await createOwner(api);
    const digest = await store(network, renderOf('hello', 'a'));
    const managed = async () => {
      const [name = ''] = await parts(network);
      const found = await kube.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name });
      return toManagedObject(found ?? expect.fail('it is gone'));
    };
    const previous = await managed();
    await renewInputs({ kube, network }, digest, 'b', signal);
    const object = await managed();
    expect(object.metadata.resourceVersion).not.toBe(previous.metadata.resourceVersion);
    expect(whyManagedChangeConcerns({ type: 'updated', object, previous })).toBeUndefined();
  });

  it('that is larger than a ConfigMap is split, and one whose storing was interrupted is completed', async () => {
    const network = await createOwner(api);
    const render = renderOf(randomBytes(900_000).toString('hex'));
    const digest = await store(network, render);
    const names = await parts(network);
    expect(names.length).toBeGreaterThan(1);
    for (const { data, size } of await sizes(network)) {
      expect(data).toBeLessThanOrEqual(512 * 1024);
      expect(size).toBeLessThan(1024 * 1024);
    }
    const last = names.at(-1) ?? '';
    await kube.delete({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: last });
    await expect(load(network, digest)).rejects.toMatchObject({
      type: 'RenderNotFound',
      message: expect.stringContaining(last),
    });
    await store(network, render);
    expect(await load(network, digest)).toEqual(render);
  });

  it('that is not what its name says is refused', async () => {
    const network = await createOwner(api);
    const digest = await store(network, renderOf('approved'));
    const [approved = ''] = await parts(network);
    await store(network, renderOf('not approved'));
    const other = (await parts(network)).find((name) => name !== approved) ?? '';
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace };
    const stored = await kube.get({ ...ref, name: approved });
    const theirs = await kube.get({ ...ref, name: other });
    await kube.delete({ ...ref, name: approved });
    const metadata = { name: approved, namespace };
    await kube.create({ ...ref, metadata, data: stored?.['data'], binaryData: theirs?.['binaryData'] });
    await expect(load(network, digest)).rejects.toMatchObject({
      type: 'RenderNotFound',
      message: expect.stringContaining('does not have the digest that was approved'),
    });
  });

  it('is taken over from an earlier network of the same name, and stays when that one is collected', async () => {
    const network = await createOwner(api);
    const former = await createOwner(api);
    const digest = await store(network, renderOf('left over'));
    const [name = ''] = await parts(network);
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name };
    const uids = async () => (await kube.get(ref))?.metadata.ownerReferences?.map(({ uid }) => uid);
    await kube.mergePatch(ref, { metadata: { ownerReferences: null } });
    for (const before of [undefined, [former.uid]]) {
      if (before) await kube.mergePatch(ref, { metadata: { ownerReferences: [owner(former)] } });
      expect(await uids()).toEqual(before);
      await store(network, renderOf('left over'));
      expect(await uids()).toEqual([network.uid]);
    }
    expect(await load(network, digest)).toEqual(renderOf('left over'));
  });

  it('has the same digest whatever it was rendered from', () => {
    expect(storedRenderDigest(renderOf('x', 'a'))).toBe(storedRenderDigest(renderOf('x', 'b')));
    expect(storedRenderDigest(renderOf('x'))).not.toBe(storedRenderDigest(renderOf('y')));
  });
});
