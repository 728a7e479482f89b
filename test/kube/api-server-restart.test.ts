import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  createKubeClient,
  type KubeClient,
  type KubeObject,
  type Reflector,
  startReflector,
} from '../../src/kube/index.ts';
import { type ControlPlane, startControlPlane } from '../devnet/servers/control-plane.ts';

let dir: string;
let controlPlane: ControlPlane;
let client: KubeClient;
let reflector: Reflector<KubeObject>;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opstack-reflector-'));
  controlPlane = await startControlPlane({ dir });
  client = createKubeClient({ kubeconfigPath: controlPlane.kubeconfigPath });
});
afterAll(async () => {
  await reflector?.close();
  await client?.close();
  await controlPlane?.stop();
  await rm(dir, { recursive: true, force: true });
});

const configMap = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', labels: { watched: 'yes' } },
});
const ref = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name });
const until = (assertion: () => void): Promise<void> => vi.waitFor(assertion, { timeout: 60_000, interval: 50 });

describe('a reflector on a real API server', () => {
  it('goes on after the server was killed, and reports each change before, meanwhile and after exactly once', async () => {
    const seen: string[] = [];
    const failures: unknown[] = [];
    const missed: unknown[] = [];
    reflector = startReflector({
      client,
      type: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default' },
      labelSelector: 'watched=yes',
      metadataOnly: true,
      onChange: ({ type, object }) => void seen.push(`${type} ${object.metadata.name}`),
      observer: { onFailure: (error) => failures.push(error), onCacheMiss: (keys) => missed.push(...keys) },
      timings: { backOff: { initialMs: 100, maxMs: 1000 }, verifyIntervalMs: 1000, verifyGraceMs: 500 },
    });
    await reflector.synced;
    await client.create(configMap('before'));
    await until(() => expect(seen).toEqual(['added before']));

    await controlPlane.processes['kube-apiserver'].kill('SIGKILL');
    await until(() => expect(failures.length).toBeGreaterThan(0));
    await controlPlane.processes['kube-apiserver'].restart();
    await client.create(configMap('after'));
    await client.delete(ref('before'));
    await until(() => expect(seen).toEqual(['added before', 'added after', 'deleted before']));

    await controlPlane.processes['kube-apiserver'].restart();
    await client.delete(ref('after'));
    await until(() => expect(seen).toEqual(['added before', 'added after', 'deleted before', 'deleted after']));
    expect(reflector.size).toBe(0);
    expect(missed).toEqual([]);
  });
});
