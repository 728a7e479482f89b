import type { WorkflowHandle } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { NETWORK } from '../devnet/chain.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { patch } from './cluster-objects.ts';
import { useDevnet } from './devnet.ts';

/** A healthy network needs years for this; the server is told to suggest it early. */
const SUGGEST_AFTER_EVENTS = 120;

describe('an entity whose history has grown', () => {
  const devnet = useDevnet('again', {
    temporalConfig: { 'limit.historyCount.suggestContinueAsNew': SUGGEST_AFTER_EVENTS },
  });

  it('starts a fresh run at an idle moment and keeps what people have decided', async () => {
    const { chain, temporal, entityId, namespace } = devnet();
    // Nothing is rolled out while its Secret is missing, so every look is idle right after.
    await chain.kube.delete({ apiVersion: 'v1', kind: 'Secret', namespace, name: 'devnet-keys' });
    await chain.apply(...chain.resources);
    await chain.waitForPhase('Invalid');
    const entity = temporal.workflow.getHandle(entityId);
    const { runId } = await entity.describe();
    await entity.executeUpdate('pauseRollout', { args: [{ by: 'ana', reason: 'maintenance' }] });
    const next = await waitUntil(
      'a fresh run',
      async () => {
        await entity.signal('poke', { cluster: namespace, network: `${namespace}/${NETWORK}`, reason: 'test' });
        const now = await entity.describe();
        return now.runId === runId ? undefined : now;
      },
      120_000,
    );
    expect(next.status.name).toBe('RUNNING');
    expect(next.historyLength).toBeLessThan(SUGGEST_AFTER_EVENTS);
    await waitUntil('the fresh run has looked', () => isPaused(entity));
    await entity.terminate('by hand, in a test');
    const annotations = { 'optimism.io/comment': 'wakes the watcher' };
    await patch(devnet(), 'OptimismNetwork', NETWORK, { metadata: { annotations } });
    await waitUntil('the entity that follows the terminated one knows it too', () => isPaused(entity), 120_000);
  });
});

async function isPaused(entity: WorkflowHandle): Promise<true | undefined> {
  const status = await entity.query<{ paused: boolean; problems: unknown[] }>('status');
  return (status.problems.length > 0 && status.paused) || undefined;
}
