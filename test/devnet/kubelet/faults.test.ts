import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { PodStatus } from './pod-object.ts';
import { conditionStatus, startTestCluster, type TestCluster } from './testing/cluster.ts';
import { podManifest, podSpec, serverContainer } from './testing/pod-specs.ts';

/** Twenty times faster than life. */
const TIME_SCALE = 0.05;

describe('a fault on demand', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster({ kubeconfigPath: inject('kubeconfigPath'), timeScale: TIME_SCALE });
  });
  afterAll(() => cluster?.stop());

  const start = (name: string, tag = 'v1') => {
    const server = serverContainer('server', 8080, { image: `registry.test/images/server:${tag}` });
    return cluster.create(podManifest(name, podSpec([server])));
  };
  const waiting = (name: string, reason: string) =>
    cluster.podWith(name, `waits: ${reason}`, (_pod, status) => waitingReason(status) === reason);

  test('imageMissing keeps a pod from starting, and the pod heals after it', async () => {
    const undo = cluster.runner.fault.imageMissing('server:v7');
    await start('missing', 'v7');
    await waiting('missing', 'ErrImagePull');
    await waiting('missing', 'ImagePullBackOff');
    undo();
    await cluster.ready('missing');
  });

  test('slowImage delays the first pod with an image, not the second', async () => {
    cluster.runner.fault.slowImage(/server:slow/, 2);
    const began = performance.now();
    await start('slow-first', 'slow');
    await cluster.ready('slow-first');
    const first = performance.now() - began;
    expect(first).toBeGreaterThanOrEqual(2000);
    const again = performance.now();
    await start('slow-second', 'slow');
    await cluster.ready('slow-second');
    expect(performance.now() - again).toBeLessThan(first);
  });

  test('slowImage ends the moment it is taken back', async () => {
    const undo = cluster.runner.fault.slowImage('server:late', 3600);
    await start('late', 'late');
    await cluster.event('late', 'Pulling');
    undo();
    await cluster.ready('late');
  });

  test('crashLoop ends a running container again and again, until it is taken back', async () => {
    await start('crashing');
    await cluster.ready('crashing');
    const undo = cluster.runner.fault.crashLoop('crashing/server');
    const { status } = await waiting('crashing', 'CrashLoopBackOff');
    expect(status?.containerStatuses?.[0]?.lastState.terminated).toMatchObject({ exitCode: 1, reason: 'Error' });
    undo();
    await cluster.ready('crashing');
  });

  test('outOfMemory kills a running container as the kernel does, again and again, until it is taken back', async () => {
    await start('greedy');
    await cluster.ready('greedy');
    const undo = cluster.runner.fault.outOfMemory('greedy/server');
    const { status } = await waiting('greedy', 'CrashLoopBackOff');
    expect(status?.containerStatuses?.[0]?.lastState.terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
    undo();
    await cluster.ready('greedy');
  });

  test('neverReady makes a ready pod unready without touching its program', async () => {
    await start('unready');
    await cluster.ready('unready');
    const undo = cluster.runner.fault.neverReady(/^unready\//);
    await cluster.podWith('unready', 'is not ready', (_pod, status) => conditionStatus(status, 'Ready') === 'False');
    const pod = await cluster.pod('unready');
    expect(pod?.status?.containerStatuses?.[0]).toMatchObject({ started: true, restartCount: 0 });
    undo();
    await cluster.ready('unready');
  });

  test('slowStart lets the container run without doing anything', async () => {
    cluster.runner.fault.slowStart('dozing/', 700);
    const began = performance.now();
    await start('dozing');
    await cluster.podWith('dozing', 'runs', (_pod, { phase }) => phase === 'Running');
    expect(cluster.contexts('dozing', 'server')).toEqual([]);
    await cluster.ready('dozing');
    expect(performance.now() - began).toBeGreaterThanOrEqual(700);
  });

  test('kill9 says when there is nothing to kill', async () => {
    await start('alive');
    await cluster.ready('alive');
    expect(() => cluster.runner.fault.kill9('nobody', 'server')).toThrow('no pod nobody was started on this node');
    expect(() => cluster.runner.fault.kill9('alive', 'other')).toThrow('pod alive has no container other');
  });

  test('shows in the list of pods', async () => {
    await start('listed');
    const { status } = await cluster.ready('listed');
    expect(cluster.runner.pods().find(({ name }) => name === 'listed')).toMatchObject({
      ip: status?.podIP,
      containers: [{ name: 'server', kind: 'main', restartCount: 0, started: true, ready: true }],
    });
  });
});

function waitingReason(status: PodStatus): string | undefined {
  const state = status.containerStatuses?.[0]?.state;
  return state && 'waiting' in state ? state.waiting.reason : undefined;
}
