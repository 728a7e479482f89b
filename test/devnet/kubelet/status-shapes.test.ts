/**
 * The recorded pods of a real kubelet, run here: every status must become equal to the recorded one, and the warnings
 * that a person would look for must be among the events.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import type { V1PodSpec } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { KubeObject } from '../../../src/kube/index.ts';
import type { Program, ProgramContext } from '../program.ts';
import { waitUntil } from '../servers/wait-until.ts';
import { ObjectCache } from './object-cache.ts';
import type { ContainerStatus, ObjectMeta, Pod, PodStatus } from './pod-object.ts';
import { startTestCluster, type TestCluster } from './testing/cluster.ts';

interface Fixture {
  readonly metadata: ObjectMeta;
  readonly spec: V1PodSpec;
  readonly status: PodStatus;
  readonly events: readonly { readonly reason: string; readonly message: string }[];
}

/** What a container of a recorded pod did; the number says how often it had been started before. */
type Behaviour = (context: ProgramContext, instance: number) => Promise<number>;

interface Recording {
  /** By container; containers that are not named never run in the recording. */
  readonly behaviour?: Readonly<Record<string, Behaviour>>;
  /** Reason and beginning of the message of an event that must be there. */
  readonly event?: string;
  /** What has to happen from outside after the start. */
  readonly afterwards?: (cluster: TestCluster, pod: string) => Promise<unknown>;
}

const exits =
  (code: number, afterMilliseconds = 5): Behaviour =>
  (context) =>
    new Promise((resolve) => {
      const timer = setTimeout(() => resolve(code), afterMilliseconds);
      context.kill.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve(code);
      });
    });

const runs: Behaviour = async (context) => {
  await ended(context);
  return 0;
};

const serves =
  (port: number, { status = 200, address = '0.0.0.0', ignoresTerminate = false } = {}): Behaviour =>
  async (context) => {
    const server: Server = createServer((_request, response) => response.writeHead(status).end());
    const where = context.listen(address, port);
    server.listen(where.port, where.host);
    await ended(context);
    server.close();
    server.closeAllConnections();
    if (ignoresTerminate && !context.kill.aborted) await once(context.kill, 'abort');
    return 0;
  };

async function ended({ terminate, kill }: ProgramContext): Promise<void> {
  if (!terminate.aborted && !kill.aborted) await once(AbortSignal.any([terminate, kill]), 'abort');
}

const init = { 'genesis-unpack': exits(0), 'geth-init': exits(0) };

