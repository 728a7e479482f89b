/**
 * Upgrades of a whole chain, with two sequencers on machines of their own and a replica of two pods: asked for, approved
 * in each of the three ways, and played in the order that keeps the chain going.
 */
import { describe, expect, it } from 'vitest';
import { SIGNALS, UPDATES } from '../../src/contract/messages.ts';
import { NETWORK } from '../devnet/chain.ts';
import type { PodRunner } from '../devnet/kubelet/pod-runner.ts';
import type { LedgerEvent } from '../devnet/ledger/events.ts';
import { aroundHandOvers, handOverGaps, replacedBlocks, sequencerMoves } from '../devnet/referee/block-production.ts';
import { auditOf, patch, podUids, readAll, resource } from './cluster-objects.ts';
import { type Devnet, expectFairPlay, useDevnet } from './devnet.ts';
import { PATIENCE_MS, planAfter, waitForProposal, waitForStatus } from './plans-in-status.ts';
import { imageTags, nodeVersions } from './running-versions.ts';
import { ACTIVE, activeOn, networkOfTwo, STANDBY, standbyOf } from './two-sequencers.ts';
import { historyLength } from './workflow-history.ts';

const BATCHER = 'devnet-batcher';
const REPLICA = 'devnet-replica';
const PROPOSER = 'devnet-proposer';
const CHALLENGER = 'devnet-challenger';
/** In the order in which they restart: the canary first, and the active sequencer when another one stands in for it. */
const NODES = [`${REPLICA}-1`, `${REPLICA}-0`, `${STANDBY}-0`, `${ACTIVE}-0`];
const SENDERS = [`${BATCHER}-0`, `${PROPOSER}-0`, `${CHALLENGER}-0`];
/** Of release u18, but for an op-node, and then what sends. */
const OF_U18 = { opGeth: { tag: 'v1.101702.2' } };
const SENDERS_OF_U18 = {
  opBatcher: { tag: 'v1.16.7' },
  opProposer: { tag: 'v1.16.2' },
  opChallenger: { tag: 'v1.8.0' },
};
const NEWER_NODES = { ...OF_U18, opNode: { tag: 'v1.18.3' } };
const NEWER_SENDERS = {
  opBatcher: { tag: 'v1.16.8' },
  opProposer: { tag: 'v1.16.3' },
  opChallenger: { tag: 'v1.8.1' },
};
const OWN = {
  releases: [
    { name: 'acme-1', title: 'u18 with our op-node', components: { ...NEWER_NODES, ...SENDERS_OF_U18 } },
    { name: 'acme-2', title: 'all of ours', components: { ...NEWER_NODES, ...NEWER_SENDERS } },
  ].map((release) => ({ ...release, newestFork: 'jovian', contracts: { release: 'op-contracts/v6.0.0' } })),
};
const CATALOGUE = { configMapRef: { name: 'acme-releases', key: 'releases.json' } };
/** Of a history that people read: six events for each step, as in an install. */
const MOST_EVENTS = 160;

