/** Real servers and the operator as it is deployed: a watcher and a worker, each a process of its own, for all namespaces. */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Client } from '@temporalio/client';
import { API_VERSION, KIND_NAMES } from '../../../src/api/names.ts';
import type { OptimismNetworkStatus } from '../../../src/api/optimism-network.ts';
import { createKubeClient, type KubeClient } from '../../../src/kube/index.ts';
import { createTemporalClient } from '../../../src/worker/temporal.ts';
import { ensureTool } from '../../../tools/toolchain.ts';
import { createNamespace, type Servers } from '../../devnet/chain.ts';
import { type Operator, startOperator } from '../../devnet/operator.ts';
import { type ControlPlane, startControlPlane } from '../../devnet/servers/control-plane.ts';
import { installCrds } from '../../devnet/servers/install-crds.ts';
import { type L1, startL1 } from '../../devnet/servers/l1.ts';
import type { ManagedProcess } from '../../devnet/servers/managed-process.ts';
import { startTemporal } from '../../devnet/servers/temporal.ts';
import type { Place, Stage, StageType } from '../bench.ts';
import { type Appearances, watchAppearances } from './appearances.ts';

const OPERATOR_NAMESPACE = 'op-stack-operator';
const CLUSTER = 'bench';
const CRDS = join(import.meta.dirname, '../../../crds');

export interface ServerStage extends Stage, Place {
  readonly servers: Servers;
  readonly l1: L1;
  readonly kube: KubeClient;
  readonly temporal: Client;
  readonly clusterName: string;
  readonly watcher: Operator;
  readonly worker: Operator;
  /** StatefulSets and our own kinds, in all namespaces. */
  readonly appearances: Appearances;
  /** Everything that shares the cores with the operator, but for the bench itself. */
  readonly processes: Readonly<Record<string, ManagedProcess>>;
  /** The real kubectl. */
  kubectl(...args: string[]): Promise<string>;
  explain(): Promise<string>;
}

export const emptyServers: StageType<ServerStage> = {
  name: 'Kubernetes, Temporal, L1 and the operator',
  open: openServers,
};

export async function openServers(place: Place): Promise<ServerStage> {
  const { dir, progress } = place;
  const closing: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of closing.splice(0).reverse())
      await end().catch((error: unknown) => progress.note(`while cleaning up: ${String(error)}`));
  };
  try {
    const [l1, cluster, temporalServer, kubectl] = await Promise.all([
      startL1({ dir: join(dir, 'l1') }),
      startControlPlane({ dir: join(dir, 'kubernetes') }),
      startTemporal({ dir: join(dir, 'temporal') }),
      ensureTool('kubectl'),
    ]);
    closing.push(
      () => l1.stop(),
      () => cluster.stop(),
      () => temporalServer.stop(),
    );
    const { kubeconfigPath } = cluster;
    await installCrds({ kubeconfigPath, folder: CRDS });
    const kube = createKubeClient({ kubeconfigPath });
    closing.push(() => kube.close());
    await createNamespace(kube, OPERATOR_NAMESPACE);
    await mkdir(join(dir, 'operator'), { recursive: true });
    const start = async (kind: 'watcher' | 'worker') => {
      const operator = await startOperator({
        kind,
        dir: join(dir, 'operator'),
        clusterName: CLUSTER,
        kubeconfigPath,
        temporalAddress: temporalServer.address,
        namespace: '', // all
        operatorNamespace: OPERATOR_NAMESPACE,
        // As in production, where startOperator has what tests want.
        env: { OPSTACK_LOG_LEVEL: 'info', OPSTACK_ENTITY_CHECK_INTERVAL: '60000' },
      });
      closing.push(() => operator.process.kill());
      return operator;
    };
    // The worker registers search attributes that the watcher's first start of a workflow needs.
    const worker = await start('worker');
    const watcher = await start('watcher');
    const temporal = createTemporalClient({ temporalAddress: temporalServer.address, temporalNamespace: 'default' });
    closing.push(() => temporal.connection.close());
    const appearances = await watchAppearances(kube, [
      { apiVersion: 'apps/v1', kind: 'StatefulSet' },
      ...KIND_NAMES.map((kind) => ({ apiVersion: API_VERSION, kind })),
    ]);
    closing.push(() => appearances.close());
    return {
      ...place,
      servers: { kubeconfigPath, l1RpcUrl: l1.rpcUrl, l1ChainId: l1.chainId, beaconUrl: l1.beaconUrl },
      l1,
      kube,
      temporal,
      clusterName: CLUSTER,
      watcher,
      worker,
      appearances,
      processes: processesOf(cluster, temporalServer.process, l1, { watcher, worker }),
      async kubectl(...args) {
        const { stdout } = await promisify(execFile)(kubectl.path, ['--kubeconfig', kubeconfigPath, ...args]);
        return stdout;
      },
      explain: () => explain(kube, [watcher, worker]),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function processesOf(
  cluster: ControlPlane,
  temporal: ManagedProcess,
  l1: L1,
  operators: Readonly<Record<string, Operator>>,
): Record<string, ManagedProcess> {
  const own = Object.entries(operators).map(([name, operator]) => [name, operator.process] as const);
  return { ...Object.fromEntries(own), ...cluster.processes, temporal, anvil: l1.process };
}

/** The first networks that are not Ready, and what the operator said last. */
async function explain(kube: KubeClient, operators: readonly Operator[]): Promise<string> {
  const { items } = await kube.list({ apiVersion: API_VERSION, kind: 'OptimismNetwork' });
  const waiting = items
    .map((object) => ({ object, status: (object['status'] ?? {}) as OptimismNetworkStatus }))
    .filter(({ status }) => status.phase !== 'Ready')
    .map(({ object: { metadata }, status: { phase, plan, conditions } }) => {
      const step = plan?.steps?.find(({ state }) => state !== 'Done');
      const ready = conditions?.find(({ type }) => type === 'Ready');
      return `${metadata.namespace}: ${phase ?? 'no phase'}, ${step?.id ?? 'no step'}, ${ready?.message ?? ''}`;
    });
  return [...waiting.slice(0, 3), ...operators.map(({ process }) => process.logTail(8))].join('\n');
}
