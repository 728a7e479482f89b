import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { adoptRolledOut } from '../../src/activities/adopt-rolled-out.ts';
import type { Attempt } from '../../src/activities/deadline.ts';
import type { Desire } from '../../src/activities/desire.ts';
import { gatherLive } from '../../src/activities/gather/live.ts';
import {
  gatherRolledOut,
  observeLost,
  renewedInputs,
  withWishedRenders,
} from '../../src/activities/gather/rolled-out.ts';
import { type StoredRender, storedRenderDigest, storeRender } from '../../src/activities/state/render-store.ts';
import type { OptimismNetworkStatus } from '../../src/api/optimism-network.ts';
import { wishMark } from '../../src/contract/wish-mark.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { type ApiServer, connectApiServer } from '../api/api-server.ts';
import { createOwner, type Owner } from './owner.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await connectApiServer(inject('kubeconfigPath'));
});
afterAll(() => api.close());

const { signal } = new AbortController();
const attempt: Attempt = { signal, recordSignal: signal, requireCurrent() {} };
const SEQUENCER = { kind: 'OpNode', name: 'acme-sequencer' } as const;
const A = 'a'.repeat(64);
const B = 'b'.repeat(64);

function renderOf(component: StoredRender['component'], text: string): StoredRender {
  const objects = [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'files' }, data: { text } }];
  return { component, objects, copies: [], identities: [], peers: {}, sequencers: [], keys: [], inputs: 'a' };
}

interface Set {
  readonly component?: string;
  readonly digest?: string;
  readonly replicas?: number;
  readonly partition?: number;
}

async function createSet({ name: network }: Owner, { component = 'opnode.acme-sequencer', ...given }: Set = {}) {
  const { digest = A, replicas = 1, partition = 1 } = given;
  const name = `${network}-${component.split('.')[1]}`;
  const labels = { 'optimism.io/network': network, 'optimism.io/component': component };
  const containers = [{ name: 'op-node', image: 'op-node:v1' }];
  await api.client.create({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, namespace: api.namespace, labels, annotations: { 'optimism.io/render-digest': digest } },
    spec: {
      serviceName: name,
      replicas,
      selector: { matchLabels: labels },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition } },
      template: { metadata: { labels }, spec: { containers } },
    },
  } as KubeObject);
}

async function createPeers({ name }: Owner, digest: string | undefined) {
  const annotations = digest ? { 'optimism.io/render-digest': digest } : {};
  const metadata = { name: `${name}-peers`, namespace: api.namespace, annotations };
  await api.client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: {} } as KubeObject);
}

async function adopt(network: Owner): Promise<unknown> {
  const at = { namespace: network.namespace, name: network.name };
  const ref = { apiVersion: 'optimism.io/v1alpha1', kind: 'OptimismNetwork', ...at };
  const seen = await api.client.get(ref);
  if (!seen) throw new Error('the network does not exist');
  await adoptRolledOut(
    { kube: api.client, logger: { info() {} } as never, reached: () => Promise.resolve() },
    at,
    { network: seen, live: await gatherLive(api.client, at, signal) },
    attempt,
  );
  const found = await api.client.get<KubeObject & { status?: OptimismNetworkStatus }>(ref);
  return Object.fromEntries((found?.status?.components ?? []).map(({ name, render }) => [name, render]));
}

const store = ({ uid, ...network }: Owner, render: StoredRender) =>
  storeRender({ kube: api.client, network, uid }, render, signal);

describe('what is rolled out and is not in the status', () => {
  it('comes back by what its StatefulSet at rest says, with the network by its peers', async () => {
    const network = await createOwner(api);
    await createSet(network);
    await createPeers(network, B);
    expect(await adopt(network)).toEqual({ 'acme-sequencer': A, [network.name]: B });
  });

  it('stays away while it is still installed: its pods take their template', async () => {
    const network = await createOwner(api);
    await createSet(network, { partition: 0 });
    await createPeers(network, B);
    expect(await adopt(network)).toEqual({});
  });

  it('of the network comes back by the only stored render where nothing else says it, and by none of two', async () => {
    const network = await createOwner(api);
    await createSet(network);
    await createPeers(network, undefined);
    const component = { kind: 'OptimismNetwork', name: network.name } as const;
    const digest = await store(network, renderOf(component, 'one'));
    await store(network, renderOf(SEQUENCER, 'another component'));
    expect(await adopt(network)).toEqual({ 'acme-sequencer': A, [network.name]: digest });
    const other = await createOwner(api);
    await createSet(other);
    for (const text of ['one', 'two']) await store(other, renderOf({ ...component, name: other.name }, text));
    expect(await adopt(other)).toEqual({ 'acme-sequencer': A });
  });
});

