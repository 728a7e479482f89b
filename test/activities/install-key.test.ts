import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { gatherInstallation, type Installation } from '../../src/activities/gather/installation.ts';
import { createRedactor } from '../../src/activities/redaction.ts';
import {
  installationToken,
  readOrCreateInstallKey,
  requireInstallKey,
} from '../../src/activities/state/install-key.ts';
import { type StoredRender, storeRender } from '../../src/activities/state/render-store.ts';
import type { StepContext } from '../../src/activities/steps/step-context.ts';
import { storeConfig } from '../../src/activities/steps/store-config.ts';
import type { KubeClient } from '../../src/kube/index.ts';
import { type ApiServer, connectApiServer } from '../api/api-server.ts';
import { createOwner, type Owner } from './owner.ts';

const NAME = 'op-stack-operator-install-key';
const { signal } = new AbortController();

let api: ApiServer;
let kube: KubeClient;
let namespace: string;
beforeAll(async () => {
  api = await connectApiServer(inject('kubeconfigPath'));
  kube = api.client;
  namespace = api.namespace;
});
afterAll(() => api.close());

const secretRef = (name: string) => ({ apiVersion: 'v1', kind: 'Secret', namespace, name });
const removeKey = () => kube.delete(secretRef(NAME));
const putKey = (key: Buffer) =>
  kube.create({ ...secretRef(NAME), metadata: { name: NAME, namespace }, data: { key: key.toString('base64') } });

/** A network's own render, which needs one generated identity. */
function renderOf(network: Owner, installation: string | undefined): StoredRender {
  return {
    component: { kind: 'OptimismNetwork', name: network.name },
    objects: [],
    copies: [],
    identities: [{ secret: `${network.name}-p2p`, keys: { 'pod-0': 'p2p/u/0' } }],
    peers: {},
    sequencers: [],
    keys: [],
    ...(installation === undefined ? {} : { installation }),
    inputs: 'a',
  };
}

const store = ({ uid, ...network }: Owner, installation: string | undefined) =>
  storeRender({ kube, network, uid }, renderOf({ uid, ...network }, installation), signal);

/** What a look finds of the key; `render` is the one that the network's status names as rolled out. */
function look(network: Owner, render?: string) {
  const components = render ? [{ kind: 'OptimismNetwork', name: network.name, render }] : [];
  const object = {
    apiVersion: 'optimism.io/v1alpha1',
    kind: 'OptimismNetwork',
    metadata: { uid: network.uid },
    status: { components },
  };
  return gatherInstallation(
    { kube, redactor: createRedactor(), operatorNamespace: namespace },
    network,
    object as never,
    signal,
  );
}

/** As `storeConfig` leaves it. */
function storePeers({ name, uid }: Owner, render: string) {
  const owner = { apiVersion: 'optimism.io/v1alpha1', kind: 'OptimismNetwork', name, uid };
  const annotations = { 'optimism.io/render-digest': render };
  const metadata = { name: `${name}-peers`, namespace, annotations, ownerReferences: [owner] };
  return kube.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
}

async function rolledOut(): Promise<{ network: Owner; render: string; key: Buffer }> {
  const network = await createOwner(api);
  const key = await readOrCreateInstallKey(kube, namespace, signal);
  return { network, key, render: await store(network, installationToken(key)) };
}

function expectKey({ tokens, problem }: Installation, key: Buffer): void {
  expect(problem).toBeUndefined();
  expect(tokens.installation).toBe(installationToken(key));
}

beforeEach(removeKey);

