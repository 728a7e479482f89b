/** The operator's own state in the cluster is lost: nothing of it is worth a restart. */
import { describe, expect, it } from 'vitest';
import { NETWORK } from '../devnet/chain.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { podUids, readAll, remove } from './cluster-objects.ts';
import { type Devnet, expectFairPlay, useDevnet } from './devnet.ts';
import { PATIENCE_MS, planAfter, waitForStatus } from './plans-in-status.ts';

describe('the state of the operator', { timeout: 2 * PATIENCE_MS }, () => {
  const use = useDevnet('lost');

  it('is there when a network is Ready', async () => {
    const devnet = use();
    const plan = await planAfter(devnet, () => devnet.chain.apply(...devnet.chain.resources));
    expect(plan).toMatchObject({ kind: 'install', outcome: 'completed' });
  });

  it('comes back when stored renders are deleted, and nothing moves', async () => {
    const devnet = use();
    const before = await podUids(devnet);
    const names = await storedRenders(devnet);
    for (const name of names) await remove(devnet, 'ConfigMap', name);
    await waitUntil(
      'all renders are stored again',
      async () => ((await storedRenders(devnet)).join() === names.join() ? true : undefined),
      PATIENCE_MS,
    );
    expect(await devnet.chain.status()).toMatchObject({ phase: 'Ready', history: [{ kind: 'install' }] });
    expect(await podUids(devnet)).toEqual(before);
    expectFairPlay(devnet);
  });

  it('comes back when the status has lost its components, and nothing moves', async () => {
    const devnet = use();
    const before = await podUids(devnet);
    const { components = [] } = await devnet.chain.status();
    const renders = (list: typeof components) => list.map(({ name, render }) => `${name} ${render}`).sort();
    const ref = { apiVersion: 'optimism.io/v1alpha1', kind: 'OptimismNetwork', namespace: devnet.namespace };
    await devnet.chain.kube.mergePatch(
      { ...ref, name: NETWORK },
      { status: { components: null } },
      { subresource: 'status', fieldManager: 'somebody' },
    );
    const { history = [] } = await waitForStatus(
      devnet,
      'it is Ready, with all components',
      ({ phase, components: now = [] }) => phase === 'Ready' && now.length === components.length,
    );
    const after = await devnet.chain.status();
    expect(renders(after.components ?? [])).toEqual(renders(components));
    expect(history).toHaveLength(1);
    expect(await podUids(devnet)).toEqual(before);
    expectFairPlay(devnet);
  });

  it('comes back whole when the status was wiped, and nothing moves', async () => {
    const devnet = use();
    const before = await podUids(devnet);
    const said = await devnet.chain.status();
    const wiped = Object.fromEntries(Object.keys(said).map((field) => [field, null]));
    const ref = { apiVersion: 'optimism.io/v1alpha1', kind: 'OptimismNetwork', namespace: devnet.namespace };
    await devnet.chain.kube.mergePatch(
      { ...ref, name: NETWORK },
      { status: wiped },
      { subresource: 'status', fieldManager: 'somebody' },
    );
    // The watcher writes its own condition when it comes to the network next.
    const types = ({ conditions = [] }: typeof said) => conditions.map(({ type }) => type).sort();
    const expected = types(said).filter((type) => type !== 'Orchestrated');
    const status = await waitForStatus(
      devnet,
      'it is Ready, with what it said of itself',
      (now) => now.phase === 'Ready' && expected.every((type) => types(now).some((found) => found === type)),
    );
    expect(status).toMatchObject({
      observedGeneration: said.observedGeneration,
      contracts: { systemConfig: said.contracts?.systemConfig },
      roles: said.roles,
    });
    expect(status.components).toHaveLength(said.components?.length ?? 0);
    expect(await podUids(devnet)).toEqual(before);
    expectFairPlay(devnet);
  });
});

async function storedRenders(devnet: Devnet): Promise<string[]> {
  const maps = await readAll(devnet, 'ConfigMap');
  const stored = maps.filter(({ metadata }) => metadata.labels?.['optimism.io/stores'] === 'render');
  return stored.map(({ metadata }) => metadata.name).sort();
}
