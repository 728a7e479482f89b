import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createKubeClient, type KubeObject } from '../../../src/kube/index.ts';
import { waitUntil } from '../servers/wait-until.ts';
import { startPodRunner } from './pod-runner.ts';
import { conditionStatus, startTestCluster, type TestCluster } from './testing/cluster.ts';
import { podManifest, podSpec, serverContainer, statefulSet } from './testing/pod-specs.ts';
import { createTestPrograms } from './testing/programs.ts';

describe('the node', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster({ kubeconfigPath: inject('kubeconfigPath'), timeScale: 0.05 });
  });
  afterAll(() => cluster?.stop());

  const nodeReady = async () => {
    const ref = { apiVersion: 'v1', kind: 'Node', name: cluster.runner.nodeName };
    const node = await cluster.client.get<KubeObject & { status: { conditions: { type: string; status: string }[] } }>(
      ref,
    );
    return node?.status.conditions.find(({ type }) => type === 'Ready')?.status;
  };
  const starts = (pod: string) => cluster.timeline.filter((one) => one.pod === pod && one.what === 'started').length;
  const ready = (value: string) => (_pod: unknown, status: Parameters<typeof conditionStatus>[0]) =>
    conditionStatus(status, 'Ready') === value;

  test('is ready', async () => {
    expect(await nodeReady()).toBe('True');
  });

  test('that is cut off shows its pods as not ready although they run, and reports when it is back', async () => {
    await cluster.create(podManifest('cut-off', podSpec([serverContainer('server', 8080)])));
    const { status } = await cluster.ready('cut-off');
    await cluster.runner.fault.nodeLost();
    expect(await nodeReady()).toBe('Unknown');
    await cluster.podWith('cut-off', 'is shown as not ready', ready('False'));
    expect((await fetch(`http://${status?.podIP}:8080/`)).status).toBe(200);

    cluster.runner.fault.kill9('cut-off', 'server');
    await waitUntil('it was restarted', () => starts('cut-off') === 2 || undefined);
    expect((await cluster.pod('cut-off'))?.status?.containerStatuses?.[0]?.restartCount).toBe(0);

    await cluster.runner.fault.nodeBack();
    const back = await cluster.ready('cut-off');
    expect(back.status?.containerStatuses?.[0]?.restartCount).toBe(1);
    expect(await nodeReady()).toBe('True');
  });

  test('that is cut off does not end a deleted pod, so that no successor can start, until it is back', async () => {
    await cluster.create(statefulSet('fenced', 1, podSpec([serverContainer('server', 8080)])));
    const first = await cluster.ready('fenced-0');
    await cluster.runner.fault.nodeLost();
    await cluster.deletePod('fenced-0');
    const terminating = await cluster.podWith(
      'fenced-0',
      'is terminating',
      ({ metadata }) => metadata.deletionTimestamp !== undefined,
    );
    expect(terminating.metadata.uid).toBe(first.metadata.uid);
    expect((await fetch(`http://${first.status?.podIP}:8080/`)).status).toBe(200);

    await cluster.runner.fault.nodeBack();
    await cluster.podWith('fenced-0', 'is a new one and ready', ({ metadata }, status) => {
      return metadata.uid !== first.metadata.uid && conditionStatus(status, 'Ready') === 'True';
    });
    expect(starts('fenced-0')).toBe(2);
  });

  test('that is cut off lets the old container run beside the successor of a pod that was deleted by force', async () => {
    await cluster.create(statefulSet('split', 1, podSpec([serverContainer('server', 8080)])));
    const first = await cluster.ready('split-0');
    await cluster.runner.fault.nodeLost();
    await cluster.deletePod('split-0', 0);
    await cluster.podWith('split-0', 'has a successor', ({ metadata }) => metadata.uid !== first.metadata.uid);
    expect((await fetch(`http://${first.status?.podIP}:8080/`)).status).toBe(200);
    await cluster.runner.fault.nodeBack();
    await cluster.ready('split-0');
    await waitUntil('the old container has ended', () => {
      return cluster.timeline.some(({ pod, what }) => pod === 'split-0' && what === 'ended') || undefined;
    });
  });

  test('that has lost its power starts its pods again when it is back', async () => {
    await cluster.create(podManifest('rebooted', podSpec([serverContainer('server', 8080)])));
    const before = await cluster.ready('rebooted');
    await cluster.runner.fault.nodeLost({ containersDie: true });
    await expect(fetch(`http://${before.status?.podIP}:8080/`)).rejects.toThrow();
    await cluster.runner.fault.nodeBack();
    const after = await cluster.podWith('rebooted', 'was started again and is ready', (_pod, status) => {
      return status.containerStatuses?.[0]?.restartCount === 1 && conditionStatus(status, 'Ready') === 'True';
    });
    expect(after.metadata.uid).toBe(before.metadata.uid);
    expect(after.status?.containerStatuses?.[0]?.lastState.terminated?.reason).toBe('Unknown');
  });
});

describe('a runner that is started again', () => {
  test('finds its pods and volumes, and complains about a program that goes on after SIGKILL', async () => {
    const kubeconfigPath = inject('kubeconfigPath');
    const cluster = await startTestCluster({ kubeconfigPath, timeScale: 0.05 });
    const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' } };
    await cluster.create({
      ...claim,
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    const mounted = serverContainer('server', 8080, { volumeMounts: [{ name: 'data', mountPath: '/data' }] });
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
    await cluster.create(podManifest('stays', podSpec([mounted], { volumes })));
    await cluster.ready('stays');
    const path = cluster.contexts('stays', 'server')[0]?.hostPath('/data/x');
    await cluster.runner.stop({ graceful: true });
    expect(cluster.timeline.map(({ what }) => what)).toEqual(['started', 'terminating', 'ended']);

    const { programs, contexts } = createTestPrograms();
    const stubborn = Object.assign(() => new Promise<number>(() => undefined), { commands: ['stubborn'] });
    const options = { kubeconfigPath, namespace: cluster.namespace, dir: cluster.dir, timeScale: 0.05 };
    const second = await startPodRunner({ ...options, programs: { ...programs, stubborn } });
    await cluster.podWith('stays', 'runs again', (_pod, { containerStatuses = [] }) => {
      return containerStatuses[0]?.restartCount === 1 && containerStatuses[0].ready;
    });
    expect(contexts('stays', 'server')[0]?.hostPath('/data/x')).toBe(path);

    const container = { name: 'stubborn', image: 'stubborn', command: ['stubborn'] };
    await cluster.create(podManifest('stubborn', podSpec([container])));
    await cluster.ready('stubborn');
    await expect(second.stop()).rejects.toThrow('stubborn/stubborn stubborn goes on 5 s after SIGKILL');

    const client = createKubeClient({ kubeconfigPath });
    expect(await client.get({ apiVersion: 'v1', kind: 'Node', name: second.nodeName })).toBeUndefined();
    await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: cluster.namespace });
    await client.close();
    await cluster.client.close();
  });
});
