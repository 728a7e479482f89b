import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { waitUntil } from '../servers/wait-until.ts';
import { startTestCluster, type TestCluster } from './testing/cluster.ts';
import { env, podManifest, podSpec, serverContainer, statefulSet } from './testing/pod-specs.ts';
import type { Happening } from './testing/programs.ts';

/** Ten times faster than life: a grace period of 10 s lasts 1 s. */
const TIME_SCALE = 0.1;

describe('a pod that is deleted', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster({ kubeconfigPath: inject('kubeconfigPath'), timeScale: TIME_SCALE });
  });
  afterAll(() => cluster?.stop());

  const happenings = (pod: string) => cluster.timeline.filter((happening) => happening.pod === pod);
  const at = (pod: string, container: string, what: Happening['what']) => {
    const found = happenings(pod).find((happening) => happening.container === container && happening.what === what);
    if (!found) throw new Error(`${container} of ${pod} was not ${what}: ${JSON.stringify(happenings(pod))}`);
    return found.at;
  };

  test('ends its main containers first and then its sidecars, the last one first', async () => {
    const sidecar = (name: string, port: number) => serverContainer(name, port, { restartPolicy: 'Always' });
    const slow = serverContainer('main', 8080, { env: env({ PORT: '8080', SHUTDOWN: '200' }) });
    const spec = podSpec([slow], { initContainers: [sidecar('first', 8081), sidecar('second', 8082)] });
    await cluster.create(podManifest('order', spec));
    await cluster.ready('order');
    await cluster.deletePod('order');
    await cluster.gone('order');

    expect(happenings('order').map(({ container, what }) => `${container} ${what}`)).toEqual([
      'first started',
      'second started',
      'main started',
      'main terminating',
      'main ended',
      'second terminating',
      'second ended',
      'first terminating',
      'first ended',
    ]);
    await cluster.event('order', 'Killing Stopping container main');
  });

  test('starts a sidecar only when the startup probe of the one before has passed', async () => {
    const late = serverContainer('late', 8081, {
      restartPolicy: 'Always',
      env: env({ PORT: '8081', LISTEN_AFTER: '300' }),
      startupProbe: { httpGet: { path: '/', port: 8081 }, periodSeconds: 1, failureThreshold: 30 },
    });
    await cluster.create(podManifest('gate', podSpec([serverContainer('main', 8080)], { initContainers: [late] })));
    await cluster.podWith('gate', 'waits for its sidecar', (_pod, { initContainerStatuses = [] }) =>
      initContainerStatuses.some(({ state, started }) => 'running' in state && !started),
    );
    await cluster.ready('gate');
    expect(at('gate', 'main', 'started') - at('gate', 'late', 'started')).toBeGreaterThanOrEqual(300);
  });

  test('ends while a sidecar crashes again and again and the main container has never started', async () => {
    const undo = cluster.runner.fault.crashLoop('looping/sidecar');
    const startupProbe = { httpGet: { path: '/', port: 8081 }, periodSeconds: 1, failureThreshold: 30 };
    const sidecar = serverContainer('sidecar', 8081, { restartPolicy: 'Always', startupProbe });
    await cluster.create(
      podManifest('looping', podSpec([serverContainer('main', 8080)], { initContainers: [sidecar] })),
    );
    await cluster.podWith('looping', 'backs off', (_pod, { initContainerStatuses = [] }) =>
      initContainerStatuses.some(({ restartCount }) => restartCount > 0),
    );
    await cluster.deletePod('looping');
    await cluster.gone('looping');
    expect(happenings('looping').filter(({ container }) => container === 'main')).toEqual([]);
    undo();
  });

  test('is killed at the end of its grace period when a program does not listen', async () => {
    const deaf = serverContainer('deaf', 8080, { env: env({ PORT: '8080', SHUTDOWN: 'never' }) });
    await cluster.create(podManifest('deaf', podSpec([deaf])));
    await cluster.ready('deaf');
    await cluster.deletePod('deaf');
    await cluster.gone('deaf');
    const grace = at('deaf', 'deaf', 'killed') - at('deaf', 'deaf', 'terminating');
    expect(grace).toBeGreaterThanOrEqual(990);
    expect(grace).toBeLessThan(5000);
  });

  test('is killed earlier when it is deleted again with a shorter grace period', async () => {
    const deaf = serverContainer('deaf', 8080, { env: env({ PORT: '8080', SHUTDOWN: 'never' }) });
    await cluster.create(podManifest('shorter', podSpec([deaf], { terminationGracePeriodSeconds: 600 })));
    await cluster.ready('shorter');
    await cluster.deletePod('shorter');
    await waitUntil('SIGTERM', () => happenings('shorter').some(({ what }) => what === 'terminating') || undefined);
    await cluster.deletePod('shorter', 1);
    await cluster.gone('shorter');
    expect(at('shorter', 'deaf', 'killed') - at('shorter', 'deaf', 'terminating')).toBeLessThan(5000);
  });

  test('waits for preStop before SIGTERM', async () => {
    const hooked = serverContainer('hooked', 8080, { lifecycle: { preStop: { sleep: { seconds: 3 } } } });
    await cluster.create(podManifest('hooked', podSpec([hooked])));
    await cluster.ready('hooked');
    const deleted = performance.now();
    await cluster.deletePod('hooked');
    await cluster.gone('hooked');
    expect(at('hooked', 'hooked', 'terminating') - deleted).toBeGreaterThanOrEqual(290);
  });

  test('is shown as terminating and not ready, and its successor starts only when it has ended', async () => {
    const slow = serverContainer('server', 8080, { env: env({ PORT: '8080', SHUTDOWN: '400' }) });
    await cluster.create(statefulSet('one', 1, podSpec([slow])));
    const first = await cluster.ready('one-0');
    await cluster.deletePod('one-0');
    await cluster.podWith('one-0', 'is a new one', ({ metadata }) => metadata.uid !== first.metadata.uid);
    await waitUntil('the successor runs', () => happenings('one-0').filter(isStart).length === 2 || undefined);

    const [, successor] = happenings('one-0').filter(isStart);
    expect(successor?.at).toBeGreaterThan(at('one-0', 'server', 'ended'));
  });

  test('goes on running after a forced deletion, beside its successor', async () => {
    const slow = serverContainer('server', 8080, { env: env({ PORT: '8080', SHUTDOWN: '500' }) });
    await cluster.create(statefulSet('forced', 1, podSpec([slow])));
    await cluster.ready('forced-0');
    await cluster.deletePod('forced-0', 0);
    await waitUntil('the successor runs', () => happenings('forced-0').filter(isStart).length === 2 || undefined);

    const [, successor] = happenings('forced-0').filter(isStart);
    await waitUntil(
      'the first one ends',
      () => happenings('forced-0').some(({ what }) => what === 'ended') || undefined,
    );
    expect(successor?.at).toBeLessThan(at('forced-0', 'server', 'ended'));
    await cluster.ready('forced-0');
  });

  test('leaves the API at once when its container has never started', async () => {
    const spec = podSpec([serverContainer('server', 8080, { image: 'registry.test/images/no-such-program:v1' })]);
    await cluster.create(podManifest('never', spec));
    await cluster.podWith('never', 'waits for its image', (_pod, { containerStatuses = [] }) =>
      containerStatuses.some(({ state }) => 'waiting' in state && state.waiting.reason.includes('Pull')),
    );
    await cluster.deletePod('never');
    await cluster.gone('never');
    expect(happenings('never')).toEqual([]);
  });
});

function isStart({ what }: Happening): boolean {
  return what === 'started';
}
