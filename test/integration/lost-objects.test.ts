/** Objects that somebody deletes while the plan that has applied them still waits for them. */
import { describe, expect, inject, it } from 'vitest';
import type { OptimismNetworkStatus } from '../../src/api/optimism-network.ts';
import { kubectl } from '../api/kubectl.ts';
import { auditOf, operatorEvents, read } from './cluster-objects.ts';
import { expectFairPlay, useDevnet } from './devnet.ts';
import { PATIENCE_MS, waitForStatus } from './plans-in-status.ts';

const REPLICA = 'devnet-replica';

describe('a StatefulSet that is deleted', { timeout: 2 * PATIENCE_MS }, () => {
  const use = useDevnet('lost');

  it('while its install waits for its pods is put back by a plan for what is left, and nobody is asked', async () => {
    const devnet = use();
    const { chain, namespace } = devnet;
    const mend = chain.runner.fault.neverReady(`${REPLICA}-0/op-node`);
    await chain.apply(...chain.resources);
    await waitForStatus(devnet, 'the install waits for the replica', ({ plan }) => isAwaited(plan), 2 * PATIENCE_MS);
    const before = (await read(devnet, 'StatefulSet', REPLICA)).metadata.uid;
    await kubectl(inject('kubeconfigPath'), '-n', namespace, 'delete', 'statefulset', REPLICA);
    const deletedAt = Date.now();
    const next = await waitForStatus(devnet, 'the next plan waits for it', ({ plan, history = [] }) => {
      return history.length === 1 && isAwaited(plan);
    });
    expect(Date.now() - deletedAt).toBeLessThan(60_000);
    expect((await read(devnet, 'StatefulSet', REPLICA)).metadata.uid).not.toBe(before);
    expect(next.plan?.steps?.map(({ component }) => component)).not.toContain('OpBatcher/devnet-batcher');
    mend();
    const status = await waitForStatus(devnet, 'it is Ready', ({ phase }) => phase === 'Ready');
    expect(status.history?.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
      'install completed',
      'install lookAgain',
    ]);
    expect((await auditOf(devnet)).records.filter(({ type }) => type === 'stepFailed')).toMatchObject([
      { outcome: 'ObjectLost', details: { message: expect.stringContaining(`StatefulSet ${REPLICA} is gone`) } },
    ]);
    expect((await operatorEvents(devnet)).map(({ reason }) => reason)).not.toContain('Halted');
    expectFairPlay(devnet);
  });
});

function isAwaited(plan: OptimismNetworkStatus['plan']): boolean {
  const step = plan?.steps?.find(
    ({ action, component }) => action === 'applyComponent' && component === `OpNode/${REPLICA}`,
  );
  return step?.state === 'Waiting' && step.message !== undefined && !step.message.includes('does not exist');
}
