import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { waitUntil } from '../servers/wait-until.ts';
import type { ContainerStatus, PodStatus } from './pod-object.ts';
import { startTestCluster, type TestCluster } from './testing/cluster.ts';
import { env, podManifest, podSpec, serverContainer, taskContainer } from './testing/pod-specs.ts';

/** Twenty times faster than life: the first back-off of 10 s lasts 0.5 s. */
const TIME_SCALE = 0.05;

describe('a container that ends', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster({ kubeconfigPath: inject('kubeconfigPath'), timeScale: TIME_SCALE });
  });
  afterAll(() => cluster?.stop());

  const starts = (pod: string) =>
    cluster.timeline.filter((happening) => happening.pod === pod && happening.what === 'started').map(({ at }) => at);

  test('is restarted at once, and then after 10 and 20 seconds', async () => {
    await cluster.create(podManifest('loop', podSpec([taskContainer('task', { env: env({ EXIT: '1' }) })])));
    await waitUntil('four starts', () => (starts('loop').length >= 4 ? true : undefined));
    const [first = 0, second = 0, third = 0, fourth = 0] = starts('loop');
    expect(third - second).toBeGreaterThanOrEqual(490);
    expect(second - first).toBeLessThan(third - second);
    expect(fourth - third).toBeGreaterThanOrEqual(990);
    const { status } = await cluster.podWith(
      'loop',
      'backs off',
      (_pod, status) => reason(status) === 'CrashLoopBackOff',
    );
    expect(main(status)).toMatchObject({ ready: false, lastState: { terminated: { exitCode: 1, reason: 'Error' } } });
  });

  test('starts anew in the same pod after kill -9, and the log of the former instance can still be read', async () => {
    await cluster.create(podManifest('killed', podSpec([serverContainer('server', 8080, { args: ['run'] })])));
    const before = await cluster.ready('killed');
    cluster.runner.fault.kill9('killed', 'server');
    const after = await cluster.podWith('killed', 'was restarted and is ready', (_pod, status) => {
      return main(status)?.restartCount === 1 && (main(status)?.ready ?? false);
    });
    expect(after.metadata.uid).toBe(before.metadata.uid);
    expect(after.status?.podIP).toBe(before.status?.podIP);
    expect(main(after.status)?.lastState.terminated).toMatchObject({ exitCode: 137, reason: 'Error' });
    expect(cluster.runner.logs('killed')).toEqual(['started with server run']);
    expect(cluster.runner.logs('killed', 'server', { previous: true })).toEqual(['started with server run']);
  });

  test('is killed and restarted by its liveness probe, with the exit code of a graceful stop', async () => {
    const sick = serverContainer('server', 8080, {
      livenessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1, failureThreshold: 2 },
      env: env({ PORT: '8080', STATUS: '500' }),
    });
    await cluster.create(podManifest('sick', podSpec([sick])));
    const { status } = await cluster.podWith(
      'sick',
      'was restarted',
      (_pod, status) => (main(status)?.restartCount ?? 0) > 0,
    );
    expect(main(status)?.lastState.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
    await cluster.event('sick', 'Unhealthy Liveness probe failed: HTTP probe failed with statuscode: 500');
    await cluster.event('sick', 'Killing Container server failed liveness probe, will be restarted');
  });

  test('is killed and restarted when its startup probe never passes', async () => {
    const late = serverContainer('server', 8080, {
      env: env({ PORT: '8080', LISTEN_AFTER: '60000' }),
      startupProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1, failureThreshold: 2 },
    });
    await cluster.create(podManifest('too-late', podSpec([late])));
    await cluster.podWith('too-late', 'was restarted', (_pod, status) => (main(status)?.restartCount ?? 0) > 0);
    await cluster.event('too-late', 'Killing Container server failed startup probe, will be restarted');
    await cluster.event('too-late', 'Unhealthy Startup probe failed: dial tcp <ip>:8080: connect: connection refused');
  });

  test('reads a ConfigMap key anew at each start, and not in between', async () => {
    const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'switch' } };
    await cluster.create({ ...configMap, data: { stopped: 'false' } });
    const reading = serverContainer('server', 8080, {
      env: [
        { name: 'PORT', value: '8080' },
        { name: 'STOPPED', valueFrom: { configMapKeyRef: { name: 'switch', key: 'stopped' } } },
      ],
    });
    await cluster.create(podManifest('reading', podSpec([reading])));
    await cluster.ready('reading');
    const ref = { ...configMap, namespace: cluster.namespace, name: 'switch' };
    await cluster.client.mergePatch(ref, { data: { stopped: 'true' } });
    expect(cluster.contexts('reading', 'server').map((context) => context.env['STOPPED'])).toEqual(['false']);

    cluster.runner.fault.kill9('reading', 'server');
    await waitUntil('the second start', () => cluster.contexts('reading', 'server')[1]);
    expect(cluster.contexts('reading', 'server').map((context) => context.env['STOPPED'])).toEqual(['false', 'true']);
  });

  test('shows the end of its log as message, if the pod asks for it', async () => {
    const telling = taskContainer('task', {
      args: ['flag provided but not defined'],
      env: env({ EXIT: '1' }),
      terminationMessagePolicy: 'FallbackToLogsOnError',
    });
    await cluster.create(podManifest('telling', podSpec([telling])));
    const { status } = await cluster.podWith('telling', 'has ended once', (_pod, status) => {
      return main(status)?.lastState.terminated !== undefined;
    });
    expect(main(status)?.lastState.terminated?.message).toBe('task flag provided but not defined');
  });

  test('shows its log to kubectl, also the former one, and follows it to its end', async () => {
    const chatty = serverContainer('server', 8080, { args: ['chatty'], env: env({ PORT: '8080', SHUTDOWN: '1000' }) });
    await cluster.create(podManifest('chatty', podSpec([chatty], { terminationGracePeriodSeconds: 60 })));
    await cluster.ready('chatty');
    const path = `/api/v1/namespaces/${cluster.namespace}/pods/chatty/log`;
    const log = async (query: object) => (await cluster.client.raw('GET', path, { query: { ...query } })).text;
    expect(await log({ container: 'server' })).toBe('started with server chatty\n');
    expect(await log({ timestamps: true, tailLines: 1 })).toMatch(/^\d{4}-.*Z started with server chatty\n$/);
    await expect(log({ previous: true })).rejects.toThrow(
      'previous terminated container "server" in pod "chatty" not found',
    );
    const following = log({ follow: true });
    await cluster.deletePod('chatty');
    expect(await following).toBe('started with server chatty\nbye\n');
  });

  test('is not restarted when the pod never restarts; its sidecars end after it', async () => {
    const sidecar = serverContainer('sidecar', 8081, { restartPolicy: 'Always' });
    const once = (exit: string) =>
      podSpec([taskContainer('task', { env: env({ EXIT: exit }) })], {
        restartPolicy: 'Never',
        initContainers: [sidecar],
      });
    await cluster.create(podManifest('good-job', once('0')));
    await cluster.create(podManifest('bad-job', once('3')));
    const good = await cluster.podWith('good-job', 'succeeds', (_pod, { phase }) => phase === 'Succeeded');
    const bad = await cluster.podWith('bad-job', 'fails', (_pod, { phase }) => phase === 'Failed');
    expect(main(good.status)?.state).toMatchObject({ terminated: { exitCode: 0 } });
    expect(main(bad.status)?.state).toMatchObject({ terminated: { exitCode: 3 } });
    await waitUntil('the sidecars have ended', () => {
      const ended = cluster.timeline.filter(({ container, what }) => container === 'sidecar' && what === 'ended');
      return ended.length === 2 || undefined;
    });
  });

  test('a crash of the program counts as exit code 2', async () => {
    const crash = serverContainer('server', 8080, { env: env({ PORT: '8080', ADDRESS: '10.1.2.3' }) });
    await cluster.create(podManifest('crash', podSpec([crash])));
    const { status } = await cluster.podWith(
      'crash',
      'has ended',
      (_pod, status) => main(status)?.lastState.terminated !== undefined,
    );
    expect(main(status)?.lastState.terminated).toMatchObject({ exitCode: 2 });
    await waitUntil(
      'its log says why',
      () => cluster.runner.logs('crash', 'server', { previous: true }).join().includes('EADDRNOTAVAIL') || undefined,
    );
  });
});

function main(status: PodStatus | undefined): ContainerStatus | undefined {
  return status?.containerStatuses?.[0];
}

function reason(status: PodStatus): string | undefined {
  const state = main(status)?.state;
  return state && 'waiting' in state ? state.waiting.reason : undefined;
}
