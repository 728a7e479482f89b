import { describe, expect, it } from 'vitest';
import { QUERIES } from '../../src/contract/messages.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { NETWORK } from '../devnet/chain.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { API_VERSIONS, managedVersions, resource } from './cluster-objects.ts';
import { type Devnet, expectFairPlay, useDevnet } from './devnet.ts';
import { PATIENCE_MS, planAfter, waitForStatus } from './plans-in-status.ts';
import { historyLength } from './workflow-history.ts';

/** As many as an hour has at the default interval of 30 seconds. Here one is made every second, the shortest interval. */
const PROBES = 120;
const SEQUENCER = 'devnet-sequencer';

describe('an idle network', { timeout: 3 * PATIENCE_MS }, () => {
  const use = useDevnet('idle');

  it('starts Ready, with a probe every second', async () => {
    const devnet = use();
    const network = resource(devnet, NETWORK, { probeInterval: '1s' });
    const others = devnet.chain.resources.filter(({ kind }) => kind !== 'OptimismNetwork');
    expect(await planAfter(devnet, () => devnet.chain.apply(network, ...others))).toMatchObject({
      kind: 'install',
      outcome: 'completed',
    });
    await waitForStatus(devnet, 'its health is known', ({ health }) => health?.class === 'Healthy');
  });

  it('adds nothing to history while it is probed, and writes what it sees at most once a minute and object', async () => {
    const devnet = use();
    const { chain, entityId } = devnet;
    await isObserved(devnet);
    const before = {
      events: await historyLength(devnet, entityId),
      revision: await revisionOf(devnet),
      head: headOf(devnet),
      objects: await managedVersions(devnet),
    };
    const writes = await countWrites(devnet, async () => {
      const first = await probes(devnet);
      await waitUntil(
        `${PROBES} probes`,
        async () => ((await probes(devnet)) >= first + PROBES ? true : undefined),
        2 * PATIENCE_MS,
      );
    });
    expect(await historyLength(devnet, entityId)).toBe(before.events);
    expect(await revisionOf(devnet)).toBe(before.revision);
    expect(headOf(devnet)).toBeGreaterThan(before.head + PROBES / 2);
    expect(await managedVersions(devnet)).toEqual(before.objects);
    expect([...writes.counts].filter(([, count]) => count > Math.ceil(writes.seconds / 60))).toEqual([]);
    expect([...writes.counts.keys()].sort()).toEqual([
      'OpBatcher/devnet-batcher',
      'OpNode/devnet-replica',
      'OpNode/devnet-sequencer',
      'OptimismNetwork/devnet',
    ]);
    expect((await chain.status()).phase).toBe('Ready');
    expectFairPlay(devnet);
  });

  it('makes the same plan of the same wish while the chain moves', async () => {
    const devnet = use();
    const { chain } = devnet;
    await chain.apply(resource(devnet, SEQUENCER, { consensus: { l1Confirmations: 1 } }));
    const { plan } = await waitForStatus(devnet, 'a plan waits', ({ phase }) => phase === 'AwaitingApproval');
    const head = headOf(devnet);
    for (let look = 0; look < 5; look++) {
      const events = await historyLength(devnet, devnet.entityId);
      const metadata = { annotations: { 'optimism.io/note': `look ${look}` } };
      await chain.kube.mergePatch(
        {
          apiVersion: API_VERSIONS.OptimismNetwork,
          kind: 'OptimismNetwork',
          namespace: devnet.namespace,
          name: NETWORK,
        },
        { metadata },
      );
      await waitUntil(
        'it has looked',
        async () => ((await historyLength(devnet, devnet.entityId)) > events + 6 ? true : undefined),
        PATIENCE_MS,
      );
      const made = chain.ledger.events().length;
      await waitUntil('the chain moves on', () => (chain.ledger.events().length > made + 5 ? true : undefined));
    }
    const now = await chain.status();
    expect(headOf(devnet)).toBeGreaterThan(head);
    expect(now.plan).toMatchObject({ hash: plan?.hash, revision: plan?.revision, createdAt: plan?.createdAt });
    expect(now.phase).toBe('AwaitingApproval');
  });
});

function headOf({ chain }: Devnet): number {
  return chain.referee
    .events()
    .reduce((highest, event) => (event.type === 'block-produced' ? Math.max(highest, event.block.number) : highest), 0);
}

async function revisionOf({ temporal, entityId, chain }: Devnet): Promise<string> {
  const { revision } = await temporal.workflow.getHandle(entityId).query<{ revision: string }>(QUERIES.history);
  expect((await chain.status()).appliedRevision).toBe(revision);
  return revision;
}

async function isObserved({ temporal, entityId }: Devnet): Promise<void> {
  let before: { id: string; attempt: number } | undefined;
  await waitUntil(
    'the entity does nothing but observe',
    async () => {
      const { pendingActivities, pendingChildren } = (await temporal.workflow.getHandle(entityId).describe()).raw;
      const [only, ...others] = pendingActivities ?? [];
      const isAtRest = only?.activityType?.name === 'observe' && others.length === 0 && !pendingChildren?.length;
      const seen = isAtRest ? { id: only.activityId ?? '', attempt: only.attempt ?? 0 } : undefined;
      // The one that watched beside the plan ends a moment after it: this one goes on.
      if (!seen || seen.id !== before?.id) before = seen;
      return (seen && before && seen.attempt >= before.attempt + 2) || undefined;
    },
    PATIENCE_MS,
  );
}

/** Attempts of the one observation that runs. */
async function probes({ temporal, entityId }: Devnet): Promise<number> {
  const { raw } = await temporal.workflow.getHandle(entityId).describe();
  return raw.pendingActivities?.find(({ activityType }) => activityType?.name === 'observe')?.attempt ?? 0;
}

/** How often each of the custom resources was written while something went on. */
async function countWrites(
  { chain, namespace }: Devnet,
  work: () => Promise<void>,
): Promise<{ counts: ReadonlyMap<string, number>; seconds: number }> {
  const stop = new AbortController();
  const counts = new Map<string, number>();
  const watching = Promise.all(
    (['OptimismNetwork', 'OpNode', 'OpBatcher'] as const).map(async (kind) => {
      const type = { apiVersion: API_VERSIONS[kind], kind, namespace };
      const { resourceVersion } = await chain.kube.list<KubeObject>(type);
      for await (const event of await chain.kube.watch(type, {
        resourceVersion,
        serverTimeoutSeconds: 600,
        signal: stop.signal,
      }))
        if (event.type === 'MODIFIED') {
          const key = `${kind}/${event.object.metadata.name}`;
          counts.set(key, (counts.get(key) ?? 0) + 1);
        }
    }),
  ).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  const from = Date.now();
  await work();
  stop.abort();
  await watching;
  return { counts, seconds: (Date.now() - from) / 1000 };
}
