/** What a step's activity tells while it fails, and when that ends; on a real API server with a webhook that is broken. */
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { auditStoreOf } from '../../src/activities/audit-stores.ts';
import type { ActivityDependencies } from '../../src/activities/dependencies.ts';
import { activityInterceptor } from '../../src/activities/interceptor.ts';
import { createRedactor } from '../../src/activities/redaction.ts';
import { sideBySide } from '../../src/activities/side-by-side.ts';
import { type StepEffect, stepActivity } from '../../src/activities/steps/step-context.ts';
import type { OptimismNetworkStatus } from '../../src/api/optimism-network.ts';
import { createRegistry } from '../../src/catalogue/registry.ts';
import type { StepInput, StepResult } from '../../src/contract/activities.ts';
import { createKubeClient, type KubeObject } from '../../src/kube/index.ts';
import { type ApiServer, connectApiServer } from '../api/api-server.ts';
import { sample } from '../api/sample-objects.ts';
import { kubeconfigFor } from '../kube/kubeconfig-file.ts';
import { createOwner, type Owner } from './owner.ts';

const LIMIT_SECONDS = 300;
const STEP_ID = '05-apply-component/acme';
const PLAN_HASH = 'a'.repeat(64);

let api: ApiServer;
beforeAll(async () => {
  api = await connectApiServer(inject('kubeconfigPath'));
  await api.client.create(brokenWebhook());
});
afterAll(async () => {
  const { apiVersion, kind, metadata } = brokenWebhook();
  await api.client.delete({ apiVersion, kind, name: metadata.name });
  await api.close();
});

/** Nobody listens where it is served, and no Service is created without it. */
function brokenWebhook(): KubeObject {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: api.namespace },
    webhooks: [
      {
        name: 'broken.example.com',
        clientConfig: { url: 'https://127.0.0.1:1/validate' },
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': api.namespace } },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['services'] }],
        failurePolicy: 'Fail',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        timeoutSeconds: 2,
      },
    ],
  };
}

const createService: StepEffect = async ({ deps, at, act }) => {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'acme', namespace: at.namespace },
    spec: { ports: [{ port: 80 }] },
  };
  await act('apply', () => deps.kube.create(service));
  return 'created';
};

/** One step of a plan, attempt after attempt, with a clock that the test moves. */
class Played {
  readonly #network: Owner;
  readonly #deps: ActivityDependencies;
  #details: unknown;
  #attempt = 0;
  seconds = 0;
  /** Reasons of what was told as an event. */
  readonly events: string[] = [];

  constructor(network: Owner) {
    this.#network = network;
    this.#deps = {
      cluster: 'prod',
      kube: api.client,
      events: {
        record: async (event) => {
          this.events.push(event.reason);
        },
      },
      logger: pino({ level: 'silent' }),
      redactor: createRedactor(),
      registry: createRegistry({}),
      operatorNamespace: api.namespace,
      temporalNamespace: 'default',
      now: () => Date.UTC(2026, 0, 1) + this.seconds * 1000,
      reached: async () => undefined,
    };
  }

  async attempt(effect: StepEffect): Promise<StepResult | ApplicationFailure> {
    this.#attempt += 1;
    const { namespace, name, uid } = this.#network;
    const inbound = activityInterceptor(this.#deps);
    const env = new MockActivityEnvironment(
      {
        activityType: 'applyComponent',
        activityId: STEP_ID,
        attempt: this.#attempt,
        startToCloseTimeoutMs: 30_000,
        heartbeatTimeoutMs: 5000,
        heartbeatDetails: this.#details,
      },
      { interceptors: [() => ({ inbound })], logger: new DefaultLogger('ERROR') },
    );
    env.on('heartbeat', (details: unknown) => {
      this.#details = details;
    });
    const input: StepInput = {
      network: { cluster: 'prod', namespace, name },
      uid,
      planHash: PLAN_HASH,
      planKind: 'install',
      revision: 'r',
      step: {
        id: STEP_ID,
        type: 'applyComponent',
        component: { kind: 'OpNode', name: 'acme' },
        summary: 'apply acme',
        limitSeconds: LIMIT_SECONDS,
        safePointAfter: true,
      },
      position: { index: 4, total: 9 },
      fencedNodes: [],
      skippedGates: [],
    };
    const activity = stepActivity(this.#deps, () => auditStoreOf(this.#deps, { namespace, name, uid }), effect);
    return env.run(activity, input).catch((error: unknown) => {
      if (error instanceof ApplicationFailure) return error;
      throw error;
    }) as Promise<StepResult | ApplicationFailure>;
  }

  /** Attempts every 10 seconds for this long. */
  async attemptFor(seconds: number, effect: StepEffect): Promise<StepResult | ApplicationFailure> {
    for (const until = this.seconds + seconds; ; ) {
      const end = await this.attempt(effect);
      if (!(end instanceof ApplicationFailure) || end.nonRetryable || this.seconds >= until) return end;
      this.seconds += 10;
    }
  }

  async shown() {
    const { namespace, name } = this.#network;
    const network = await api.client.get<KubeObject & { status?: OptimismNetworkStatus }>({
      apiVersion: 'optimism.io/v1alpha1',
      kind: 'OptimismNetwork',
      namespace,
      name,
    });
    return network?.status?.plan?.steps?.[0];
  }

  /** Somebody deletes the network and creates one of the same name. */
  async createdAnew(): Promise<void> {
    const { namespace, name } = this.#network;
    await api.client.delete({ apiVersion: 'optimism.io/v1alpha1', kind: 'OptimismNetwork', namespace, name });
    await api.create(sample('OptimismNetwork', {}, name));
  }

  async records() {
    const { namespace, name, uid } = this.#network;
    return (await auditStoreOf(this.#deps, { namespace, name, uid }).list()).map(({ type, outcome, actor }) => ({
      type,
      outcome,
      actor,
    }));
  }
}

