/**
 * Starts one control plane, one Temporal server and one L1 for all test files that ask for them with `inject`.
 * Each file uses a namespace, a cluster name and a contract deployment of its own. OPSTACK_TEST_KEEP=1 keeps the
 * servers' folder (logs) after the run.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startControlPlane } from './devnet/servers/control-plane.ts';
import { installCrds } from './devnet/servers/install-crds.ts';
import { startL1 } from './devnet/servers/l1.ts';
import { startTemporal } from './devnet/servers/temporal.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** https address of the API server. */
    kubeServer: string;
    /** kubeconfig of a member of system:masters; become somebody else by impersonation. */
    kubeconfigPath: string;
    kubeCaFile: string;
    kubeAdminToken: string;
    /** kubeconfigs of people who may do nothing until a test binds a role to them. */
    kubeUsers: Readonly<Record<'ana' | 'ben', string>>;
    /** host:port */
    temporalAddress: string;
    temporalUiUrl: string;
    l1RpcUrl: string;
    l1ChainId: number;
    beaconUrl: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = await mkdtemp(join(tmpdir(), 'opstack-test-'));
  const log = (line: string): void => console.log(`[servers] ${line}`);
  const stops: (() => Promise<void>)[] = [];
  const teardown = async (): Promise<void> => {
    await Promise.all(stops.map((stop) => stop()));
    if (process.env['OPSTACK_TEST_KEEP'] === '1') log(`kept ${dir}`);
    else await rm(dir, { recursive: true, force: true });
  };
  const keep = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const server = await starting;
    stops.push(() => server.stop());
    return server;
  };
  const kubernetes = async (): Promise<void> => {
    const plane = await keep(startControlPlane({ dir: join(dir, 'kubernetes'), log }));
    await installCrds({ kubeconfigPath: plane.kubeconfigPath, folder: join(import.meta.dirname, '..', 'crds') });
    project.provide('kubeServer', plane.server);
    project.provide('kubeconfigPath', plane.kubeconfigPath);
    project.provide('kubeCaFile', plane.caFile);
    project.provide('kubeAdminToken', plane.adminToken);
    const [ana, ben] = await Promise.all([plane.addUser('ana', []), plane.addUser('ben', [])]);
    project.provide('kubeUsers', { ana: ana.kubeconfigPath, ben: ben.kubeconfigPath });
  };
  const temporal = async (): Promise<void> => {
    const server = await keep(startTemporal({ dir: join(dir, 'temporal'), log }));
    project.provide('temporalAddress', server.address);
    project.provide('temporalUiUrl', server.uiUrl);
  };
  const l1 = async (): Promise<void> => {
    const chain = await keep(startL1({ dir: join(dir, 'l1'), log }));
    project.provide('l1RpcUrl', chain.rpcUrl);
    project.provide('l1ChainId', chain.chainId);
    project.provide('beaconUrl', chain.beaconUrl);
  };
  // All settle before anything is stopped, or a server that is just starting would be left behind.
  const failed = (await Promise.allSettled([kubernetes(), temporal(), l1()])).filter(
    (end) => end.status === 'rejected',
  );
  if (failed.length > 0) {
    await teardown();
    throw new AggregateError(
      failed.map(({ reason }) => reason),
      failed.map(({ reason }) => String(reason)).join('\n'),
    );
  }
  return teardown;
}
