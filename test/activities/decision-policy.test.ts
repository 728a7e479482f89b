/** When a name beside a decision is its writer's own: on the real API server, with and without the policy in force. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { vouchedDecision } from '../../src/activities/decision-policy.ts';
import { decisionsOf } from '../../src/activities/gather/decisions.ts';
import type { OptimismNetworkStatus } from '../../src/api/optimism-network.ts';
import { createKubeClient, type KubeClient, type KubeObject } from '../../src/kube/index.ts';
import { bindDecisionPolicy } from '../api/decision-policy-in.ts';
import { sample } from '../api/sample-objects.ts';
import { createTestNamespace } from '../kube/test-namespace.ts';

const SINCE = '2026-11-28T10:00:00.000Z';

let kube: KubeClient;
let namespace: string;
let name: string;

const ref = () => ({ apiVersion: 'optimism.io/v1alpha1', kind: 'OptimismNetwork', namespace, name });

beforeAll(async () => {
  kube = createKubeClient({ kubeconfigPath: inject('kubeconfigPath') });
  namespace = await createTestNamespace(kube, 'vouched');
});
beforeEach(async () => {
  name = `n-${randomUUID().slice(0, 8)}`;
  await kube.create({ ...sample('OptimismNetwork', {}, name), metadata: { name, namespace } });
});
afterAll(async () => {
  await kube.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  await kube.close();
});

async function network(): Promise<KubeObject & { status?: OptimismNetworkStatus }> {
  return (await kube.get(ref())) ?? expect.fail('the network is gone');
}

/** The admin's own name is `admin`. */
async function write(annotations: Record<string, string>): Promise<void> {
  const named = Object.entries(annotations).map(([key, value]) => [`optimism.io/${key}`, value]);
  await kube.mergePatch(ref(), { metadata: { annotations: Object.fromEntries(named) } });
}

/** What an entity does with each look: all that is there is taken. */
async function take(): Promise<void> {
  const taken = decisionsOf(await network()).map(({ key }) => key);
  await kube.mergePatch(ref(), { status: { decisions: { taken } } }, { subresource: 'status' });
}

/** @returns the action that the API server vouches for */
async function look({ asks = true } = {}): Promise<string | undefined> {
  const seen = await network();
  const approval = { required: asks, expiresAfterSeconds: 1, sources: ['Kubernetes'] } as const;
  const attempt = { signal: new AbortController().signal, requireCurrent: () => {} };
  const deps = { kube, now: () => Date.parse(SINCE) };
  const key = await vouchedDecision(deps, { result: { approval }, wish: { resources: { network: seen } } }, attempt);
  return decisionsOf(seen).find((decision) => decision.key === key)?.action;
}

const since = async () => (await network()).status?.decisions?.policySince;

describe('without the policy', () => {
  it('nobody is vouched for', async () => {
    expect(await look()).toBeUndefined();
    await write({ approve: 'aaaaaaaa', approver: 'admin' });
    expect(await look()).toBeUndefined();
    expect(await since()).toBeUndefined();
  });
});

describe('with the policy in force', () => {
  let unbind: () => Promise<void>;
  const bind = async () => {
    unbind = await bindDecisionPolicy(kube, namespace);
  };
  beforeAll(bind);
  afterAll(() => unbind());

  it('who decides is vouched for once the status knows it, and that before anybody decides', async () => {
    expect(await look()).toBeUndefined();
    expect(await since()).toBe(SINCE);
    await write({ approve: 'aaaaaaaa', approver: 'admin' });
    expect(await look()).toBe('approve');
    await take();
    expect(await look()).toBeUndefined();
    expect(await since()).toBe(SINCE);
  });

  it('nothing is asked while nobody is', async () => {
    const { resourceVersion } = (await network()).metadata;
    expect(await look({ asks: false })).toBeUndefined();
    expect((await network()).metadata.resourceVersion).toBe(resourceVersion);
  });

  it('of two that are new at once nobody can tell whose the name is', async () => {
    await look();
    await write({ approve: 'aaaaaaaa', approver: 'admin' });
    await write({ pause: 'now', approver: 'admin' });
    expect(await look()).toBeUndefined();
    await take();
    await write({ resume: 'now', approver: 'admin' });
    expect(await look()).toBe('resume');
  });

  it("a decision from before it is nobody's, also when it is read later", async () => {
    await unbind();
    await write({ approve: 'aaaaaaaa', approver: 'mallory' });
    await bind();
    expect(await look()).toBeUndefined();
    expect(await look()).toBeUndefined();
    expect(await since()).toBeUndefined();
    await take();
    expect(await look()).toBeUndefined();
    expect(await since()).toBe(SINCE);
  });

  it('is forgotten when it is found out of force', async () => {
    await look();
    await unbind();
    await write({ approve: 'aaaaaaaa', approver: 'mallory' });
    expect(await look()).toBeUndefined();
    expect(await since()).toBeUndefined();
    await bind();
  });
});
