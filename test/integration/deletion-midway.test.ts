/** Deletion of a network while a plan of it runs, waits or has halted. */
import { beforeEach, describe, it } from 'vitest';
import { NETWORK } from '../devnet/chain.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { readAll, resource } from './cluster-objects.ts';
import { allGone, deleteAll } from './deletion-of-all.ts';
import { type Devnet, entityEnded, expectFairPlay, useDevnet } from './devnet.ts';

describe('deletion', { timeout: 400_000 }, () => {
  const devnetOf = useDevnet('midway');
  let devnet: Devnet;

  beforeEach(() => {
    devnet = devnetOf();
  });

  it('in the middle of an install ends the install at its next safe point, and takes down what is there', async () => {
    await devnet.chain.apply(...devnet.chain.resources);
    await waitUntil(
      'the sequencer pod exists',
      async () => ((await readAll(devnet, 'Pod')).length > 0 ? true : undefined),
      120_000,
    );
    await deleteAll(devnet, 'Orphan');
    await allGone(devnet);
    await entityEnded(devnet);
    expectFairPlay(devnet);
  });

  it('while a plan waits for approval leaves nothing behind, not even what was stored for the plan', async () => {
    await devnet.chain.apply(
      ...devnet.chain.resources.map((object) =>
        object.kind === 'OptimismNetwork' ? resource(devnet, NETWORK, { approval: { install: 'Required' } }) : object,
      ),
    );
    await devnet.chain.waitForPhase('AwaitingApproval', 120_000);
    await deleteAll(devnet, 'Background');
    await allGone(devnet);
    await entityEnded(devnet);
  });

  it('while a plan is halted', async () => {
    const undo = devnet.chain.runner.fault.imageMissing('op-batcher');
    try {
      await devnet.chain.apply(
        ...devnet.chain.resources.map((object) =>
          object.kind === 'OptimismNetwork'
            ? resource(devnet, NETWORK, { rollout: { gates: { engineReady: { timeout: '20s' } } } })
            : object,
        ),
      );
      await devnet.chain.waitForPhase('Halted', 240_000);
      await deleteAll(devnet, 'Background');
      await allGone(devnet);
      await entityEnded(devnet);
      expectFairPlay(devnet);
    } finally {
      undo();
    }
  });
});
