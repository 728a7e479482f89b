import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../../tools/toolchain/run.ts';
import { ensureTool } from '../../../tools/toolchain.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { waitUntil } from './wait-until.ts';

let dir: string;
let plane: ControlPlane;
let kubectlPath: string;
const kubectl = (...args: string[]): Promise<string> =>
  run(kubectlPath, ['--kubeconfig', plane.kubeconfigPath, ...args]);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'control-plane-'));
  kubectlPath = (await ensureTool('kubectl')).path;
  plane = await startControlPlane({ dir });
});
afterAll(async () => {
  await plane?.stop();
  await rm(dir, { recursive: true, force: true });
});

describe('the control plane', () => {
  test('runs controllers: a Deployment gets its pod', async () => {
    await kubectl('create', 'namespace', 'first');
    await kubectl('create', 'deployment', 'web', '--image=web', '--namespace=first');
    const pods = await waitUntil('the controller-manager made the pod', async () => {
      const names = await kubectl('get', 'pods', '--namespace=first', '--output=name');
      return names === '' ? undefined : names;
    });
    expect(pods).toMatch(/^pod\/web-/);
  });

  test('knows users by certificates, and what RBAC allows them', async () => {
    const jane = await plane.addUser('jane', ['devs']);
    const asJane = (...args: string[]): Promise<string> =>
      run(kubectlPath, ['--kubeconfig', jane.kubeconfigPath, ...args]);
    await expect(asJane('get', 'pods')).rejects.toThrow('User "jane" cannot list resource "pods"');
    await kubectl('create', 'clusterrolebinding', 'devs-view', '--clusterrole=view', '--group=devs');
    await waitUntil('the binding is in force', () => asJane('get', 'pods'));
  });

  test.each(['kube-apiserver', 'etcd', 'kube-controller-manager'] as const)(
    'keeps its objects over kill -9 of %s',
    async (name) => {
      await kubectl('create', 'configmap', `before-${name}`, '--from-literal=a=b');
      await plane.processes[name].kill();
      await plane.processes[name].restart();
      const value = await waitUntil('the API server answers', () =>
        kubectl('get', 'configmap', `before-${name}`, '--output=jsonpath={.data.a}'),
      );
      expect(value).toBe('b');
    },
  );
});
