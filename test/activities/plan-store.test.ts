import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { storePlan } from '../../src/activities/state/plan-store.ts';
import { readPlanDocument } from '../../src/status/plan-document.ts';
import { type ApiServer, connectApiServer } from '../api/api-server.ts';
import { plan } from '../status/example-plan.ts';
import { createOwner, type Owner } from './owner.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await connectApiServer(inject('kubeconfigPath'));
});
afterAll(() => api.close());

const { signal } = new AbortController();
const attempt = { signal, recordSignal: signal, requireCurrent: () => {} };

const refOf = ({ namespace, name }: Owner) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace,
  name: `${name}-plan`,
});
const store = (network: Owner, what = plan()) =>
  storePlan({ kube: api.client, network, uid: network.uid }, what, attempt);

async function textOf(network: Owner): Promise<string | undefined> {
  const found = await api.client.get(refOf(network));
  return (found?.['data'] as Record<string, string> | undefined)?.['plan.json'];
}

describe('the stored plan', () => {
  it('is written once, and read by the digest that is given back', async () => {
    const network = await createOwner(api);
    const document = await store(network);
    expect(document?.name).toBe(`${network.name}-plan`);
    const { resourceVersion } = (await api.client.get(refOf(network)))?.metadata ?? {};
    expect(await store(network)).toEqual(document);
    expect((await api.client.get(refOf(network)))?.metadata.resourceVersion).toBe(resourceVersion);
    const digest = document?.digest;
    expect(readPlanDocument(await textOf(network), { hash: plan().hash, digest })).toEqual({ plan: plan() });
  });

  it('is written anew when only its prose is another one', async () => {
    const network = await createOwner(api);
    const before = await store(network);
    const after = await store(network, plan({ warnings: ['the standby is behind'] }));
    expect(after?.digest).not.toBe(before?.digest);
    expect(await textOf(network)).toContain('the standby is behind');
  });

  it('is put right when somebody has edited it', async () => {
    const network = await createOwner(api);
    const document = await store(network);
    const written = await textOf(network);
    await api.client.mergePatch(refOf(network), {
      data: { 'plan.json': written?.replace('install acme', 'do nothing') },
    });
    expect(await store(network)).toEqual(document);
    expect(await textOf(network)).toBe(written);
  });
});
