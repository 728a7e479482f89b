import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'opstack-kubeconfig-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
let written = 0;

/** Writes a kubeconfig for a server that speaks plain HTTP; returns its path. It goes with this process. */
export async function kubeconfigFor(server: string, user: object = {}, cluster: object = {}): Promise<string> {
  written += 1;
  const path = join(folder, `config-${written}`);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    // Without this the library refuses plain HTTP.
    clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true, ...cluster } }],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}
