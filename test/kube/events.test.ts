import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  createEventRecorder,
  createKubeClient,
  type EventRecord,
  type KubeClient,
  type KubeObject,
} from '../../src/kube/index.ts';
import { createTestNamespace } from './test-namespace.ts';

let client: KubeClient;
let namespace: string;

beforeAll(async () => {
  client = createKubeClient({ kubeconfigPath: inject('kubeconfigPath') });
  namespace = await createTestNamespace(client, 'kube-events');
});
afterAll(() => client.close());

const object = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, uid: `uid-of-${name}` },
});

const event = (name: string, changes: Partial<EventRecord> = {}): EventRecord => ({
  regarding: object(name),
  type: 'Normal',
  reason: 'StepFinished',
  action: 'UpdateReplica',
  note: 'Replica updated',
  annotations: { 'optimism.io/workflow-id': 'wf' },
  ...changes,
});

function recorder() {
  const errors: unknown[] = [];
  let time = Date.UTC(2026, 0, 1);
  const { record } = createEventRecorder({
    client,
    reportingController: 'optimism.io/op-stack-operator',
    reportingInstance: 'pod-0',
    onError: (error) => errors.push(error),
    now: () => new Date(time),
  });
  const pass = (ms: number): void => {
    time += ms;
  };
  return { record, errors, pass };
}

interface StoredEvent extends KubeObject {
  note: string;
  series?: { count: number; lastObservedTime: string };
}

async function eventsOf(name: string): Promise<StoredEvent[]> {
  const { items } = await client.list<StoredEvent>({ apiVersion: 'events.k8s.io/v1', kind: 'Event', namespace });
  return items.filter((item) => (item['regarding'] as { name: string }).name === name);
}

describe('the event recorder', () => {
  it('writes an event that says what, why and by whom', async () => {
    const { record, errors } = recorder();
    await record(event('plain'));
    expect(errors).toEqual([]);
    expect(await eventsOf('plain')).toMatchObject([
      {
        type: 'Normal',
        reason: 'StepFinished',
        action: 'UpdateReplica',
        note: 'Replica updated',
        reportingController: 'optimism.io/op-stack-operator',
        reportingInstance: 'pod-0',
        eventTime: '2026-01-01T00:00:00.000000Z',
        regarding: { kind: 'ConfigMap', name: 'plain', namespace, uid: 'uid-of-plain' },
        metadata: { annotations: { 'optimism.io/workflow-id': 'wf' } },
      },
    ]);
  });

  it('makes a series of repetitions, and a new event of one that comes much later', async () => {
    const { record, errors, pass } = recorder();
    await record(event('series'));
    pass(60_000);
    await record(event('series'));
    pass(60_000);
    await record(event('series'));
    expect(await eventsOf('series')).toMatchObject([
      { series: { count: 3, lastObservedTime: '2026-01-01T00:02:00.000000Z' } },
    ]);
    pass(3_600_000);
    await record(event('series'));
    expect(await eventsOf('series')).toHaveLength(2);
    expect(errors).toEqual([]);
  });

  it('starts anew when the server has forgotten the first event of a series', async () => {
    const { record, errors } = recorder();
    await record(event('expired'));
    const [first] = await eventsOf('expired');
    await client.delete({ apiVersion: 'events.k8s.io/v1', kind: 'Event', namespace, name: first?.metadata.name ?? '' });
    await record(event('expired'));
    expect(await eventsOf('expired')).toHaveLength(1);
    expect(errors).toEqual([]);
  });

  it('cuts a note at 1 kB, between characters', async () => {
    const { record, errors } = recorder();
    await record(event('long', { note: '€'.repeat(500) }));
    const [stored] = await eventsOf('long');
    expect(errors).toEqual([]);
    expect(Buffer.byteLength(stored?.note ?? '')).toBeLessThanOrEqual(1024);
    expect(stored?.note).toMatch(/^€{340}…$/);
  });

  it('throttles an object that produces events without end, and no other', async () => {
    const { record, pass } = recorder();
    for (let i = 0; i < 110; i++) await record(event('noisy', { note: `note ${i}` }));
    await record(event('calm'));
    expect(await eventsOf('noisy')).toHaveLength(100);
    expect(await eventsOf('calm')).toHaveLength(1);
    await record(event('noisy', { type: 'Warning', note: 'what must not be missed' }));
    expect(await eventsOf('noisy')).toHaveLength(101);
    pass(30_000);
    await record(event('noisy', { note: 'later' }));
    expect(await eventsOf('noisy')).toHaveLength(102);
  });

  it('puts events of cluster-scoped objects into namespace default', async () => {
    const { record, errors } = recorder();
    const regarding = { apiVersion: 'v1', kind: 'Node', name: namespace, uid: 'node-uid' };
    await record(event('node', { regarding }));
    expect(errors).toEqual([]);
    const type = { apiVersion: 'events.k8s.io/v1', kind: 'Event', namespace: 'default' };
    const { items } = await client.list(type);
    expect(items.some((item) => (item['regarding'] as { name: string }).name === namespace)).toBe(true);
  });

  it('never throws, but says what it could not write', async () => {
    const { record, errors } = recorder();
    const regarding = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'no-such-namespace', name: 'x', uid: 'x' };
    await expect(record(event('x', { regarding }))).resolves.toBeUndefined();
    expect(errors).toMatchObject([{ status: 404 }]);
  });
});
