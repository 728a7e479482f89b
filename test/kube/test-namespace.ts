import { randomBytes } from 'node:crypto';
import type { KubeClient } from '../../src/kube/index.ts';

/** Creates a namespace of its own for a test file. */
export async function createTestNamespace(client: KubeClient, prefix: string): Promise<string> {
  const name = `${prefix}-${randomBytes(4).toString('hex')}`;
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return name;
}
