/** Everyday: an install, changes that a person approves, halts, skips and vouches for, and a teardown. */
import { SIGNALS, UPDATES } from '../../../src/contract/messages.ts';
import { NETWORK } from '../../devnet/chain.ts';
import { waitUntil } from '../../devnet/servers/wait-until.ts';
import { remove, resource } from '../../integration/cluster-objects.ts';
import { BY, type Recording } from '../recording.ts';

export async function recordChanges({ devnet, entity, save }: Recording): Promise<void> {
  const { chain, entityId } = devnet;
  await chain.apply(...chain.resources);
  await chain.waitForPhase('Ready', 300_000);
  await save('install', `${entityId}/install-1`);

  // From now on changes ask, and pods are given up soon.
  await chain.apply(
    resource(devnet, NETWORK, {
      approval: { change: 'Required' },
      rollout: { gates: { engineReady: { timeout: '15s' } } },
    }),
  );
  const undo = chain.runner.fault.neverReady('devnet-batcher');
  await chain.apply(resource(devnet, 'devnet-batcher', { maxChannelDuration: 3 }));
  const { plan } = await chain.waitForPhase('AwaitingApproval', 120_000);
  await save('entity-awaiting-approval', entityId);
  await entity.signal(SIGNALS.approve, { plan: plan?.hash, approver: BY });
  const { plan: halted } = await chain.waitForPhase('Halted', 180_000);
  await save('change-halted', halted?.workflowId ?? '');
  undo();
  await entity.signal(SIGNALS.retry, { by: BY, reason: 'the fault is gone' });
  await chain.waitForPhase('Ready', 180_000);
  await save('change-approved-halted-retried', halted?.workflowId ?? '');

  const thaw = chain.faults.pod('devnet-replica-0').freezeDerivation();
  const env = [{ name: 'OP_NODE_L1_EPOCH_POLL_INTERVAL', value: '8s' }];
  await chain.apply(resource(devnet, 'devnet-replica', { consensus: { env } }));
  const { plan: second } = await chain.waitForPhase('AwaitingApproval', 120_000);
  await entity.signal(SIGNALS.approve, { plan: second?.hash, approver: BY });
  const waiting = await waitUntil(
    'a gate waits',
    async () => {
      const { plan: running } = await chain.status();
      const waits = running?.steps?.some(({ gates, state }) => gates?.includes('node-synced') && state === 'Waiting');
      return waits ? running : undefined;
    },
    120_000,
  );
  // The first is refused by the plan, which is at another gate.
  for (const gate of ['batching', 'node-synced'])
    await entity.executeUpdate(UPDATES.skipGate, { args: [{ gate, by: BY, reason: 'recorded' }] }).catch(() => {});
  await chain.waitForPhase('Ready', 180_000);
  await save('change-gate-skipped', waiting.workflowId ?? '');
  thaw();

  // One that was stopped waits for whoever may be in its place.
  for (const stopped of [true, false]) {
    await chain.apply(resource(devnet, 'devnet-batcher', { maxChannelDuration: 3, stopped }));
    const { plan: change } = await chain.waitForPhase('AwaitingApproval', 120_000);
    await entity.signal(SIGNALS.approve, { plan: change?.hash, approver: BY });
    if (stopped) await chain.waitForPhase('Ready', 180_000);
  }
  const asks = await waitUntil(
    'the gate about other batchers waits',
    async () => {
      const { plan: running } = await chain.status();
      const waits = running?.steps?.some(({ gates, message = '' }) => gates?.includes('no-foreign-batcher') && message);
      return waits ? running : undefined;
    },
    120_000,
  );
  // The first is refused by the plan, which asks for the second.
  for (const node of ['devnet-batcher', 'foreign-batcher'])
    await entity.executeUpdate(UPDATES.confirmFenced, { args: [{ node, by: BY, reason: 'recorded' }] }).catch(() => {});
  await chain.waitForPhase('Ready', 180_000);
  await save('change-fencing-confirmed', asks.workflowId ?? '');

  for (const { kind, metadata } of chain.resources) await remove(devnet, kind as 'OptimismNetwork', metadata.name);
  await waitUntil(
    'the entity has ended',
    async () => ((await entity.describe()).status.name === 'COMPLETED' ? true : undefined),
    240_000,
  );
  await save('entity-whole-life', entityId);
  await save('teardown', `${entityId}/teardown-6`);
}
