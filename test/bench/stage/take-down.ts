/** A network that was measured goes, so that the next one is measured alone. */
import type { ResourceRef } from '../../../src/kube/index.ts';
import { waitUntil } from '../../devnet/servers/wait-until.ts';
import type { BenchNetwork } from './networks.ts';
import type { ServerStage } from './servers.ts';

const PATIENCE_MS = 120_000;

export async function takeDown({ kube, temporal }: ServerStage, { resources, entityId }: BenchNetwork): Promise<void> {
  const refs = resources.map(
    ({ apiVersion, kind, metadata: { namespace, name } }): ResourceRef => ({ apiVersion, kind, namespace, name }),
  );
  for (const ref of refs) await kube.delete(ref);
  await waitUntil(
    `${entityId} has ended`,
    async () => ((await temporal.workflow.getHandle(entityId).describe()).status.name === 'RUNNING' ? undefined : true),
    PATIENCE_MS,
  );
}
