/** Pods that a step waits for, beside somebody who scales their StatefulSet; on the real API server, with its controllers. */
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { storeRender } from '../../src/activities/state/render-store.ts';
import type { ComponentRef, StepType } from '../../src/contract/plan.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { type ApiServer, connectApiServer } from '../api/api-server.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { attempt, failureOf } from './attempt.ts';
import { createOwner } from './owner.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await connectApiServer(inject('kubeconfigPath'));
});
afterAll(() => api.close());

type StatefulSet = KubeObject & {
  readonly spec: { readonly replicas: number };
  readonly status?: { readonly observedGeneration?: number };
};

/** A component whose render has one pod, and whose StatefulSet has been scaled by somebody. */
async function scaled(kind: ComponentRef['kind'], role: string, replicas: number, wanted = 1) {
  const network = await createOwner(api);
  const name = `${network.name}-${role}`;
  const component: ComponentRef = { kind, name };
  const ref = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: api.namespace, name };
  const labels = {
    'optimism.io/network': network.name,
    'optimism.io/component': `${kind.toLowerCase()}.${name}`,
    'app.kubernetes.io/component': role,
  };
  const set = (count: number) => ({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, namespace: api.namespace, labels },
    spec: {
      replicas: count,
      serviceName: name,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'main' }] } },
    },
  });
  const { signal } = new AbortController();
  const { uid, ...at } = network;
  const content = { copies: [], identities: [], peers: {}, sequencers: [], keys: [], inputs: 'a' };
  const render = await storeRender(
    { kube: api.client, network: at, uid },
    { component, objects: [set(wanted)], ...content },
    signal,
  );
  await api.client.create<KubeObject>(set(replicas));
  await waitUntil('its controller has seen the StatefulSet', async () => {
    const { metadata, status } = (await api.client.get<StatefulSet>(ref)) ?? {};
    return metadata?.generation !== undefined && status?.observedGeneration === metadata.generation;
  });
  const step = (type: StepType) => ({ network, step: { type, component, render, awaitsPods: true } });
  const replicasNow = async () => (await api.client.get<StatefulSet>(ref))?.spec.replicas;
  const scaleTo = (count: number) => api.client.mergePatch(ref, { spec: { replicas: count } });
  return { name, step, replicasNow, scaleTo };
}

it.each(['awaitPods', 'applyComponent'] as const)(
  '%s scales back what somebody has scaled to nothing, and does not call it ready',
  async (type) => {
    const { name, step, replicasNow } = await scaled('OpProposer', 'proposer', 0);
    const applied = { kept: { applied: '1 objects are applied' } };
    expect(await failureOf(api, { ...step(type), ...applied })).toMatchObject({
      type: 'NotReadyYet',
      message: expect.stringContaining(`somebody has scaled StatefulSet ${name} to 0, it is scaled back to 1`),
    });
    expect(await replicasNow()).toBe(1);
    // The attempt after it, or the same one again after a crash, waits for the pod.
    const next = await failureOf(api, { ...step(type), ...applied });
    expect(next).toMatchObject({ type: 'NotReadyYet', message: expect.not.stringContaining('scaled') });
  },
);

it('pods beyond those of the render are neither waited for nor kept', async () => {
  const { step, replicasNow } = await scaled('OpNode', 'replica', 3, 0);
  await failureOf(api, step('awaitPods'));
  expect(await replicasNow()).toBe(0);
  await waitUntil('the controller has seen it', async () => {
    const said: string = await attempt(api, step('awaitPods')).catch(() => '');
    return said.endsWith('are ready');
  });
});

it.each<[ComponentRef['kind'], string]>([
  ['OpBatcher', 'batcher'],
  ['OpNode', 'sequencer'],
])('a %s (%s) that was switched off is left to a plan that asks first who has its place', async (kind, role) => {
  const { step, replicasNow } = await scaled(kind, role, 0);
  expect(await failureOf(api, step('awaitPods'))).toMatchObject({ type: 'ObjectLost', nonRetryable: true });
  expect(await replicasNow()).toBe(0);
});

const NEVER_TWICE: [ComponentRef['kind'], string][] = [
  ['OpBatcher', 'batcher'],
  ['OpNode', 'sequencer'],
];

it.each(NEVER_TWICE)(
  'a %s (%s) that was switched off after its plan had applied it is not started by a retry of that plan',
  async (kind, role) => {
    const { name, step, replicasNow, scaleTo } = await scaled(kind, role, 1);
    expect(await failureOf(api, step('applyComponent'))).toMatchObject({ type: 'NotReadyYet' });
    // Done again after a crash, with nobody's doing in between.
    expect(await failureOf(api, step('applyComponent'))).toMatchObject({ type: 'NotReadyYet' });
    await scaleTo(0);
    expect(await failureOf(api, step('applyComponent'))).toMatchObject({
      type: 'ObjectLost',
      nonRetryable: true,
      message: `somebody has scaled StatefulSet ${name} to nothing, although this plan needs it`,
    });
    expect(await replicasNow()).toBe(0);
  },
);

it.each(['install', 'change', 'drift'] as const)(
  'a batcher that was off before a plan (%s) applies it is started by that plan, from the same render too',
  async (planKind) => {
    const { step, replicasNow, scaleTo } = await scaled('OpBatcher', 'batcher', 1);
    expect(await failureOf(api, step('applyComponent'))).toMatchObject({ type: 'NotReadyYet' });
    // By somebody, or by the step of the new plan that stops it before the change.
    await scaleTo(0);
    const next = { ...step('applyComponent'), planKind, plan: 2 };
    expect(await failureOf(api, next)).toMatchObject({ type: 'NotReadyYet' });
    expect(await replicasNow()).toBe(1);
    // And not once more when it is off again.
    await scaleTo(0);
    expect(await failureOf(api, next)).toMatchObject({ type: 'ObjectLost' });
  },
);

it('a batcher that is to stay stopped is applied as often as that is tried', async () => {
  const { step, replicasNow } = await scaled('OpBatcher', 'batcher', 0, 0);
  const applied = () => waitUntil('it is applied', () => attempt(api, step('applyComponent')).catch(() => undefined));
  expect(await applied()).toMatch(/are ready$/);
  expect(await applied()).toMatch(/are ready$/);
  expect(await replicasNow()).toBe(0);
});

it('a replica that somebody has scaled to nothing meanwhile is applied all the same', async () => {
  const { step, replicasNow, scaleTo } = await scaled('OpNode', 'replica', 1);
  await failureOf(api, step('applyComponent'));
  await scaleTo(0);
  expect(await failureOf(api, step('applyComponent'))).toMatchObject({ type: 'NotReadyYet' });
  expect(await replicasNow()).toBe(1);
});
