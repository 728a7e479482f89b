/**
 * The cascade modes in which Kubernetes has a say in what goes when, on a whole installed chain that has been changed
 * once, so that there is a render before the last one and keys that only that one names. Background is the default and
 * is played by deletion.test.ts.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { NETWORK } from '../devnet/chain.ts';
import { patch, readAll, resource } from './cluster-objects.ts';
import { allGone, auditIsGone, type Cascade, deleteAll } from './deletion-of-all.ts';
import { type Devnet, entityEnded, expectFairPlay, useDevnet } from './devnet.ts';
import { planAfter } from './plans-in-status.ts';

const REPLICA = 'devnet-replica';
/** A Secret of the user beside those of the devnet. */
const EXTRA = 'devnet-extra';
const CASCADES: readonly Cascade[] = ['Foreground', 'Orphan'];

describe('deletion of a whole chain', { timeout: 400_000 }, () => {
  const devnetOf = useDevnet('cascades');
  let devnet: Devnet;

  beforeEach(() => {
    devnet = devnetOf();
  });

  const putExtra = (interval: string) =>
    devnet.chain.kube.apply(
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: EXTRA, namespace: devnet.namespace },
        ...{ stringData: { interval } },
      },
      { fieldManager: 'kubectl', force: true },
    );

  const copiesOfExtra = async () =>
    (await readAll(devnet, 'Secret')).filter(({ metadata }) => metadata.name.startsWith(`${NETWORK}-${EXTRA}-`));

  it.each(CASCADES)('with cascade %s is one teardown after which nothing is left', async (cascade) => {
    const valueFrom = { secretKeyRef: { name: EXTRA, key: 'interval' } };
    const replica = resource(devnet, REPLICA, {
      consensus: { env: [{ name: 'OP_NODE_L1_EPOCH_POLL_INTERVAL', valueFrom }] },
    });
    await putExtra('5s');
    const others = devnet.chain.resources.filter(({ metadata }) => metadata.name !== REPLICA);
    const installed = await planAfter(devnet, () => devnet.chain.apply(...others, replica));
    expect(installed).toMatchObject({ kind: 'install', outcome: 'completed' });
    const changed = await planAfter(devnet, async () => {
      await putExtra('6s');
      await patch(devnet, 'OpNode', REPLICA, { metadata: { annotations: { 'optimism.io/note': cascade } } });
    });
    expect(changed).toMatchObject({ kind: 'change', outcome: 'completed' });
    expect(await copiesOfExtra(), 'the copy of the render before stays for a pod that may still ask').toHaveLength(2);

    await deleteAll(devnet, cascade);
    await allGone(devnet, new RegExp(`^Secret/${EXTRA}$`));
    await entityEnded(devnet);
    await auditIsGone(devnet);
    expectFairPlay(devnet);
  });
});
