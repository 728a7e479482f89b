/** Who may sequence after a restart, as the step that prepares a network leaves it; on the real API server. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type StoredRender, storeRender } from '../../src/activities/state/render-store.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { type ApiServer, connectApiServer } from '../api/api-server.ts';
import { attempt } from './attempt.ts';
import { createOwner, type Owner } from './owner.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await connectApiServer(inject('kubeconfigPath'));
});
afterAll(() => api.close());

const { signal } = new AbortController();

function configMapOf({ name, namespace }: Owner) {
  return { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: `${name}-sequencers` };
}

/** Stores a network with these sequencers, and says what their keys are then. */
async function keysAfter(network: Owner, ...sequencers: string[]): Promise<unknown> {
  const component = { kind: 'OptimismNetwork', name: network.name } as const;
  const nothing = { objects: [], copies: [], identities: [], peers: {}, keys: [], inputs: '' };
  const render: StoredRender = { ...nothing, component, sequencers };
  const digest = await storeRender({ kube: api.client, network, uid: network.uid }, render, signal);
  await attempt(api, { network, step: { type: 'storeConfig', component, render: digest } });
  return (await api.client.get<KubeObject & { data?: object }>(configMapOf(network)))?.data;
}

const allow = (network: Owner, node: string) =>
  api.client.mergePatch(configMapOf(network), { data: { [node]: 'false' } });

async function createStatefulSet({ name, namespace }: Owner, node: string): Promise<void> {
  const labels = { 'optimism.io/network': name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'op-node', image: 'op-node' }] } };
  await api.client.create({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: node, namespace, labels },
    ...{ spec: { serviceName: node, replicas: 0, selector: { matchLabels: labels }, template } },
  });
}

describe('the key of a sequencer', () => {
  it('says "stopped" when it is new, and leaves that of another one alone', async () => {
    const network = await createOwner(api);
    const [active, standby] = [`${network.name}-a`, `${network.name}-b`];
    expect(await keysAfter(network, active)).toEqual({ [active]: 'true' });
    await createStatefulSet(network, active);
    await allow(network, active);
    expect(await keysAfter(network, active, standby)).toEqual({ [active]: 'false', [standby]: 'true' });
  });

  it('says "stopped" to one that is created anew, whatever its predecessor was allowed to', async () => {
    const network = await createOwner(api);
    const node = `${network.name}-a`;
    await keysAfter(network, node);
    await allow(network, node);
    expect(await keysAfter(network, node)).toEqual({ [node]: 'true' });
  });
});
