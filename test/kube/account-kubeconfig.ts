/** A kubeconfig with which to be a service account and nobody else. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { kubectl } from '../api/kubectl.ts';
import { kubeconfig } from '../devnet/servers/kubeconfig.ts';

/** @returns path of the file, in `dir` */
export async function accountKubeconfig(account: string, namespace: string, dir: string): Promise<string> {
  const token = (await kubectl(inject('kubeconfigPath'), 'create', 'token', account, '-n', namespace)).trim();
  const cluster = { server: inject('kubeServer'), ca: await readFile(inject('kubeCaFile'), 'utf8') };
  const path = join(dir, `${account}.kubeconfig`);
  await writeFile(path, kubeconfig(cluster, account, { token }), { mode: 0o600 });
  return path;
}
