/**
 * A real Kubernetes control plane as plain processes on loopback: etcd, kube-apiserver and kube-controller-manager.
 * There is no kubelet and no scheduler: pods stay Pending until somebody plays the kubelet (test/devnet/kubelet).
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { ensureTool } from '../../../tools/toolchain.ts';
import { type ControlPlaneFiles, writeControlPlaneFiles } from './control-plane-files.ts';
import { freePort } from './free-port.ts';
import { kubeconfig } from './kubeconfig.ts';
import { type ManagedProcess, RARE_GARBAGE_COLLECTION, startProcess } from './managed-process.ts';

const SERVICE_CIDR = '10.96.0.0/16';
const KUBERNETES_SERVICE_IP = '10.96.0.1';

export type ControlPlaneProgram = 'etcd' | 'kube-apiserver' | 'kube-controller-manager';

export interface ControlPlane {
  /** https address of the API server. */
  server: string;
  /** kubeconfig of a member of system:masters. */
  kubeconfigPath: string;
  caFile: string;
  adminToken: string;
  /** kubeconfig of any user, authenticated by a client certificate; what it may do is up to RBAC objects. */
  addUser(name: string, groups: readonly string[]): Promise<{ kubeconfigPath: string }>;
  processes: Record<ControlPlaneProgram, ManagedProcess>;
  stop(): Promise<void>;
}

/** Starts the three programs with all their state under `dir`; resolves when the default service account is there. */
export async function startControlPlane(options: { dir: string; log?: (line: string) => void }): Promise<ControlPlane> {
  const { dir, log = () => {} } = options;
  const [etcdPort, apiPort] = [await freePort(), await freePort()];
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const server = `https://127.0.0.1:${apiPort}`;
  const files = await writeControlPlaneFiles({ dir, server, serviceIp: KUBERNETES_SERVICE_IP });
  const agent = new Agent({ connect: { ca: files.authority.certificate } });
  const answers200 = async (url: string): Promise<boolean> => {
    const response = await request(url, {
      dispatcher: agent,
      headers: { authorization: `Bearer ${files.adminToken}` },
      signal: AbortSignal.timeout(5_000),
    });
    await response.body.dump();
    return response.statusCode === 200;
  };

  const started: ManagedProcess[] = [];
  const start = async (name: ControlPlaneProgram, args: string[], readyUrl: string): Promise<ManagedProcess> => {
    const { path } = await ensureTool(name, { onProgress: log });
    const from = performance.now();
    const env = RARE_GARBAGE_COLLECTION;
    const process = await startProcess({ name, command: path, args, dir, env, ready: () => answers200(readyUrl) });
    started.push(process);
    log(`${name} ready in ${((performance.now() - from) / 1000).toFixed(1)} s`);
    return process;
  };
  const stop = async (): Promise<void> => {
    // State is thrown away with the folder, and a graceful end of the API server takes seconds.
    await Promise.all(started.map((process) => process.kill()));
    await agent.destroy();
  };

  try {
    const etcd = await start('etcd', etcdFlags(dir, etcdUrl), `${etcdUrl}/health`);
    const apiServer = await start('kube-apiserver', apiServerFlags(files, etcdUrl, apiPort), `${server}/readyz`);
    const defaultAccount = `${server}/api/v1/namespaces/default/serviceaccounts/default`;
    const controllers = await start('kube-controller-manager', controllerFlags(files), defaultAccount);
    return {
      server,
      kubeconfigPath: files.adminKubeconfig,
      caFile: files.ca,
      adminToken: files.adminToken,
      processes: { etcd, 'kube-apiserver': apiServer, 'kube-controller-manager': controllers },
      stop,
      async addUser(name, groups) {
        const pair = await files.authority.client(name, groups);
        const path = join(dir, `${name.replaceAll(/[^A-Za-z0-9.-]/g, '_')}.kubeconfig`);
        const text = kubeconfig({ server, ca: files.authority.certificate }, name, pair);
        await writeFile(path, text, { mode: 0o600 });
        return { kubeconfigPath: path };
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function etcdFlags(dir: string, url: string): string[] {
  return [
    `--data-dir=${join(dir, 'etcd')}`,
    // What is not written yet when etcd is killed is in the page cache: only a crash of the machine loses it.
    '--unsafe-no-fsync',
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    '--listen-peer-urls=http://127.0.0.1:0',
    '--initial-advertise-peer-urls=http://127.0.0.1:2380',
    '--initial-cluster=default=http://127.0.0.1:2380',
    '--log-level=warn',
  ];
}

function apiServerFlags(files: ControlPlaneFiles, etcdUrl: string, port: number): string[] {
  return [
    `--etcd-servers=${etcdUrl}`,
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    '--endpoint-reconciler-type=none',
    `--tls-cert-file=${files.serving}`,
    `--tls-private-key-file=${files.servingKey}`,
    `--client-ca-file=${files.ca}`,
    `--token-auth-file=${files.tokens}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${files.accountPublicKey}`,
    `--service-account-signing-key-file=${files.accountKey}`,
    `--service-cluster-ip-range=${SERVICE_CIDR}`,
    '--allow-privileged=true',
    '--anonymous-auth=false',
    '--profiling=false',
  ];
}

function controllerFlags(files: ControlPlaneFiles): string[] {
  return [
    `--kubeconfig=${files.managerKubeconfig}`,
    '--secure-port=0',
    '--leader-elect=false',
    '--use-service-account-credentials=true',
    // With the default of 20 requests a second the first service account takes 5 s instead of 1 s.
    '--kube-api-qps=500',
    '--kube-api-burst=1000',
    `--service-account-private-key-file=${files.accountKey}`,
    `--root-ca-file=${files.ca}`,
    `--cluster-signing-cert-file=${files.ca}`,
    `--cluster-signing-key-file=${files.caKey}`,
    '--profiling=false',
  ];
}