describe('a stored render that is gone', () => {
  const at = ({ namespace, name }: Owner) => ({ namespace, name });
  const own = (network: Owner) => ({ kind: 'OptimismNetwork', name: network.name }) as const;

  async function gather(network: Owner, components: OptimismNetworkStatus['components']) {
    const live = await gatherLive(api.client, at(network), signal);
    return gatherRolledOut(api.client, at(network), { components }, live, signal);
  }

  it('is the wished one when that has its digest, and lost when it has another', async () => {
    const network = await createOwner(api);
    const render = renderOf(SEQUENCER, 'as it was');
    const digest = storedRenderDigest(render);
    const ownDigest = await store(network, renderOf(own(network), 'files'));
    const rolledOut = await gather(network, [
      { ...own(network), render: ownDigest },
      { ...SEQUENCER, render: digest },
    ]);
    expect(rolledOut.verified.map(({ component }) => component.name)).toEqual([network.name]);
    expect(rolledOut.lost).toEqual([{ component: SEQUENCER, digest }]);
    const desire = { renders: [render], components: [{ component: SEQUENCER, render: digest }] } as unknown as Desire;
    expect(withWishedRenders(rolledOut, desire)).toMatchObject({
      verified: [{ digest: ownDigest }, { component: SEQUENCER, digest, render }],
      lost: [],
    });
    const other = { ...desire, components: [{ component: SEQUENCER, render: A }] } as unknown as Desire;
    expect(withWishedRenders(rolledOut, other).lost).toEqual([{ component: SEQUENCER, digest }]);
  });

  it('is found by its name where somebody has taken the label off by which it is listed', async () => {
    const network = await createOwner(api);
    const digest = await store(network, renderOf(own(network), 'files'));
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: api.namespace };
    const name = `${network.name}-render-${digest.slice(0, 16)}`;
    await api.client.mergePatch({ ...ref, name }, { metadata: { labels: { 'optimism.io/network': null } } });
    const { verified } = await gather(network, [{ ...own(network), render: digest }]);
    expect(verified.map((found) => found.digest)).toEqual([digest]);
  });

  it('is lost for the network too when the status knows its components only', async () => {
    const network = await createOwner(api);
    const digest = await store(network, renderOf(SEQUENCER, 'as it was'));
    const { lost } = await gather(network, [{ ...SEQUENCER, render: digest }]);
    expect(lost).toEqual([{ component: own(network) }]);
  });

  it('leaves images and fields of the live StatefulSet to compare with', async () => {
    const network = await createOwner(api);
    await createSet(network);
    const set = {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: `${network.name}-acme-sequencer` },
      spec: { serviceName: 'another', template: { spec: { terminationGracePeriodSeconds: 7 } } },
    };
    const keys = [
      'Secret acme-keys-0123456789ab, spec.signer',
      'derivation path m/44/60',
      'remote signer address 0xab',
    ];
    const live = await gatherLive(api.client, at(network), signal);
    const render = { ...renderOf(SEQUENCER, ''), objects: [set], keys };
    expect(observeLost(SEQUENCER, render, live)).toMatchObject({
      lost: { images: { 'op-node': 'op-node:v1' }, otherKeys: keys },
      changes: [
        {
          action: 'recreate',
          restartsPods: true,
          fields: [
            { path: 'spec.template', from: expect.stringContaining('lost') },
            { path: 'spec.serviceName' },
            { path: 'spec.template.spec.terminationGracePeriodSeconds' },
          ],
        },
      ],
    });
  });

  it('of a component without a StatefulSet leaves nothing that could be moved', async () => {
    const network = await createOwner(api);
    const live = await gatherLive(api.client, at(network), signal);
    expect(observeLost(SEQUENCER, renderOf(SEQUENCER, ''), live)).toBeUndefined();
  });
});

describe('the mark of a verified render', () => {
  const verified = (inputs: string) => [
    { component: SEQUENCER, digest: A, render: { ...renderOf(SEQUENCER, ''), inputs } },
  ];
  const desire = (render: string, inputs: string) =>
    ({ components: [{ component: SEQUENCER, render, inputs }], renders: [] }) as unknown as Desire;
  const now = wishMark('wish', 'written');

  it('becomes another one when another wish leads to the same render', () => {
    expect(renewedInputs(verified('before'), desire(A, now))).toEqual([{ digest: A, inputs: now }]);
  });

  it('becomes another one when the same is rendered otherwise by another operator, whose own hash counts from then on', () => {
    expect(renewedInputs(verified('other/0/written'), desire(B, now))).toEqual([{ digest: A, inputs: now }]);
  });

  it('stays while something else is wished, and when it is right', () => {
    expect(renewedInputs(verified('other/0/before'), desire(B, now))).toEqual([]);
    expect(renewedInputs(verified(now), desire(A, now))).toEqual([]);
    expect(renewedInputs(verified(now), undefined)).toEqual([]);
  });
});
