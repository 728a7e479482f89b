/** What a scenario plays on: servers, a chain, a running operator, kubectl, and somebody to tell it to. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import type { OptimismNetworkStatus } from '../../../src/api/optimism-network.ts';
import { createKubeClient, type KubeObject, type ResourceRef } from '../../../src/kube/index.ts';
import { createTemporalClient } from '../../../src/worker/temporal.ts';
import { ensureTool } from '../../../tools/toolchain.ts';
import { type DevnetChain, NETWORK, startDevnetChain } from '../chain.ts';
import { type Operator, startOperator } from '../operator.ts';
import { devnetRegistry } from '../registry.ts';
import type { ChainFilesOptions } from '../servers/chain-files.ts';
import { startControlPlane } from '../servers/control-plane.ts';
import { installCrds } from '../servers/install-crds.ts';
import { startL1 } from '../servers/l1.ts';
import { startTemporal } from '../servers/temporal.ts';
import { waitUntil } from '../servers/wait-until.ts';
import type { Progress } from './progress.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../../..');

export interface StageOptions {
  readonly dir: string;
  readonly progress: Progress;
  readonly temporalUiPort?: number;
  readonly files?: ChainFilesOptions;
  /** An existing cluster and Temporal in place of our own. */
  readonly existing?: { readonly kubeconfigPath: string; readonly temporalAddress: string };
}

export interface Stage {
  readonly dir: string;
  readonly progress: Progress;
  readonly chain: DevnetChain;
  readonly l1: { readonly rpcUrl: string; readonly beaconUrl: string };
  readonly operator: Operator;
  readonly kubeconfigPath: string;
  readonly temporalAddress: string;
  readonly temporalUiUrl: string | undefined;
  readonly clusterName: string;
  /** Folder with the manifests as they are applied. */
  readonly manifests: string;
  /** The real kubectl, on this stage's cluster and namespace. */
  kubectl(...args: string[]): Promise<string>;
  /** Our own CLI; rejects when it exits with anything but one of `accept` (default: 0). */
  opstack(args: readonly string[], accept?: readonly number[]): Promise<string>;
  /** Writes a manifest into the folder. */
  write(object: KubeObject): Promise<string>;
  /** Waits for a phase; every step of the plan that ends meanwhile is a progress line. */
  follow(
    what: string,
    until: (status: OptimismNetworkStatus) => boolean,
    timeoutSeconds: number,
  ): Promise<OptimismNetworkStatus>;
  /** Events in the history of a workflow. */
  historyLength(workflowId: string): Promise<number>;
  /** Ends something when the stage is closed, before the chain and the servers end. */
  atEnd(end: () => Promise<void>): void;
  close(): Promise<void>;
}

