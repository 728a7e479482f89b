/** What L1 says, in status and on record; on a real API server. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { auditStoreOf } from '../../src/activities/audit-stores.ts';
import { writeChainFacts } from '../../src/activities/chain-facts.ts';
import { currentAttempt } from '../../src/activities/deadline.ts';
import type { ActivityDependencies } from '../../src/activities/dependencies.ts';
import { activityInterceptor } from '../../src/activities/interceptor.ts';
import type { Look } from '../../src/activities/look-once.ts';
import { createRedactor } from '../../src/activities/redaction.ts';
import type { OptimismNetworkStatus } from '../../src/api/optimism-network.ts';
import { createRegistry } from '../../src/catalogue/registry.ts';
import { discover } from '../../src/chain/discovery/discover.ts';
import type { Discovery } from '../../src/chain/discovery/discovery.ts';
import type { Problem } from '../../src/contract/failures.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { type ApiServer, connectApiServer } from '../api/api-server.ts';
import { inPhase, type Recording, readRecording, replayL1 } from '../chain/l1-replay.ts';
import { createOwner, type Owner } from './owner.ts';

let api: ApiServer;
const found: Record<string, Discovery> = {};
beforeAll(async () => {
  api = await connectApiServer(inject('kubeconfigPath'));
  const recording = readRecording('v6.0.0');
  for (const phase of ['', 'rotation']) {
    await using l1 = await replayL1(phase ? inPhase(recording, recording.phases?.[phase] ?? expect.fail()) : recording);
    found[phase] = await discoverIn(l1.url, recording);
  }
});
afterAll(() => api.close());

const discoverIn = (l1: string, { systemConfig }: Recording) =>
  discover({ l1, systemConfig, expected: { l1ChainId: 900 } });

class Watched {
  readonly network: Owner;
  readonly events: { reason: string; note: string }[] = [];
  /** Where the next attempt dies. */
  diesAt = '';
  readonly #deps: ActivityDependencies;

  constructor(network: Owner) {
    this.network = network;
    this.#deps = {
      cluster: 'prod',
      kube: api.client,
      events: { record: async ({ reason, note }) => void this.events.push({ reason, note }) },
      logger: pino({ level: 'silent' }),
      redactor: createRedactor(),
      registry: createRegistry({}),
      operatorNamespace: api.namespace,
      temporalNamespace: 'default',
      now: () => Date.UTC(2026, 0, 1),
      reached: async (point) => {
        if (point === this.diesAt) throw new Error(`killed at ${point}`);
      },
    };
  }

  async sees(discovery: Discovery | undefined, unread?: Problem): Promise<void> {
    const { namespace, name, uid } = this.network;
    const network = await this.#object();
    const look = { discovery, unread, result: { uid }, wish: { resources: { network } } } as unknown as Look;
    const inbound = activityInterceptor(this.#deps);
    const env = new MockActivityEnvironment(
      { activityType: 'observe' },
      { interceptors: [() => ({ inbound })], logger: new DefaultLogger('ERROR') },
    );
    await env.run(() => writeChainFacts(this.#deps, { namespace, name }, look, currentAttempt()), {
      network: { cluster: 'prod', namespace, name },
    });
  }

  async #object(): Promise<KubeObject & { status?: OptimismNetworkStatus }> {
    const { namespace, name } = this.network;
    const ref = { apiVersion: 'optimism.io/v1alpha1', kind: 'OptimismNetwork', namespace, name };
    return (await api.client.get<KubeObject>(ref)) ?? expect.fail();
  }

  async status(): Promise<OptimismNetworkStatus & { version: string | undefined }> {
    const { status, metadata } = await this.#object();
    return { ...status, version: metadata.resourceVersion };
  }

  async records() {
    return (await auditStoreOf(this.#deps, this.network).list()).map(({ type, details }) => ({ type, ...details }));
  }
}

let watched: Watched;
beforeEach(async () => {
  watched = new Watched(await createOwner(api));
});

describe('what L1 says of a chain', () => {
  it('is in status, and written once', async () => {
    await watched.sees(found['']);
    const { contracts, roles, version } = await watched.status();
    expect(contracts).toMatchObject({
      generation: 'v6',
      blockNumber: 49,
      ...found['']?.addresses,
      implementations: found['']?.implementations,
    });
    expect(roles?.batcher).toBe(found['']?.roles.batcher);
    await watched.sees({ ...(found[''] ?? expect.fail()), blockNumber: 80 });
    expect((await watched.status()).version).toBe(version);
    expect(await watched.records()).toEqual([]);
  });

  it('is on record and told when it has changed, with both values and the block', async () => {
    await watched.sees(found['']);
    await watched.sees(found['rotation']);
    const change = {
      field: 'roles.batcher',
      from: found['']?.roles.batcher,
      to: found['rotation']?.roles.batcher,
    };
    const [record] = await watched.records();
    expect(record).toMatchObject({ type: 'contractsChanged', block: 59, changes: expect.arrayContaining([change]) });
    expect(watched.events).toEqual([
      { reason: 'ContractsChanged', note: expect.stringContaining(`${change.from} → ${change.to}`) },
    ]);
    expect((await watched.status()).roles?.batcher).toBe(change.to);
  });

  it('is on record once when whoever saw it died before the status said so', async () => {
    await watched.sees(found['']);
    watched.diesAt = 'chainFacts/status/before';
    await expect(watched.sees(found['rotation'])).rejects.toThrow('killed');
    watched.diesAt = '';
    await watched.sees({ ...(found['rotation'] ?? expect.fail()), blockNumber: 61 });
    expect((await watched.records()).map(({ type }) => type)).toEqual(['contractsChanged']);
    expect((await watched.status()).contracts?.blockNumber).toBe(61);
  });

  it('is on record again when it changes back and forth', async () => {
    for (const phase of ['', 'rotation', '', 'rotation'])
      await watched.sees({ ...(found[phase] ?? expect.fail()), blockNumber: 50 + watched.events.length });
    expect(await watched.records()).toHaveLength(3);
  });

  it('keeps what was not read this time, and changes nothing by it', async () => {
    await watched.sees(found['']);
    const { l1StandardBridge, ...addresses } = found['']?.addresses ?? {};
    const unreadable = ['systemConfig.l1StandardBridge()'];
    await watched.sees({ ...(found[''] ?? expect.fail()), addresses, unreadable, generation: 'unknown' });
    const { contracts } = await watched.status();
    expect(contracts).toMatchObject({ l1StandardBridge, generation: 'v6', unread: unreadable });
    expect(await watched.records()).toEqual([]);
  });

  it('is known until L1 is silent for long, and again when it speaks', async () => {
    const condition = async () => {
      const { conditions = [] } = await watched.status();
      const { status, reason, message } = conditions.find(({ type }) => type === 'ContractsDiscovered') ?? {};
      return { status, reason, message };
    };
    await watched.sees(found['']);
    expect(await condition()).toMatchObject({ status: 'True', reason: 'Discovered' });
    const silence = { type: 'L1Unavailable', message: 'l1.example.com did not answer', fix: 'check it' } as const;
    await watched.sees(undefined, silence);
    expect(await condition()).toMatchObject({
      status: 'Unknown',
      reason: 'L1Unavailable',
      message: expect.stringContaining('l1.example.com'),
    });
    expect((await watched.status()).contracts?.generation).toBe('v6');
    await watched.sees(undefined);
    expect(await condition()).toMatchObject({ status: 'Unknown' });
    await watched.sees(found['']);
    expect(await condition()).toMatchObject({ status: 'True', reason: 'Discovered' });
  });
});