const lasting: Record<string, Recording> = {
  'healthy-sequencer': { behaviour: { ...init, 'op-geth': serves(8545), 'op-node': serves(9545) } },
  'crashloop-wrong-flag': {
    behaviour: { 'op-node': exits(1) },
    event: 'BackOff Back-off restarting failed container op-node in pod',
  },
  'command-not-found': {
    behaviour: { 'op-node': runs },
    event: 'Failed Error: failed to create containerd task: ',
  },
  'configmap-key-missing': {
    event:
      'FailedMount MountVolume.SetUp failed for volume "chain" : configmap references non-existent config key: rollup-v2.json',
  },
  'configmap-missing': {
    event: 'FailedMount MountVolume.SetUp failed for volume "chain" : configmap "no-such-config" not found',
  },
  'secret-missing-volume': {
    event: 'FailedMount MountVolume.SetUp failed for volume "jwt" : secret "no-such-jwt" not found',
  },
  'secret-missing-env': { event: 'Failed Error: secret "no-such-secret" not found' },
  'secret-key-missing-env': { event: "Failed Error: couldn't find key sequencer-key in Secret" },
  'runasnonroot-image-user-root': {
    event: 'Failed Error: container has runAsNonRoot and image will run as root (pod: ',
  },
  'image-never-pull': { event: 'Failed Error: ErrImageNeverPull' },
  'image-pull-fails': { event: 'Failed Error: ErrImagePull' },
  'pvc-missing': {
    event: 'FailedScheduling 0/1 nodes are available: persistentvolumeclaim "no-such-claim" not found.',
  },
  'unschedulable-cpu': { event: 'FailedScheduling 0/1 nodes are available: 1 Insufficient cpu.' },
  'init-crashloop': {
    behaviour: { 'geth-init': exits(1) },
    event: 'BackOff Back-off restarting failed container geth-init in pod',
  },
  'liveness-killed': {
    behaviour: { 'op-geth': serves(8545) },
    event: 'Killing Container op-geth failed liveness probe, will be restarted',
  },
  'never-ready-authrpc-http-probe': {
    behaviour: { 'op-geth': serves(8551, { status: 401 }) },
    event: 'Unhealthy Readiness probe failed: HTTP probe failed with statuscode: 401',
  },
  'never-ready-loopback': {
    behaviour: { 'op-geth': serves(8551, { address: '127.0.0.1' }) },
    event: 'Unhealthy Readiness probe failed: Get "http://<ip>:8551/": dial tcp <ip>:8551: connect: connection refused',
  },
  'readonly-root': {
    behaviour: {
      'op-geth': async (context) => {
        try {
          context.hostPath('/data/geth');
          return 0;
        } catch (error) {
          context.log(`Fatal: Failed to create the protocol stack: ${String(error)}`);
          return 1;
        }
      },
    },
  },
  'waiting-for-l1-not-started': {
    behaviour: { 'op-node': (context, instance) => (instance === 0 ? exits(1, 300)(context, 0) : runs(context, 1)) },
    event:
      'Unhealthy Startup probe failed: Get "http://<ip>:9545/healthz": dial tcp <ip>:9545: connect: connection refused',
  },
  'dependency-missing-challenger': {
    behaviour: {
      'op-challenger': (context, instance) => (instance === 0 ? exits(1, 300)(context, 0) : runs(context, 1)),
    },
  },
  'terminating-el-gone-clnode-hangs': {
    behaviour: { ...init, 'op-geth': serves(8545), 'op-node': serves(9545, { ignoresTerminate: true }) },
    event: 'Killing Stopping container op-geth',
    async afterwards(cluster, pod) {
      for (const restart of [1, 2]) {
        await cluster.ready(pod);
        for (const container of ['op-geth', 'op-node']) cluster.runner.fault.kill9(pod, container);
        await cluster.podWith(pod, `has restarted ${restart} times`, (_pod, { containerStatuses = [] }) =>
          containerStatuses.every(({ restartCount, ready }) => restartCount === restart && ready),
        );
      }
      await cluster.deletePod(pod);
    },
  },
};

/** Recorded in the second between the end of a container and the beginning of its back-off. */
const fleeting: Record<string, Recording> = {
  'exit0-batcher-no-miner-api': {
    behaviour: { 'op-batcher': exits(0) },
    event: 'BackOff Back-off restarting failed container op-batcher in pod',
  },
  'service-link-env-collision': {
    behaviour: { u: exits(0), i: async ({ env }) => (env['GETH_PORT']?.startsWith('tcp://') ? 1 : 0) },
  },
};

describe.for([
  { kind: 'lasting', recordings: lasting, timeScale: 0.05 },
  // Slow enough to be seen on a busy machine, and with any number of restarts but 0.
  { kind: 'fleeting', recordings: fleeting, timeScale: 0.5 },
])('a $kind status of a pod is what a real kubelet was seen to write', ({ kind, recordings, timeScale }) => {
  let cluster: TestCluster;
  let pods: ObjectCache<Pod & KubeObject>;
  /** All statuses that each pod has had, normalised. */
  const seen = new Map<string, unknown[]>();
  const instances = new Map<string, number>();

  function comparable(status: PodStatus | undefined, metadata: ObjectMeta): unknown {
    const text = JSON.stringify(normalised(status, metadata));
    return JSON.parse(kind === 'fleeting' ? text.replaceAll(/"restartCount":[1-9]/g, '"restartCount":"<n>"') : text);
  }

  beforeAll(async () => {
    const program: Program = Object.assign(
      async (context: ProgramContext) => {
        const behaviour = recordings[context.pod.name]?.behaviour?.[context.container];
        if (!behaviour) throw new Error(`${context.container} of ${context.pod.name} must not run`);
        const key = `${context.pod.name}/${context.container}`;
        const instance = instances.get(key) ?? 0;
        instances.set(key, instance + 1);
        return behaviour(context, instance);
      },
      { commands: ['op-node', 'op-batcher', 'op-challenger', 'geth', 'sh'] },
    );
    const names = ['op-node', 'op-geth', 'op-batcher', 'op-challenger', 'busybox'];
    cluster = await startTestCluster({
      kubeconfigPath: inject('kubeconfigPath'),
      timeScale,
      programs: Object.fromEntries(names.map((name) => [name, program])),
    });
    cluster.runner.fault.imageMissing('v9.9.9');
    await createWhatTheyReferTo(cluster);
    pods = new ObjectCache(cluster.client, { apiVersion: 'v1', kind: 'Pod', namespace: cluster.namespace }, () => {
      for (const pod of pods?.values() ?? []) {
        const statuses = seen.get(pod.metadata.name) ?? [];
        seen.set(pod.metadata.name, statuses);
        statuses.push(comparable(pod.status, pod.metadata));
      }
    });
    await pods.synced;
    for (const [name, recording] of Object.entries(recordings)) {
      const { spec, metadata } = fixture(name);
      await cluster.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: metadata.labels }, spec });
      void recording.afterwards?.(cluster, name);
    }
  });
  afterAll(async () => {
    await pods?.close();
    await cluster?.stop();
  });

  test.for(Object.entries(recordings))('%s', async ([name, { event }]) => {
    const { status, metadata } = fixture(name);
    const wanted = comparable(status, metadata);
    await waitUntil('the recorded status', () => {
      return seen.get(name)?.some((one) => JSON.stringify(one) === JSON.stringify(wanted)) || undefined;
    }).catch(() => expect(seen.get(name)?.at(-1)).toEqual(wanted));
    if (event) await cluster.event(name, event);
  });
});

