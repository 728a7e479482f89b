/** Deletion: in order, of one component and of all, with nothing left behind. deletion-cascades.test.ts has the other modes, deletion-midway.test.ts that of plans. */
import { beforeEach, describe, expect, it } from 'vitest';
import { FINALIZER } from '../../src/api/names.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { NETWORK } from '../devnet/chain.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { read, readAll, remove, resource } from './cluster-objects.ts';
import { allGone, auditIsGone, deleteAll } from './deletion-of-all.ts';
import { type Devnet, entityEnded, expectFairPlay, useDevnet } from './devnet.ts';
import { footprint } from './refusals.ts';

describe('deletion', { timeout: 400_000 }, () => {
  const devnetOf = useDevnet('deletion');
  let devnet: Devnet;

  beforeEach(() => {
    devnet = devnetOf();
  });

  const install = async () => {
    await devnet.chain.apply(...devnet.chain.resources);
    await devnet.chain.waitForPhase('Ready', 240_000);
  };

  const ledgerTimes = () => {
    const events = devnet.chain.ledger.events();
    const last = (type: string) => events.findLast((event) => event.type === type)?.at ?? Number.NaN;
    return { batcherStopped: last('batcher-stopped'), sequencerStopped: last('sequencer-stopped') };
  };

  it('of everything at once is one teardown: sequencer, then batcher, every block on L1, and at the end nothing is left', async () => {
    await install();
    const { metadata } = await read(devnet, 'OptimismNetwork', NETWORK);
    const from = Date.now();
    await deleteAll(devnet, 'Background');
    await allGone(devnet);
    await entityEnded(devnet);
    await auditIsGone(devnet);
    const { batcherStopped, sequencerStopped } = ledgerTimes();
    expect(sequencerStopped).toBeGreaterThan(from);
    expect(batcherStopped).toBeGreaterThan(sequencerStopped);
    const last = (type: 'block-produced' | 'safe-advanced') =>
      devnet.chain.ledger
        .events()
        .flatMap((event) => (event.type === type ? [event.block.number] : []))
        .at(-1);
    expect(last('safe-advanced')).toBe(last('block-produced'));
    expect(metadata.finalizers).toContain(FINALIZER);
    expectFairPlay(devnet);
  });

  // The fresh sequencer derives what the former one has left on L1: had it left blocks that are not there, other ones
  // would stand in their place.
  it('is followed by a fresh network of the same name, created while the former is still going', async () => {
    await install();
    const former = (await read(devnet, 'OptimismNetwork', NETWORK)).metadata.uid;
    await deleteAll(devnet, 'Background');
    // As `kubectl replace --force` does it: again and again until the name is free.
    for (const object of devnet.chain.resources) {
      await waitUntil(
        `${object.kind} ${object.metadata.name} can be created anew`,
        () => devnet.chain.kube.create(object),
        240_000,
      );
    }
    const { metadata } = await read(devnet, 'OptimismNetwork', NETWORK);
    expect(metadata.uid).not.toBe(former);
    const status = await devnet.chain.waitForPhase('Ready', 240_000);
    expect(status.history?.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual(['install completed']);
    expect(status.components?.map(({ name }) => name).sort()).toEqual([
      'devnet',
      'devnet-batcher',
      'devnet-replica',
      'devnet-sequencer',
    ]);
    expectFairPlay(devnet);
  });

  it('of one component leaves the others untouched, and nothing of it behind', async () => {
    await install();
    const rest = async () =>
      Object.fromEntries(
        Object.entries(await footprint(devnet)).filter(([object]) =>
          /sequencer-0|batcher-0|StatefulSet\/devnet-(sequencer|batcher)/.test(object),
        ),
      );
    const before = await rest();
    await remove(devnet, 'OpNode', 'devnet-replica');
    await waitUntil(
      'the replica is gone',
      async () => ((await readAll(devnet, 'OpNode')).length === 1 ? true : undefined),
      120_000,
    );
    await devnet.chain.waitForPhase('Ready', 120_000);
    await waitUntil(
      'nothing of it is left',
      async () => {
        const left = Object.keys(await footprint(devnet)).filter((object) => object.includes('replica'));
        if (left.length > 0) throw new Error(left.join(', '));
        return true;
      },
      120_000,
    );
    await devnet.chain.waitForPhase('Ready', 120_000);
    expect(await rest()).toEqual(before);
    expect((await devnet.chain.status()).components?.map(({ name }) => name)).not.toContain('devnet-replica');
    expectFairPlay(devnet);
  });

  it('keeps the volumes with deletionPolicy Retain, and comes down with the Secrets gone and in the foreground', async () => {
    await devnet.chain.apply(resource(devnet, NETWORK, { deletionPolicy: 'Retain' }));
    await waitUntil(
      'the policy is seen',
      async () =>
        (await devnet.chain.status()).observedGeneration ===
        (await read(devnet, 'OptimismNetwork', NETWORK)).metadata.generation
          ? true
          : undefined,
      60_000,
    );
    const saved = await Promise.all(['devnet-keys', 'devnet-l1'].map((name) => read(devnet, 'Secret', name)));
    try {
      for (const name of ['devnet-keys', 'devnet-l1']) await remove(devnet, 'Secret', name);
      await deleteAll(devnet, 'Foreground');
      await allGone(devnet, /^PersistentVolumeClaim\/data-devnet-sequencer-0$/);
      await entityEnded(devnet);
      await auditIsGone(devnet);
      expect((await readAll(devnet, 'PersistentVolumeClaim')).map(({ metadata }) => metadata.name)).toEqual([
        'data-devnet-sequencer-0',
      ]);
      expectFairPlay(devnet);
    } finally {
      // Also after a failure: the tests that follow need them.
      for (const { apiVersion, kind, metadata, ...content } of saved as (KubeObject & { data?: object })[]) {
        await devnet.chain.kube.create({
          apiVersion,
          kind,
          metadata: { name: metadata.name, namespace: devnet.namespace },
          ...content,
        });
      }
    }
  });

  it('of a chain whose StatefulSets somebody deletes without their pods ends the pods, in order', async () => {
    await install();
    const from = Date.now();
    await deleteAll(devnet, 'Background');
    const sets = await readAll(devnet, 'StatefulSet');
    for (const { apiVersion, kind, metadata } of sets) {
      const ref = { apiVersion, kind, namespace: devnet.namespace, name: metadata.name };
      await devnet.chain.kube.delete(ref, { propagationPolicy: 'Orphan' });
    }
    expect(sets).toHaveLength(3);
    await allGone(devnet);
    await entityEnded(devnet);
    const { batcherStopped, sequencerStopped } = ledgerTimes();
    expect(sequencerStopped).toBeGreaterThan(from);
    expect(batcherStopped).toBeGreaterThan(sequencerStopped);
    expectFairPlay(devnet);
  });
});
