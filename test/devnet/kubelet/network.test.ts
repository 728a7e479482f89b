import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { waitUntil } from '../servers/wait-until.ts';
import { REFUSING_ADDRESS } from './cluster-dns.ts';
import { startTestCluster, type TestCluster } from './testing/cluster.ts';
import { env, headlessService, podManifest, podSpec, serverContainer, statefulSet } from './testing/pod-specs.ts';

describe('the network of a pod', () => {
  let cluster: TestCluster;
  /** Resolves a name in a pod of another application of the same namespace. */
  const resolve = async (host: string) => {
    const client = await waitUntil('the client runs', () => cluster.contexts('client', 'server').at(-1));
    return client.resolve(host);
  };
  const ipOf = async (pod: string) => (await cluster.pod(pod))?.status?.podIP;
  const clusterIpService = (name: string, app: string) =>
    cluster.create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { selector: { app }, ports: [{ port: 8080 }] },
    });

  beforeAll(async () => {
    cluster = await startTestCluster({ kubeconfigPath: inject('kubeconfigPath') });
    const spec = podSpec([serverContainer('server', 8080)], { hostAliases: [{ ip: '192.0.2.7', hostnames: ['l1'] }] });
    await cluster.create(podManifest('client', spec));
    await cluster.create(headlessService('sequencer'));
    await cluster.create(headlessService('strict', false));
    await clusterIpService('sequencer-rpc', 'sequencer');
    await cluster.create(statefulSet('sequencer', 1, podSpec([serverContainer('server', 8080)])));
    await cluster.create(statefulSet('strict', 1, podSpec([serverContainer('server', 8080)])));
    await Promise.all(['client', 'sequencer-0', 'strict-0'].map(cluster.ready));
  });
  afterAll(() => cluster?.stop());

  test.for([
    'sequencer-0.sequencer',
    'sequencer-0.sequencer.NAMESPACE',
    'sequencer-0.sequencer.NAMESPACE.svc.cluster.local',
  ])('knows a pod of a StatefulSet as %s', async (name) => {
    expect(await resolve(name.replace('NAMESPACE', cluster.namespace))).toBe(await ipOf('sequencer-0'));
  });

  test.for(['sequencer', 'sequencer-rpc', 'sequencer-rpc.NAMESPACE', 'sequencer-rpc.NAMESPACE.svc.cluster.local'])(
    'knows a Service as %s',
    async (name) => {
      expect(await resolve(name.replace('NAMESPACE', cluster.namespace))).toBe(await ipOf('sequencer-0'));
    },
  );

  test.for(['nobody', 'nobody.sequencer', 'sequencer-1.sequencer', 'a.b.c.d.svc.cluster.local', 'sequencer.other.svc'])(
    'does not know %s',
    async (name) => {
      expect(await resolve(name)).toBeUndefined();
    },
  );

  test('has its own localhost', async () => {
    expect(await resolve('localhost')).toBe(await ipOf('client'));
    expect(await resolve('127.0.0.1')).toBe(await ipOf('client'));
  });

  test('follows the external name of a Service', async () => {
    await cluster.create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'elsewhere' },
      spec: { type: 'ExternalName', externalName: 'localhost' },
    });
    await waitUntil('the runner has seen it', async () => (await resolve('elsewhere')) === '127.0.0.1' || undefined);
  });

  test('leaves addresses alone, and knows the host aliases of the pod', async () => {
    expect(await resolve('192.0.2.1')).toBe('192.0.2.1');
    expect(await resolve('l1')).toBe('192.0.2.7');
  });

  test('leads from a cluster IP to a ready pod', async () => {
    const service = await cluster.client.get({
      apiVersion: 'v1',
      kind: 'Service',
      namespace: cluster.namespace,
      name: 'sequencer-rpc',
    });
    const spec = service?.['spec'] as { clusterIP?: string } | undefined;
    expect(await resolve(spec?.clusterIP ?? 'no cluster IP')).toBe(await ipOf('sequencer-0'));
  });

  test('shows unready pods only where the Service publishes them', async () => {
    const strict = await ipOf('strict-0');
    await waitUntil('it has its name', async () => (await resolve('strict-0.strict')) === strict || undefined);
    const undo = [cluster.runner.fault.neverReady('sequencer-0/'), cluster.runner.fault.neverReady('strict-0/')];
    for (const pod of ['sequencer-0', 'strict-0']) {
      await cluster.podWith(pod, 'is not ready', (_pod, { containerStatuses = [] }) => !containerStatuses[0]?.ready);
    }
    await waitUntil('the runner has seen it', async () =>
      (await resolve('strict-0.strict')) === undefined ? true : undefined,
    );
    expect(await resolve('strict')).toBeUndefined();
    expect(await resolve('sequencer-0.sequencer')).toBe(await ipOf('sequencer-0'));
    await waitUntil('nobody answers behind the Service', async () => {
      return (await resolve('sequencer-rpc')) === REFUSING_ADDRESS || undefined;
    });
    for (const take of undo) take();
    await cluster.ready('strict-0');
    await waitUntil('it has its name again', async () => (await resolve('strict-0.strict')) === strict || undefined);
  });

  test('refuses probes of a port that a program bound to 127.0.0.1, but not the program beside it', async () => {
    const local = serverContainer('local', 8551, {
      env: env({ PORT: '8551', ADDRESS: '127.0.0.1' }),
      ports: [],
      readinessProbe: { tcpSocket: { port: 8551 }, periodSeconds: 1 },
    });
    const { readinessProbe: _, ...silent } = serverContainer('beside', 8080);
    await cluster.create(podManifest('loopback', podSpec([local, silent])));
    await cluster.event(
      'loopback',
      'Unhealthy Readiness probe failed: dial tcp <ip>:8551: connect: connection refused',
    );
    const beside = await waitUntil('it runs', () => cluster.contexts('loopback', 'beside').at(-1));
    const response = await fetch(`http://${await beside.resolve('127.0.0.1')}:8551/`);
    expect(await response.text()).toBe('loopback');
  });
});