let step: Played;
beforeEach(async () => {
  const network = await createOwner(api);
  const ref = {
    apiVersion: 'optimism.io/v1alpha1',
    kind: 'OptimismNetwork',
    namespace: network.namespace,
    name: network.name,
  };
  const plan = {
    hash: PLAN_HASH,
    kind: 'install',
    summary: 'install acme',
    createdAt: '2026-01-01T00:00:00Z',
    steps: [{ id: STEP_ID, action: 'applyComponent', component: 'OpNode/acme', state: 'Pending' }],
  };
  await api.client.mergePatch(ref, { status: { plan } }, { subresource: 'status' });
  step = new Played(network);
});

describe('a step that a broken webhook holds up', () => {
  it('says so in the plan when it lasts, and not at the first attempt', async () => {
    await step.attempt(createService);
    expect(await step.shown()).toMatchObject({ state: 'Running' });
    step.seconds += 10;
    await step.attempt(createService);
    expect(await step.shown()).toMatchObject({
      state: 'Waiting',
      message: expect.stringContaining('failed calling webhook "broken.example.com"'),
    });
  });

  it('fails for good at its limit, with what it was told last', async () => {
    const end = await step.attemptFor(2 * LIMIT_SECONDS, createService);
    expect(end).toMatchObject({
      type: 'GateTimeout',
      nonRetryable: true,
      message: expect.stringMatching(/broken\.example\.com.*\(waited 300 s, the limit is 300 s\)$/s),
    });
    expect(await step.shown()).toMatchObject({ state: 'Failed' });
    expect((await step.records()).at(-1)).toMatchObject({ type: 'stepFailed', outcome: 'GateTimeout' });
  });
});

describe('a step whose API server is away', () => {
  it('is tried for as long as that lasts, and has its whole limit left afterwards', async () => {
    const nobody = createKubeClient({ kubeconfigPath: await kubeconfigFor('http://127.0.0.1:1') });
    const away: StepEffect = async () => {
      await nobody.get({ apiVersion: 'v1', kind: 'Namespace', name: 'default' });
      return 'answered';
    };
    const end = await step.attemptFor(3 * LIMIT_SECONDS, away);
    expect(end).toMatchObject({ type: 'KubernetesUnavailable', nonRetryable: false });
    expect(await step.shown()).toMatchObject({ state: 'Running' });
    expect((await step.shown())?.message).toBeUndefined();
    const waiting: StepEffect = async ({ notYet }) => {
      throw notYet('not there yet', 'wait');
    };
    expect(await step.attemptFor(LIMIT_SECONDS - 10, waiting)).toMatchObject({ type: 'NotReadyYet' });
    await nobody.close();
  });
});

describe('a step that fails by a bug of ours', () => {
  it('halts its plan at the limit as well', async () => {
    const end = await step.attemptFor(2 * LIMIT_SECONDS, async () => {
      throw new TypeError('x is undefined');
    });
    expect(end).toMatchObject({ type: 'GateTimeout', message: expect.stringContaining('x is undefined') });
  });
});

describe('a step with several effects at the same time', () => {
  it('takes the executor Lease once, before the first of them', async () => {
    const { namespace } = api;
    const before = await leases(namespace);
    const holders: unknown[] = [];
    const end = await step.attempt(async ({ act }) => {
      await sideBySide(['a', 'b', 'c', 'd'], () =>
        act('apply', async () => holders.push(...(await leases(namespace)))),
      );
      return 'applied';
    });
    expect(end).toEqual({ message: 'applied' });
    const taken = holders.filter((holder) => !before.includes(holder));
    expect(taken).toHaveLength(4);
    expect(new Set(taken).size).toBe(1);
  });
});

describe('a step whose network is another one by now', () => {
  it('has no effect, also where a second one begins after the first was refused', async () => {
    await step.createdAnew();
    const done: string[] = [];
    const end = await step.attempt(async ({ act }) => {
      const first = act('apply', async () => done.push('first'));
      await first.catch(() => undefined);
      await act('apply', async () => done.push('second'));
      return 'applied';
    });
    expect(end).toMatchObject({ type: 'NetworkDeleted' });
    expect(done).toEqual([]);
  });
});

async function leases(namespace: string): Promise<unknown[]> {
  const { items } = await api.client.list<KubeObject & { spec?: { holderIdentity?: string; renewTime?: string } }>({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    namespace,
  });
  return items.flatMap(({ metadata, spec }) =>
    spec?.holderIdentity ? [`${metadata.name} ${metadata.resourceVersion} ${spec.holderIdentity}`] : [],
  );
}

describe('a gate that is not asked', () => {
  it('is shown and recorded as skipped, with whose word that was', async () => {
    const skippedBy = 'spec.rollout.skipGates';
    const end = await step.attempt(async () => ({ message: `gate is skipped by ${skippedBy}`, skippedBy }));
    expect(end).toEqual({ message: `gate is skipped by ${skippedBy}`, skipped: true });
    expect(await step.shown()).toMatchObject({ state: 'Skipped' });
    expect((await step.records()).at(-1)).toEqual({ type: 'stepFinished', outcome: 'skipped', actor: skippedBy });
    expect(step.events).toEqual(['StepStarted', 'StepSkipped']);
  });
});
