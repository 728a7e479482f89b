import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { KubeObject } from '../../../src/kube/index.ts';
import { waitUntil } from '../servers/wait-until.ts';
import type { Pod } from './pod-object.ts';
import { startTestCluster, type TestCluster } from './testing/cluster.ts';
import { headlessService, podSpec, serverContainer, statefulSet, taskContainer } from './testing/pod-specs.ts';

const CLAIM = {
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};
const DATA_MOUNT = { volumeMounts: [{ name: 'data', mountPath: '/data' }] };

interface StatefulSetStatus {
  readonly readyReplicas?: number;
  readonly updatedReplicas?: number;
  readonly updateRevision?: string;
}

describe('a StatefulSet', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster({ kubeconfigPath: inject('kubeconfigPath') });
  });
  afterAll(() => cluster?.stop());

  const ref = (name: string) => ({ apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: cluster.namespace, name });
  const setWith = (name: string, wanted: Partial<StatefulSetStatus>) =>
    waitUntil(`StatefulSet ${name} has ${JSON.stringify(wanted)}`, async () => {
      const set = await cluster.client.get<KubeObject & { status: StatefulSetStatus }>(ref(name));
      const found = Object.entries(wanted).every(
        ([key, value]) => set?.status[key as keyof StatefulSetStatus] === value,
      );
      return found ? set?.status : undefined;
    });
  const setImage = (name: string, image: string, more: object = {}) =>
    cluster.client.mergePatch(ref(name), {
      spec: { ...more, template: { spec: podSpec([serverContainer('server', 8080, { image })]) } },
    });
  const imageOf = (pod: Pod) => pod.spec.containers[0]?.image;

  test('with Parallel management becomes ready, each pod at an address of its own', async () => {
    await cluster.create(headlessService('web'));
    await cluster.create(statefulSet('web', 2, podSpec([serverContainer('server', 8080)])));
    const pods = [await cluster.ready('web-0'), await cluster.ready('web-1')];

    for (const { metadata, status } of pods) {
      const response = await fetch(`http://${status?.podIP}:8080/`);
      expect(await response.text()).toBe(metadata.name);
    }
    await setWith('web', { readyReplicas: 2 });
    expect(pods[0]?.status?.podIP).not.toBe(pods[1]?.status?.podIP);
  });

  test('keeps its volumes when pods are deleted, and loses them with their claims', async () => {
    const append = taskContainer('append', {
      args: ['start of $(POD)'],
      env: [
        { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
        { name: 'FILE', value: '/data/starts' },
      ],
      ...DATA_MOUNT,
    });
    const spec = podSpec([serverContainer('server', 8080, DATA_MOUNT)], { initContainers: [append] });
    await cluster.create(statefulSet('db', 1, spec, { volumeClaimTemplates: [CLAIM] }));
    const first = await cluster.ready('db-0');
    await cluster.deletePod('db-0');
    const second = await cluster.podWith('db-0', 'is a new one and ready', ({ metadata }, { conditions = [] }) => {
      return metadata.uid !== first.metadata.uid && conditions.some((c) => c.type === 'Ready' && c.status === 'True');
    });

    const [context] = cluster.contexts('db-0', 'server').slice(-1);
    const lines = [first, second].map(({ metadata }) => `task start of ${metadata.uid}\n`);
    expect(context?.readFile('/data/starts').toString()).toBe(lines.join(''));
    expect(second.status?.podIP).not.toBe(first.status?.podIP);

    const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: cluster.namespace, name: 'data-db-0' };
    const volume = (await cluster.client.get<KubeObject & { spec: { volumeName: string } }>(claim))?.spec.volumeName;
    await cluster.client.delete(ref('db'));
    await cluster.gone('db-0');
    await cluster.client.delete(claim);
    await waitUntil('the volume is gone, too', async () => {
      const found = await cluster.client.get({ apiVersion: 'v1', kind: 'PersistentVolume', name: volume ?? '' });
      return found === undefined || undefined;
    });
  });

  test('does not move a pod above its partition, and one pod at a time below it', async () => {
    const partition = (value: number) => ({
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: value } },
    });
    await cluster.create(statefulSet('roll', 2, podSpec([serverContainer('server', 8080)]), partition(2)));
    const before = [await cluster.ready('roll-0'), await cluster.ready('roll-1')];
    await setImage('roll', 'registry.test/images/server:v2');
    await waitUntil('the controller has seen the template', async () => {
      const status = await setWith('roll', { readyReplicas: 2 });
      return status.updateRevision !== before[0]?.metadata.labels?.['controller-revision-hash'] || undefined;
    });

    await cluster.deletePod('roll-1');
    const recreated = await cluster.podWith(
      'roll-1',
      'is a new one',
      ({ metadata }) => metadata.uid !== before[1]?.metadata.uid,
    );
    expect(imageOf(recreated)).toBe('registry.test/images/server:v1');

    await cluster.ready('roll-1');
    await cluster.client.mergePatch(ref('roll'), { spec: partition(1) });
    await cluster.podWith('roll-1', 'has the new image and is ready', (pod, { containerStatuses = [] }) => {
      return imageOf(pod) === 'registry.test/images/server:v2' && (containerStatuses[0]?.ready ?? false);
    });
    expect((await cluster.pod('roll-0'))?.metadata.uid).toBe(before[0]?.metadata.uid);
    await setWith('roll', { readyReplicas: 2, updatedReplicas: 1 });
  });

  test('with Parallel management leaves a broken template by itself when it is corrected', async () => {
    await cluster.create(statefulSet('heal', 1, podSpec([serverContainer('server', 8080)])));
    await cluster.ready('heal-0');
    await setImage('heal', 'registry.test/images/no-such-program:v1');
    await cluster.podWith('heal-0', 'waits for its image', (_pod, { containerStatuses = [] }) =>
      containerStatuses.some(({ state }) => 'waiting' in state && state.waiting.reason === 'ImagePullBackOff'),
    );
    await setImage('heal', 'registry.test/images/server:v3');
    const healed = await cluster.podWith('heal-0', 'is ready again', (pod, { containerStatuses = [] }) => {
      return imageOf(pod) === 'registry.test/images/server:v3' && (containerStatuses[0]?.ready ?? false);
    });
    expect(cluster.contexts('heal-0', 'server').at(-1)?.imageTag).toBe('v3');
    expect(healed.status?.phase).toBe('Running');
  });
});
