import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ControlPlane, startControlPlane } from '../servers/control-plane.ts';
import { waitUntil } from '../servers/wait-until.ts';
import { startTestCluster, type TestCluster } from './testing/cluster.ts';
import { podManifest, podSpec, serverContainer } from './testing/pod-specs.ts';

describe('while the API server is away', () => {
  let plane: ControlPlane;
  let cluster: TestCluster;
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'opstack-api-away-'));
    plane = await startControlPlane({ dir });
    cluster = await startTestCluster({ kubeconfigPath: plane.kubeconfigPath, timeScale: 0.05 });
  }, 60_000);
  afterAll(async () => {
    await cluster?.stop();
    await plane?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  test('pods run on and are restarted, and afterwards the API shows what has happened', async () => {
    await cluster.create(podManifest('lasting', podSpec([serverContainer('server', 8080)])));
    await cluster.create(podManifest('leaving', podSpec([serverContainer('server', 8080)])));
    const { status } = await cluster.ready('lasting');
    await cluster.ready('leaving');
    await plane.processes['kube-apiserver'].kill('SIGKILL');

    expect((await fetch(`http://${status?.podIP}:8080/`)).status).toBe(200);
    cluster.runner.fault.kill9('lasting', 'server');
    await waitUntil('it runs again', () => cluster.contexts('lasting', 'server')[1]);
    await plane.processes['kube-apiserver'].restart();

    await cluster.podWith('lasting', 'is shown as restarted and ready', (_pod, { containerStatuses = [] }) => {
      return containerStatuses[0]?.restartCount === 1 && containerStatuses[0].ready;
    });
    await cluster.deletePod('leaving');
    await cluster.gone('leaving');
    await cluster.create(podManifest('coming', podSpec([serverContainer('server', 8080)])));
    await cluster.ready('coming');
  });
});