describe('the key of the installation', () => {
  it('is made once for a fresh network, however many looks there are at the same time', async () => {
    const network = await createOwner(api);
    const looks = await Promise.all([1, 2, 3].map(() => look(network)));
    expect(new Set(looks.map(({ tokens }) => tokens.installation)).size).toBe(1);
    expect(looks.map(({ problem }) => problem)).toEqual([undefined, undefined, undefined]);
  });

  it('is the one that the network was rolled out with, as long as nobody touches it', async () => {
    const { network, render, key } = await rolledOut();
    expectKey(await look(network, render), key);
  });

  it('is never made anew for a network that is rolled out: the problem says what to restore, and what else to do', async () => {
    const { network, render, key } = await rolledOut();
    await removeKey();
    const found = await look(network, render);
    expect(found.problem).toMatchObject({
      type: 'InvalidSpec',
      message: expect.stringContaining(`Secret ${NAME} in namespace ${namespace}`),
      fix: expect.stringMatching(/restore Secret .* from its backup.* Without a backup: .*deletionPolicy: Retain/),
    });
    expect(found.tokens.installation).not.toBe(installationToken(key));
    expect(await kube.get(secretRef(NAME))).toBeUndefined();
  });

  it('is not made anew either when the render that would know its token is gone', async () => {
    const { network } = await rolledOut();
    await removeKey();
    expect((await look(network, 'f'.repeat(64))).problem?.message).toContain('is gone');
    expect(await kube.get(secretRef(NAME))).toBeUndefined();
  });

  it('is not made anew either when the status is lost, or an install has only begun', async () => {
    const { network, render } = await rolledOut();
    await storePeers(network, render);
    await removeKey();
    expect((await look(network)).problem?.message).toContain('is gone');
    expect(await kube.get(secretRef(NAME))).toBeUndefined();
    // What another network of this name has left says nothing.
    const successor = { ...network, uid: 'another' };
    expect((await look(successor)).problem).toBeUndefined();
  });

  it('that was made for another network meanwhile is not taken for it', async () => {
    const { network, render } = await rolledOut();
    await removeKey();
    const { tokens } = await look(await createOwner(api));
    const key = await requireInstallKey(kube, namespace, tokens.installation, signal);
    const found = await look(network, render);
    expect(found.problem).toMatchObject({ type: 'InvalidSpec', message: expect.stringContaining('is another one') });
    expect(JSON.stringify(found.problem)).not.toContain(key.toString('hex'));
    expect(JSON.stringify(found.problem)).not.toContain(key.toString('base64'));
    expect(found.tokens.installation).not.toBe(tokens.installation);
  });

  it('is good again as soon as it is restored', async () => {
    const { network, render, key } = await rolledOut();
    await removeKey();
    expect((await look(network, render)).problem).toBeDefined();
    await putKey(key);
    expectKey(await look(network, render), key);
  });

  it('may be any for a network whose render is older than tokens', async () => {
    const network = await createOwner(api);
    const render = await store(network, undefined);
    const key = randomBytes(32);
    await putKey(key);
    expectKey(await look(network, render), key);
  });

  it('that is damaged is a problem, not the end of the look', async () => {
    const { network, render } = await rolledOut();
    await removeKey();
    await putKey(randomBytes(7));
    expect((await look(network, render)).problem?.message).toContain('does not hold a 32-byte key');
  });
});

describe('a step that writes identities', () => {
  /** The step on the real API server, without an executor: nobody else acts here. */
  function contextOf({ uid, ...at }: Owner, render: string): StepContext {
    const step = { type: 'storeConfig', component: { kind: 'OptimismNetwork', name: at.name }, render };
    const context = {
      deps: { kube, operatorNamespace: namespace, redactor: { remember() {} } },
      input: { uid, step },
      at,
      signal,
      act: (_name: string, effect: () => Promise<unknown>) => effect(),
    };
    return context as unknown as StepContext;
  }

  const identityOf = ({ name }: Owner) => kube.get(secretRef(`${name}-p2p`));

  it.each<[string, () => Promise<unknown>]>([
    ['is gone', async () => undefined],
    ['is another one', () => putKey(randomBytes(32))],
  ])('writes none when the key %s', async (why, replace) => {
    const { network, render } = await rolledOut();
    await removeKey();
    await replace();
    await expect(storeConfig(contextOf(network, render))).rejects.toMatchObject({
      type: 'InvalidSpec',
      message: expect.stringContaining(why),
    });
    expect(await identityOf(network)).toBeUndefined();
  });

  it('writes the same one again under the key that it was rolled out with', async () => {
    const { network, render } = await rolledOut();
    await storeConfig(contextOf(network, render));
    const before = (await identityOf(network))?.['data'];
    expect(before).toMatchObject({ 'pod-0': expect.any(String) });
    await kube.delete(secretRef(`${network.name}-p2p`));
    await storeConfig(contextOf(network, render));
    expect((await identityOf(network))?.['data']).toEqual(before);
  });

  it('puts everything else back without the key', async () => {
    const { network, render } = await rolledOut();
    await storeConfig(contextOf(network, render));
    const peers = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: `${network.name}-peers` };
    await kube.delete(peers);
    await removeKey();
    await storeConfig(contextOf(network, render));
    expect(await kube.get(peers)).toBeDefined();
  });
});
