import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Attempt } from '../../src/activities/deadline.ts';
import { gatherLive } from '../../src/activities/gather/live.ts';
import type { Look } from '../../src/activities/look-once.ts';
import { pruneRenders } from '../../src/activities/prune-renders.ts';
import { loadRender, type StoredRender, storeRender } from '../../src/activities/state/render-store.ts';
import { type ApiServer, connectApiServer } from '../api/api-server.ts';
import { createOwner, type Owner } from './owner.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await connectApiServer(inject('kubeconfigPath'));
});
afterAll(() => api.close());

const { signal } = new AbortController();
const current: Attempt = { signal, recordSignal: signal, requireCurrent() {} };
const reached = () => Promise.resolve();

function renderOf(text: string): StoredRender {
  const objects = [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'files' }, data: { text } }];
  const component = { kind: 'OpNode', name: 'acme-sequencer' } as const;
  return { component, objects, copies: [], identities: [], peers: {}, sequencers: [], keys: [], inputs: 'a' };
}

const store = ({ uid, ...network }: Owner, text: string) =>
  storeRender({ kube: api.client, network, uid }, renderOf(text), signal);

/** What a look at the network has gathered, when these renders are in its status. */
async function lookAt(at: Owner, component: { render: string; previousRender?: string }) {
  const live = await gatherLive(api.client, at, signal);
  const network = { status: { components: [{ kind: 'OpNode', name: 'acme-sequencer', ...component }] } };
  return { live, wish: { resources: { network } } } as unknown as Pick<Look, 'live' | 'wish'>;
}

async function configMaps({ name }: Owner): Promise<string[]> {
  const { items } = await api.client.list(
    { apiVersion: 'v1', kind: 'ConfigMap', namespace: api.namespace },
    { labelSelector: `optimism.io/network=${name}` },
  );
  return items.map(({ metadata }) => metadata.name).toSorted();
}

describe('stored renders that nothing needs any more', () => {
  it('go with all their parts, and the last one and the one before stay with all of theirs', async () => {
    const network = await createOwner(api);
    const large = () => randomBytes(900_000).toString('hex');
    const [render, previousRender] = [await store(network, large()), await store(network, 'former')];
    const kept = await configMaps(network);
    expect(kept.length).toBeGreaterThan(2);
    await store(network, large());
    await store(network, 'never approved');
    expect((await configMaps(network)).length).toBeGreaterThan(kept.length + 2);
    await pruneRenders(
      { kube: api.client, reached },
      network,
      await lookAt(network, { render, previousRender }),
      current,
    );
    expect(await configMaps(network)).toEqual(kept);
    expect(await loadRender(api.client, network, previousRender, signal)).toEqual(renderOf('former'));
  });

  it('are told from other ConfigMaps of the network, and from renders of another one', async () => {
    const network = await createOwner(api);
    const other = await createOwner(api);
    const render = await store(network, 'last');
    const labels = { 'optimism.io/network': network.name };
    const metadata = { name: `${network.name}-peers`, namespace: api.namespace, labels };
    await api.client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: {} });
    await store(other, 'theirs');
    const before = [await configMaps(network), await configMaps(other)];
    await pruneRenders({ kube: api.client, reached }, network, await lookAt(network, { render }), current);
    expect([await configMaps(network), await configMaps(other)]).toEqual(before);
  });

  it('stay when the attempt may no longer act', async () => {
    const network = await createOwner(api);
    const render = await store(network, 'last');
    await store(network, 'surplus');
    const before = await configMaps(network);
    const frozen: Attempt = {
      signal,
      recordSignal: signal,
      requireCurrent() {
        throw new Error('frozen');
      },
    };
    const look = await lookAt(network, { render });
    await expect(pruneRenders({ kube: api.client, reached }, network, look, frozen)).rejects.toThrow('frozen');
    expect(await configMaps(network)).toEqual(before);
  });

  it('stay when they were stored anew after the look', async () => {
    const network = await createOwner(api);
    const render = await store(network, 'last');
    await store(network, 'surplus');
    const look = await lookAt(network, { render });
    const [name = ''] = (await configMaps(network)).filter((item) => !item.includes(render.slice(0, 16)));
    await api.client.delete({ apiVersion: 'v1', kind: 'ConfigMap', namespace: api.namespace, name });
    await store(network, 'surplus');
    await expect(pruneRenders({ kube: api.client, reached }, network, look, current)).rejects.toMatchObject({
      status: 409,
    });
    expect(await configMaps(network)).toContain(name);
  });
});
