/** Steps of a plan whose world has changed end it: what was approved is not applied to something else. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { readOrCreateInstallKey } from '../../src/activities/state/install-key.ts';
import { type StoredRender, storeRender } from '../../src/activities/state/render-store.ts';
import { changeToken } from '../../src/chain/keys.ts';
import { type ApiServer, connectApiServer } from '../api/api-server.ts';
import { attempt, failureOf } from './attempt.ts';
import { createOwner, type Owner } from './owner.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await connectApiServer(inject('kubeconfigPath'));
});
afterAll(() => api.close());

const { signal } = new AbortController();
const ANOTHER_UID = '00000000-0000-4000-8000-000000000000';

interface Planned {
  readonly network: Owner;
  readonly user: string;
  readonly copy: string;
  readonly step: { type: 'storeConfig'; component: { kind: 'OptimismNetwork'; name: string }; render: string };
}

/** A user's Secret with a key, and the step that copies what was planned with. */
async function planned(key = 'the key that was planned with'): Promise<Planned> {
  const network = await createOwner(api);
  const { namespace, name } = network;
  const [user, copy] = [`${name}-keys`, `${name}-keys-copy`];
  await api.client.create({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: user, namespace },
    ...{ stringData: { batcher: key } },
  });
  const installKey = await readOrCreateInstallKey(api.client, namespace, signal);
  const from = { name: user, key: 'batcher' };
  const value = Buffer.from('the key that was planned with');
  const token = changeToken(installKey, ['Secret', namespace, name, from.name, from.key, value]);
  const component = { kind: 'OptimismNetwork', name } as const;
  const render: StoredRender = {
    component,
    objects: [],
    copies: [{ kind: 'Secret', from, to: { name: copy, key: 'batcher' }, token }],
    identities: [],
    peers: {},
    sequencers: [],
    keys: [],
    inputs: '',
  };
  const digest = await storeRender({ kube: api.client, network, uid: network.uid }, render, signal);
  return { network, user, copy, step: { type: 'storeConfig', component, render: digest } };
}

function secret(name: string) {
  return api.client.get({ apiVersion: 'v1', kind: 'Secret', namespace: api.namespace, name });
}

describe('a plan', () => {
  it('copies the key that it was made with', async () => {
    const { network, step, copy } = await planned();
    expect(await attempt(api, { network, step })).toContain('1 key copies');
    expect(await secret(copy)).toMatchObject({ immutable: true });
  });

  it('does not copy a key that somebody has changed since: ReferenceChanged, without a word about either', async () => {
    const { network, step, user, copy } = await planned('another key, put there later');
    const failure = await failureOf(api, { network, step });
    expect(failure).toMatchObject({
      type: 'ReferenceChanged',
      nonRetryable: true,
      message: `Secret "${user}", key "batcher", is not what the plan was made with`,
      details: [{ fix: expect.stringContaining('a new plan') }],
    });
    expect(await secret(copy)).toBeUndefined();
  });

  it('does not copy a key that is gone', async () => {
    const { network, step, user, copy } = await planned();
    await api.client.delete({ apiVersion: 'v1', kind: 'Secret', namespace: api.namespace, name: user });
    expect(await failureOf(api, { network, step })).toMatchObject({ type: 'ReferenceChanged' });
    expect(await secret(copy)).toBeUndefined();
  });

  it('goes on with its copy, whatever the user has put in place of it meanwhile', async () => {
    const { network, step, user } = await planned();
    await attempt(api, { network, step });
    await api.client.delete({ apiVersion: 'v1', kind: 'Secret', namespace: api.namespace, name: user });
    expect(await attempt(api, { network, step, attempt: 2 })).toContain('1 key copies');
  });

  it('is over when its network is another one of the same name', async () => {
    const { network, step, copy } = await planned();
    expect(await failureOf(api, { network: { ...network, uid: ANOTHER_UID }, step })).toMatchObject({
      type: 'NetworkDeleted',
      nonRetryable: true,
      message: expect.stringMatching(/is gone|is another one of the same name now/),
    });
    expect(await secret(copy)).toBeUndefined();
  });
});
