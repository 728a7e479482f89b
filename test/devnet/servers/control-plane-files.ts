/** Keys, certificates, tokens and kubeconfigs of a control plane, as files for its programs. */
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kubeconfig } from './kubeconfig.ts';
import { type CertificateAuthority, createAuthority, serviceAccountKeys } from './pki.ts';

const NAMESPACED_NAMES = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];

export interface ControlPlaneFiles {
  authority: CertificateAuthority;
  ca: string;
  caKey: string;
  serving: string;
  servingKey: string;
  accountKey: string;
  accountPublicKey: string;
  tokens: string;
  adminToken: string;
  adminKubeconfig: string;
  managerKubeconfig: string;
}

/** Writes them all under `dir`, readable by their owner only. `server` is the address that the kubeconfigs name. */
export async function writeControlPlaneFiles(options: {
  dir: string;
  server: string;
  /** Address of the service `kubernetes`, which clients inside the cluster use. */
  serviceIp: string;
}): Promise<ControlPlaneFiles> {
  const { dir, server, serviceIp } = options;
  const pki = join(dir, 'pki');
  await mkdir(pki, { recursive: true });
  const save = async (name: string, content: string): Promise<string> => {
    const file = join(pki, name);
    await writeFile(file, content, { mode: 0o600 });
    return file;
  };
  const authority = await createAuthority('op-stack-operator devnet');
  const serving = await authority.server('kube-apiserver', {
    dns: ['localhost', ...NAMESPACED_NAMES, 'kubernetes.default.svc.cluster.local'],
    ip: ['127.0.0.1', serviceIp],
  });
  const accounts = serviceAccountKeys();
  const adminToken = randomBytes(16).toString('hex');
  const managerToken = randomBytes(16).toString('hex');
  const tokens = [`${adminToken},admin,admin,system:masters`, `${managerToken},system:kube-controller-manager,kcm`];
  const cluster = { server, ca: authority.certificate };
  const adminKubeconfig = join(dir, 'admin.kubeconfig');
  await writeFile(adminKubeconfig, kubeconfig(cluster, 'admin', { token: adminToken }), { mode: 0o600 });
  return {
    authority,
    ca: await save('ca.crt', authority.certificate),
    caKey: await save('ca.key', authority.key),
    serving: await save('apiserver.crt', serving.certificate),
    servingKey: await save('apiserver.key', serving.key),
    accountKey: await save('sa.key', accounts.privateKey),
    accountPublicKey: await save('sa.pub', accounts.publicKey),
    tokens: await save('tokens.csv', `${tokens.join('\n')}\n`),
    adminToken,
    adminKubeconfig,
    managerKubeconfig: await save('kcm.kubeconfig', kubeconfig(cluster, 'kcm', { token: managerToken })),
  };
}