export async function openStage(options: StageOptions): Promise<Stage> {
  const { dir, progress, existing } = options;
  await mkdir(dir, { recursive: true });
  const closing: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of closing.splice(0).reverse())
      await end().catch((error: unknown) => progress.note(`while cleaning up: ${String(error)}`));
  };
  try {
    progress.step('L1, Kubernetes and Temporal are starting');
    const log = (line: string) => progress.detail(line);
    const kubectlPath = (await ensureTool('kubectl', { onProgress: log })).path;
    const [l1, cluster, temporal] = await Promise.all([
      startL1({ dir: join(dir, 'l1'), log }),
      existing ? undefined : startControlPlane({ dir: join(dir, 'kubernetes'), log }),
      existing
        ? undefined
        : startTemporal({
            dir: join(dir, 'temporal'),
            log,
            ...(options.temporalUiPort === undefined ? {} : { uiPort: options.temporalUiPort }),
          }),
    ]);
    closing.push(() => l1.stop());
    if (cluster) closing.push(() => cluster.stop());
    if (temporal) closing.push(() => temporal.stop());
    const kubeconfigPath = existing?.kubeconfigPath ?? cluster?.kubeconfigPath ?? '';
    const temporalAddress = existing?.temporalAddress ?? temporal?.address ?? '';
    await installCrds({ kubeconfigPath, folder: join(ROOT, 'crds') });
    progress.step('contracts are being deployed to L1');
    const namespace = 'opstack-demo';
    const servers = { kubeconfigPath, l1RpcUrl: l1.rpcUrl, l1ChainId: l1.chainId, beaconUrl: l1.beaconUrl };
    const isNewNamespace = existing !== undefined && !(await namespaceExists(existing.kubeconfigPath, namespace));
    const chain = await startDevnetChain({
      servers,
      namespace,
      dir: join(dir, 'node'),
      whole: true,
      ...(options.files ? { files: options.files } : {}),
      pinToRunner: existing !== undefined,
    });
    closing.push(() => chain.stop());
    progress.step('the operator is starting');
    const registryFile = join(dir, 'registry.json');
    await writeFile(registryFile, JSON.stringify(devnetRegistry(chain.files)));
    const clusterName = `demo-${process.pid}`;
    const temporalUiUrl = temporal?.uiUrl;
    const operator = await startOperator({
      kind: 'all',
      dir: join(dir, 'operator'),
      clusterName,
      kubeconfigPath,
      temporalAddress,
      namespace,
      env: { OPSTACK_REGISTRY_FILE: registryFile },
      ...(temporalUiUrl ? { temporalUiUrl } : {}),
    });
    closing.push(() => operator.process.kill('SIGTERM'));
    // Servers of our own end with everything in them. The operator takes its finalizers off first.
    if (isNewNamespace) closing.push(() => removeNamespace(chain));
    const manifests = join(dir, 'manifests');
    await mkdir(manifests, { recursive: true });
    const client = createTemporalClient({ temporalAddress, temporalNamespace: 'default' });
    closing.push(() => client.connection.close());

    const told = new Set<string>();
    const stage: Stage = {
      dir,
      progress,
      chain,
      l1: { rpcUrl: l1.rpcUrl, beaconUrl: l1.beaconUrl },
      operator,
      kubeconfigPath,
      temporalAddress,
      temporalUiUrl,
      clusterName,
      manifests,
      close,
      atEnd: (end) => void closing.push(end),
      async kubectl(...args) {
        const { stdout } = await run(kubectlPath, ['--kubeconfig', kubeconfigPath, '-n', namespace, ...args]);
        return stdout;
      },
      async opstack(args, accept = [0]) {
        const command = [join(ROOT, 'src/cli/main.ts'), '--kubeconfig', kubeconfigPath, '-n', namespace, ...args];
        try {
          return (await run(process.execPath, command)).stdout;
        } catch (error) {
          const { code, stdout } = error as { code?: number; stdout?: string };
          if (code !== undefined && accept.includes(code)) return stdout ?? '';
          throw error;
        }
      },
      async write(object) {
        const file = join(manifests, `${object.kind.toLowerCase()}-${object.metadata.name}.yaml`);
        await writeFile(file, stringify(object));
        return file;
      },
      follow: (what, until, timeoutSeconds) => follow(stage, told, { what, until, timeoutSeconds }),
      async historyLength(workflowId) {
        const { historyLength } = await client.workflow.getHandle(workflowId).describe();
        return historyLength;
      },
    };
    return stage;
  } catch (error) {
    await close();
    throw error;
  }
}

async function namespaceExists(kubeconfigPath: string, name: string): Promise<boolean> {
  const kube = createKubeClient({ kubeconfigPath });
  try {
    return (await kube.get({ apiVersion: 'v1', kind: 'Namespace', name })) !== undefined;
  } finally {
    await kube.close();
  }
}

/** What was not torn down yet is, and then nothing is left in a cluster that is not ours. */
async function removeNamespace({ kube, namespace, resources }: DevnetChain): Promise<void> {
  const refs = resources.map(({ apiVersion, kind, metadata }) => ({
    apiVersion,
    kind,
    namespace,
    name: metadata.name,
  }));
  for (const ref of refs) await kube.delete(ref);
  const isGone = async (...all: readonly ResourceRef[]) =>
    (await Promise.all(all.map((ref) => kube.get(ref)))).every((object) => object === undefined) || undefined;
  await waitUntil('the chain is torn down', () => isGone(...refs), 180_000);
  const ref = { apiVersion: 'v1', kind: 'Namespace', name: namespace };
  await kube.delete(ref);
  await waitUntil(`namespace ${namespace} is gone`, () => isGone(ref), 60_000);
}

interface Followed {
  readonly what: string;
  until(status: OptimismNetworkStatus): boolean;
  readonly timeoutSeconds: number;
}

async function follow(
  { chain, progress }: Stage,
  told: Set<string>,
  { what, until, timeoutSeconds }: Followed,
): Promise<OptimismNetworkStatus> {
  return waitUntil(
    what,
    async () => {
      const status = await chain.status();
      for (const step of status.plan?.steps ?? []) {
        const id = `${status.plan?.hash} ${step.id} ${step.state}`;
        if (told.has(id) || step.state === 'Pending' || step.state === 'Running') continue;
        told.add(id);
        if (step.state === 'Waiting') progress.detail(`${step.id} …`);
        else progress.step(`${step.id}: ${step.message ?? step.state}`);
      }
      if (until(status)) return status;
      throw new Error(
        `OptimismNetwork ${NETWORK} is ${status.phase ?? 'not reported yet'}: ${status.conditions?.find(({ type }) => type === 'Ready')?.message ?? ''}`,
      );
    },
    timeoutSeconds * 1000,
  );
}
