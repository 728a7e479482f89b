/** Objects that somebody deletes: while the plan that has applied them still waits for them, or with what is in them. */
import { describe, expect, inject, it } from 'vitest';
import type { OptimismNetworkStatus } from '../../src/api/optimism-network.ts';
import { kubectl } from '../api/kubectl.ts';
import { opstack } from '../cli/run-opstack.ts';
import { NETWORK } from '../devnet/chain.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { auditOf, operatorEvents, podUids, read, resource } from './cluster-objects.ts';
import { expectFairPlay, useDevnet } from './devnet.ts';
import { PATIENCE_MS, planAfter, waitForStatus } from './plans-in-status.ts';

const SEQUENCER = 'devnet-sequencer';
const REPLICA = 'devnet-replica';

describe('what is deleted', { timeout: 2 * PATIENCE_MS }, () => {
  const use = useDevnet('lost');

  it('as a StatefulSet while its install waits for its pods is put back by a plan for what is left, and nobody is asked', async () => {
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

  it('as the volume of the sequencer takes no block away that the replica has, until a person gives it up', async () => {
    const devnet = use();
    const { chain, namespace } = devnet;
    const delete_ = (...what: string[]) => kubectl(inject('kubeconfigPath'), '-n', namespace, 'delete', ...what);
    // No batch comes any more: what is made from now on is on no L1.
    const mend = chain.faults.pod('devnet-batcher-0').stallBatcher();
    await waitForStatus(devnet, 'blocks are only on nodes', ({ health }) => {
      const { unsafe, safe } = health ?? {};
      return unsafe !== undefined && safe !== undefined && unsafe.number > safe.number + 5;
    });
    await chain.apply(resource(devnet, NETWORK, { paused: true }));
    await waitForStatus(devnet, 'it is paused', ({ phase }) => phase === 'Paused');
    await delete_('statefulset', SEQUENCER);
    await waitUntil('its pod is gone', async () => (`${SEQUENCER}-0` in (await podUids(devnet)) ? undefined : true));
    await delete_('pvc', `data-${SEQUENCER}-0`);
    await chain.apply(resource(devnet, NETWORK));
    const { plan } = await waitForStatus(devnet, 'it says who has newer blocks', ({ plan: now }) =>
      AHEAD.test(waitingMessage(now)),
    );
    const [, newest, head = ''] = AHEAD.exec(waitingMessage(plan)) ?? [];
    expect(plan).toMatchObject({ kind: 'drift' });
    expect(Number(newest)).toBeGreaterThan(Number(head));
    expect(waitingMessage(plan)).toContain(`opstack give-up-blocks ${NETWORK} ${head} --reason`);
    const say = (...words: string[]) =>
      opstack([
        ...words,
        '--reason',
        'the disk is lost',
        '--yes',
        '--kubeconfig',
        inject('kubeconfigPath'),
        '-n',
        namespace,
      ]);
    // That another one is off says nothing of these blocks.
    await say('confirm-fenced', NETWORK, 'foreign-sequencer');
    await waitForStatus(devnet, 'it says so', ({ plan: now }) => /gives no blocks up/.test(waitingMessage(now)));
    // The batcher still holds them, and would bring them to L1.
    await delete_('pod', 'devnet-batcher-0');
    const done = await planAfter(devnet, () => say('give-up-blocks', NETWORK, head));
    mend();
    expect(done).toMatchObject({ kind: 'drift', outcome: 'completed' });
    const { records } = await auditOf(devnet);
    expect(records.filter(({ type }) => type === 'blocksGivenUp')).toHaveLength(1);
    await waitForStatus(
      devnet,
      'the replica has come over to the new blocks',
      ({ health }) => health?.class === 'Healthy',
    );
    for (const violation of chain.referee.violations()) {
      const [, replaced, left] = GIVEN_UP.exec(violation) ?? [];
      expect(Number(replaced ?? left), violation).toBeGreaterThan(Number(head));
    }
  });
});

/** What the referee says of blocks that are lost, and of the replica that had them. */
const GIVEN_UP = /^(?:block (\d+) of \S+ .* was replaced|\S+-replica-0 left a fork at \S+: (\d+) )/;
const AHEAD = /devnet-replica-0 has block ([\d,]+), and devnet-sequencer-0 stands at ([\d,]+)/;

/** Without commas in numbers. */
function waitingMessage(plan: OptimismNetworkStatus['plan']): string {
  return (plan?.steps?.find(({ state }) => state === 'Waiting')?.message ?? '').replaceAll(/(\d),(?=\d{3})/g, '$1');
}

function isAwaited(plan: OptimismNetworkStatus['plan']): boolean {
  const step = plan?.steps?.find(
    ({ action, component }) => action === 'applyComponent' && component === `OpNode/${REPLICA}`,
  );
  return step?.state === 'Waiting' && step.message !== undefined && !step.message.includes('does not exist');
}