function fixture(name: string): Fixture {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', `${name}.json`), 'utf8'));
}

/** Without what differs between two runs of the same: times, addresses, names of the pod, its namespace and its uid. */
function normalised(status: PodStatus | undefined, { name, namespace, uid }: ObjectMeta): unknown {
  const container = (one: ContainerStatus) => ({
    ...one,
    ...(one.containerID && { containerID: '<id>' }),
    ...(one.imageID && { imageID: '<id>' }),
  });
  const sorted = {
    ...status,
    conditions: (status?.conditions ?? []).toSorted((a, b) => a.type.localeCompare(b.type)),
    containerStatuses: status?.containerStatuses?.map(container),
    initContainerStatuses: status?.initContainerStatuses?.map(container),
  };
  const text = JSON.stringify(sorted)
    .replaceAll(uid, '<uid>')
    .replaceAll(`${name}_${namespace}`, '<pod>')
    .replaceAll(`${namespace}/`, '<namespace>/')
    .replaceAll(/containerd:\/\/[0-9a-f]{64}/g, '<id>')
    .replaceAll(/"1970-01-01T00:00:00Z"/g, '"<never>"')
    .replaceAll(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"/g, '"<time>"')
    .replaceAll(/"(10|127)(\.\d+){3}"/g, '"<ip>"');
  return JSON.parse(text, (_key, value) => {
    // Why the registry could not be asked is a matter of the network there.
    if (typeof value === 'string') return value.replace(/(failed to resolve reference "[^"]*"): .*/, '$1: <reason>');
    return isPlainObject(value) ? sortKeys(value) : value;
  });
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sortKeys(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).toSorted(([a], [b]) => a.localeCompare(b)));
}

async function createWhatTheyReferTo({ create }: TestCluster): Promise<void> {
  const secret = (name: string, keys: string[]) =>
    create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name },
      stringData: Object.fromEntries(keys.map((key) => [key, 'x'])),
    });
  const configMap = (name: string, keys: string[]) =>
    create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name },
      data: Object.fromEntries(keys.map((key) => [key, 'x'])),
    });
  const service = (name: string, port: number) =>
    create({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port }] } });
  const claim = (name: string) =>
    create({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
  await Promise.all([
    secret('replica-jwt', ['jwt.hex']),
    secret('sequencer-jwt', ['jwt.hex']),
    secret('replica-p2p', ['node-key']),
    secret('sequencer-p2p', ['node-key', 'sequencer-key']),
    configMap('chain-config', ['rollup.json', 'l1-chain.json']),
    configMap('chain-genesis', ['genesis.json.gz']),
    service('geth', 8545),
    service('op-node-rpc', 9545),
    claim('el-data-sequencer-0'),
    claim('cl-data-sequencer-0'),
  ]);
}