describe('an upgrade of a whole chain', { timeout: 3 * PATIENCE_MS }, () => {
  const use = useDevnet('upgrade', { whole: true });
  let machine: PodRunner;

  /** Older than release u17 has them: u17 and u18 have the same op-batcher and op-proposer. */
  const older = { opBatcher: { tag: 'v1.16.6' }, opProposer: { tag: 'v1.16.1' } };
  const network = (devnet: Devnet, release: string, more: object = {}) => networkOfTwo(devnet, { release, ...more });

  it('begins with a chain on release u17', async () => {
    const devnet = use();
    const { chain } = devnet;
    machine = await chain.addNode(`second-${devnet.namespace}`);
    const plan = await planAfter(devnet, () =>
      chain.apply(
        network(devnet, 'u17', { images: older }),
        standbyOf(devnet),
        activeOn(devnet, machine),
        resource(devnet, REPLICA, { replicas: 2 }),
        ...[BATCHER, PROPOSER, CHALLENGER].map((name) => resource(devnet, name)),
      ),
    );
    expect(plan).toMatchObject({ kind: 'install', outcome: 'completed' });
    expect(new Set(Object.values(await nodeVersions(devnet)))).toEqual(new Set(['v1.16.11']));
    expect(await imageTags(devnet)).toMatchObject({
      [`${BATCHER}-0/op-batcher`]: 'v1.16.6',
      [`${CHALLENGER}-0/op-challenger`]: 'v1.7.0',
    });
    expectFairPlay(devnet);
  });

  /** Plays what is proposed, in which each of `order` restarts, one after the other, and nobody else. */
  async function upgraded(devnet: Devnet, order: readonly string[], approve: (hash: string) => Promise<unknown>) {
    const { chain } = devnet;
    const before = await podUids(devnet);
    const proposed = await waitForProposal(devnet);
    expect(proposed).toMatchObject({ kind: 'upgrade' });
    expect(proposed.gapExpectedSeconds ?? 0).toBe(0);
    expect(await podUids(devnet)).toEqual(before);
    const from = chain.referee.events().length;
    const plan = await planAfter(devnet, () => approve(proposed.hash));
    expect(plan).toMatchObject({ kind: 'upgrade', outcome: 'completed', hash: proposed.hash });
    const after = await podUids(devnet);
    expect(
      Object.keys(after)
        .filter((pod) => after[pod] !== before[pod])
        .sort(),
    ).toEqual([...order].sort());
    const events = chain.referee.events().slice(from);
    const starts = await startsOf(devnet, events);
    expect(Object.keys(starts)).toEqual(order);
    expect(replacedBlocks(events)).toEqual([]);
    expectFairPlay(devnet);
    return { proposed, events, starts };
  }

  function expectHandOvers(events: readonly LedgerEvent[], starts: Record<string, number>): void {
    expect(sequencerMoves(events)).toEqual([
      `${ACTIVE} stopped by rpc`,
      `${STANDBY} started by rpc`,
      `${STANDBY} stopped by rpc`,
      `${ACTIVE} started by rpc`,
    ]);
    // The standby takes over when it has the new version and before the former one restarts, which sequences again when
    // that has it too; only then the batcher restarts, which reads from both.
    const [out, back] = events.flatMap(({ type, at }) => (type === 'sequencer-started' ? [at] : []));
    const times = [starts[`${STANDBY}-0`], out, starts[`${ACTIVE}-0`], back, starts[`${BATCHER}-0`] ?? Infinity];
    expect(times).toEqual([...times].sort((one, other) => Number(one) - Number(other)));
    const gaps = handOverGaps(events);
    console.info(`seconds between the last block of a sequencer and the first of the next: ${gaps.join(', ')}`);
    expect(Math.max(...gaps), aroundHandOvers(events).join('\n')).toBeLessThanOrEqual(2);
  }

  async function expectReadable(devnet: Devnet, workflow: string, { steps = [] }: { steps?: unknown[] | undefined }) {
    const events = await historyLength(devnet, `${devnet.entityId}/${workflow}`);
    console.info(`${workflow}: ${steps.length} steps, ${events} events of history`);
    expect(events).toBeLessThanOrEqual(MOST_EVENTS);
  }

  it('moves nothing before it is approved, by an annotation here, and takes every component to release u18', async () => {
    const devnet = use();
    await devnet.chain.apply(network(devnet, 'u18'));
    const { proposed, events, starts } = await upgraded(devnet, [...NODES, ...SENDERS], (hash) =>
      patch(devnet, 'OptimismNetwork', NETWORK, {
        metadata: { annotations: { 'optimism.io/approve': hash, 'optimism.io/approver': 'ana' } },
      }),
    );
    expect(proposed.summary).toContain('u17 → u18');
    expectHandOvers(events, starts);
    await expectReadable(devnet, 'upgrade-2', proposed);
    expect(Object.values(await nodeVersions(devnet))).toEqual(Array(4).fill('v1.18.2'));
    expect(await imageTags(devnet)).toMatchObject({
      [`${ACTIVE}-0/op-geth`]: 'v1.101702.2',
      [`${BATCHER}-0/op-batcher`]: 'v1.16.7',
      [`${PROPOSER}-0/op-proposer`]: 'v1.16.2',
      [`${CHALLENGER}-0/op-challenger`]: 'v1.8.0',
    });
    expect((await devnet.chain.status()).release).toBe('u18');
  });

  it('may be approved by a signal: to a release of the own catalogue, which has another op-node', async () => {
    const devnet = use();
    const { name, key } = CATALOGUE.configMapRef;
    const metadata = { name, namespace: devnet.namespace };
    const data = { [key]: JSON.stringify(OWN) };
    await devnet.chain.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
    await devnet.chain.apply(network(devnet, 'acme-1', { catalogue: CATALOGUE }));
    const { proposed, events, starts } = await upgraded(devnet, NODES, (plan) =>
      devnet.temporal.workflow.getHandle(devnet.entityId).signal(SIGNALS.approve, { plan, approver: 'ben' }),
    );
    expect(proposed.summary).toContain('u18 → acme-1');
    expectHandOvers(events, starts);
    await expectReadable(devnet, 'upgrade-3', proposed);
    expect(Object.values(await nodeVersions(devnet))).toEqual(Array(4).fill('v1.18.3'));
  });

  it('may be approved by an update, which answers: to the next of them, of what sends, and no sequencer is touched', async () => {
    const devnet = use();
    await devnet.chain.apply(network(devnet, 'acme-2', { catalogue: CATALOGUE }));
    const { proposed, events } = await upgraded(devnet, SENDERS, async (plan) =>
      expect(
        await devnet.temporal.workflow
          .getHandle(devnet.entityId)
          .executeUpdate(UPDATES.approvePlan, { args: [{ plan, approver: 'cleo' }] }),
      ).toBe('accepted'),
    );
    expect(proposed.summary).toContain('acme-1 → acme-2');
    expect(sequencerMoves(events)).toEqual([]);
    await expectReadable(devnet, 'upgrade-4', proposed);
    expect(await imageTags(devnet)).toMatchObject({ [`${BATCHER}-0/op-batcher`]: 'v1.16.8' });
    expect((await devnet.chain.status()).release).toBe('acme-2');
  });

  it('leaves on record who has approved what, and how it went, and a chain that is healthy', async () => {
    const devnet = use();
    const { history = [] } = await waitForStatus(
      devnet,
      'it is healthy',
      ({ health, phase }) => health?.class === 'Healthy' && phase === 'Ready',
    );
    expect(history.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
      ...Array(3).fill('upgrade completed'),
      'install completed',
    ]);
    const { records } = await auditOf(devnet);
    const of = (type: string) => records.filter((record) => record.type === type);
    expect(of('planApproved').map(({ actor, via }) => [actor, via])).toEqual([
      ['policy', 'Policy'],
      ['ana', 'Kubernetes'],
      ['ben', 'Temporal'],
      ['cleo', 'Temporal'],
    ]);
    expect(of('planFinished').map(({ planHash }) => planHash)).toEqual(history.map(({ hash }) => hash).reverse());
  });
});

/** `<pod>` → when it started with the new version, the first one first. Milliseconds. */
async function startsOf(devnet: Devnet, events: readonly LedgerEvent[]): Promise<Record<string, number>> {
  const ofLedger = events.flatMap(({ type, node, at }) =>
    type === 'node-started' || type === 'batcher-started' ? [[node.replace(/^.*\//, ''), at] as const] : [],
  );
  // A challenger has no part in the ledger, and a proposer, which is ready before it has begun, a late one.
  const [first = 0] = events.map(({ at }) => at);
  const ofPods = (await readAll(devnet, 'Pod')).flatMap(({ metadata }) => {
    const at = Date.parse(String(metadata['creationTimestamp'])) + 999;
    return /proposer|challenger/.test(metadata.name) && at > first ? [[metadata.name, at] as const] : [];
  });
  return Object.fromEntries([...ofLedger, ...ofPods].sort(([, one], [, other]) => one - other));
}
