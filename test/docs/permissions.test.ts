/** The permissions of docs/install.md are enough for everything that watcher and worker do. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../src/kube/index.ts';
import { type Devnet, useDevnet } from '../integration/devnet.ts';
import { planAfter, waitForStatus } from '../integration/plans-in-status.ts';
import { accountKubeconfig } from '../kube/account-kubeconfig.ts';

const INSTALL = join(import.meta.dirname, '../../docs/install.md');
const ACCOUNT = 'op-stack-operator';

async function documentedPermissions(): Promise<KubeObject[]> {
  const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(await readFile(INSTALL, 'utf8')) ?? [];
  return parseAllDocuments(yaml).map((document) => document.toJS() as KubeObject);
}

/** Starts the operator as the documented service account and as nobody else. */
async function startWithThem({ chain, start }: Devnet): Promise<void> {
  await chain.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: ACCOUNT } });
  await chain.apply(...(await documentedPermissions()));
  const dir = await mkdtemp(join(tmpdir(), 'opstack-permissions-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const path = await accountKubeconfig(ACCOUNT, ACCOUNT, dir);
  await start('all', { env: { OPSTACK_KUBECONFIG: path, OPSTACK_OPERATOR_NAMESPACE: ACCOUNT } });
}

describe('the documented permissions', { timeout: 300_000 }, () => {
  const use = useDevnet('permissions', { operator: 'none' });
  it('let it install, change, repair and delete a chain without one refusal', async () => {
    const devnet = use();
    const { chain } = devnet;
    await startWithThem(devnet);
    const install = await planAfter(devnet, () => chain.apply(...chain.resources));
    expect(install).toMatchObject({ kind: 'install', outcome: 'completed' });
    const batcher = chain.resources.find(({ kind }) => kind === 'OpBatcher') as KubeObject & { spec: object };
    const change = await planAfter(devnet, () =>
      chain.apply({ ...batcher, spec: { ...batcher.spec, maxChannelDuration: 3 } }),
    );
    expect(change).toMatchObject({ kind: 'change', outcome: 'completed' });
    const { namespace } = chain;
    const drift = await planAfter(devnet, () =>
      chain.kube.delete({ apiVersion: 'v1', kind: 'Service', namespace, name: 'devnet-replica' }),
    );
    expect(drift).toMatchObject({ kind: 'drift', outcome: 'completed' });
    for (const { apiVersion, kind, metadata } of chain.resources)
      await chain.kube.delete({ apiVersion, kind, namespace, name: metadata.name });
    // Its pod has nobody then who ends it but the operator.
    const replica = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace, name: 'devnet-replica' };
    await chain.kube.delete(replica, { propagationPolicy: 'Orphan' });
    await waitForStatus(devnet, 'everything is gone', ({ phase }) => phase === undefined);
    const [operator] = devnet.operators;
    const metrics = await (await fetch(`${operator?.healthUrl}/metrics`)).text();
    expect(metrics).toMatch(/rest_client_requests_total\{[^}]*code="20[01]"[^}]*\}/);
    expect(metrics).not.toMatch(/rest_client_requests_total\{[^}]*code="40[13]"[^}]*\}/);
  });
});
