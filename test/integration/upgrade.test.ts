/**
 * Upgrades of a whole chain, with two sequencers on machines of their own and a replica of two pods: asked for, approved
 * in each of the three ways, and played in the order that keeps the chain going.
 */
import { describe, expect, it } from 'vitest';
import { SIGNALS, UPDATES } from '../../src/contract/messages.ts';
import { NETWORK } from '../devnet/chain.ts';
import type { PodRunner } from '../devnet/kubelet/pod-runner.ts';
import type { LedgerEvent } from '../devnet/ledger/events.ts';
import { handOverGaps, replacedBlocks, sequencerMoves } from '../devnet/referee/block-production.ts';
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
/** Canary first, who sends last. The challenger has no part in the ledger: its pod says when it came. */
const ORDER = [`${REPLICA}-1`, `${REPLICA}-0`, `${STANDBY}-0`, `${ACTIVE}-0`, `${BATCHER}-0`, `${PROPOSER}-0`];
const UPGRADED = { kind: 'upgrade', outcome: 'completed' };
/** Of a history that people read: six events for each step, as in an install. */
const MOST_EVENTS = 160;

describe('an upgrade of a whole chain', { timeout: 3 * PATIENCE_MS }, () => {
  const use = useDevnet('upgrade', { whole: true });
  let machine: PodRunner;

  /** Older than release u17 has them: u17 and u18 have the same op-batcher and op-proposer. */
  const older = { opBatcher: { tag: 'v1.16.6' }, opProposer: { tag: 'v1.16.1' } };
  const network = (devnet: Devnet, release: string, images?: object) =>
    networkOfTwo(devnet, { release, ...(images ? { images } : {}) });

  it('begins with a chain on release u17', async () => {
    const devnet = use();
    const { chain } = devnet;
    machine = await chain.addNode(`second-${devnet.namespace}`);
    const plan = await planAfter(devnet, () =>
      chain.apply(
        network(devnet, 'u17', older),
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

  /** Plays what is proposed, and @returns its past and the ledger's events meanwhile. */
  async function upgraded(devnet: Devnet, approve: (hash: string) => Promise<unknown>) {
    const { chain } = devnet;
    const before = await podUids(devnet);
    const proposed = await waitForProposal(devnet);
    expect(proposed).toMatchObject({ kind: 'upgrade' });
    expect(await podUids(devnet)).toEqual(before);
    const from = chain.referee.events().length;
    const plan = await planAfter(devnet, () => approve(proposed.hash));
    expect(plan).toMatchObject({ ...UPGRADED, hash: proposed.hash });
    const after = await podUids(devnet);
    for (const pod of [...ORDER, `${CHALLENGER}-0`]) expect(after[pod], pod).not.toBe(before[pod]);
    return { proposed, plan, events: chain.referee.events().slice(from) };
  }

  async function expectInOrder(devnet: Devnet, events: readonly LedgerEvent[]): Promise<void> {
    const started = (pod: string) =>
      events.find(
        ({ node, type }) =>
          node.endsWith(`/${pod}`) && ['node-started', 'batcher-started', 'proposer-started'].includes(type),
      )?.at ?? Number.NaN;
    const challenger = (await readAll(devnet, 'Pod')).find(({ metadata }) => metadata.name === `${CHALLENGER}-0`);
    const times = [...ORDER.map(started), Date.parse(String(challenger?.metadata['creationTimestamp'])) + 999];
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(sequencerMoves(events)).toEqual([
      `${ACTIVE} stopped by rpc`,
      `${STANDBY} started by rpc`,
      `${STANDBY} stopped by rpc`,
      `${ACTIVE} started by rpc`,
    ]);
    // The standby takes over when it has the new version, and before the former one restarts; the batcher comes after both.
    const handOvers = events.flatMap(({ type, at }) => (type === 'sequencer-started' ? [at] : []));
    const [out = Number.NaN, back = Number.NaN] = handOvers;
    const [standby = 0, former = 0, batcher = 0] = [`${STANDBY}-0`, `${ACTIVE}-0`, `${BATCHER}-0`].map(started);
    expect([standby, out, former, back, batcher]).toEqual([standby, out, former, back, batcher].sort((a, b) => a - b));
    const gaps = handOverGaps(events);
    console.info(`seconds between the blocks of two sequencers: ${gaps.join(', ')}`);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2);
    expect(replacedBlocks(events)).toEqual([]);
    expectFairPlay(devnet);
  }

  async function expectHistory(devnet: Devnet, number: number, steps: number): Promise<void> {
    const events = await historyLength(devnet, `${devnet.entityId}/upgrade-${number}`);
    console.info(`upgrade ${number}: ${steps} steps, ${events} events of history`);
    expect(events).toBeLessThanOrEqual(MOST_EVENTS);
  }

  it('moves nothing before it is approved, by an annotation here, and takes every component to release u18', async () => {
    const devnet = use();
    await devnet.chain.apply(network(devnet, 'u18'));
    const { proposed, events } = await upgraded(devnet, (hash) =>
      patch(devnet, 'OptimismNetwork', NETWORK, {
        metadata: { annotations: { 'optimism.io/approve': hash, 'optimism.io/approver': 'ana' } },
      }),
    );
    expect(proposed.summary).toContain('u17 → u18');
    expect(proposed.gapExpectedSeconds ?? 0).toBe(0);
    await expectInOrder(devnet, events);
    await expectHistory(devnet, 1, proposed.steps?.length ?? 0);
    expect(Object.values(await nodeVersions(devnet))).toEqual(Array(4).fill('v1.18.2'));
    expect(await imageTags(devnet)).toMatchObject({
      [`${ACTIVE}-0/op-geth`]: 'v1.101702.2',
      [`${BATCHER}-0/op-batcher`]: 'v1.16.7',
      [`${PROPOSER}-0/op-proposer`]: 'v1.16.2',
      [`${CHALLENGER}-0/op-challenger`]: 'v1.8.0',
    });
    expect((await devnet.chain.status()).release).toBe('u18');
  });

  it('may be approved by a signal: other images than those of the release', async () => {
    const devnet = use();
    await devnet.chain.apply(network(devnet, 'u18', tags(3)));
    const { events } = await upgraded(devnet, (plan) =>
      devnet.temporal.workflow.getHandle(devnet.entityId).signal(SIGNALS.approve, { plan, approver: 'ben' }),
    );
    await expectInOrder(devnet, events);
    await expectHistory(devnet, 2, 0);
    expect(Object.values(await nodeVersions(devnet))).toEqual(Array(4).fill('v1.18.3'));
  });

  it('may be approved by an update, which answers', async () => {
    const devnet = use();
    await devnet.chain.apply(network(devnet, 'u18', tags(4)));
    const { events } = await upgraded(devnet, async (plan) =>
      expect(
        await devnet.temporal.workflow
          .getHandle(devnet.entityId)
          .executeUpdate(UPDATES.approvePlan, { args: [{ plan, approver: 'cleo' }] }),
      ).toBe('accepted'),
    );
    await expectInOrder(devnet, events);
    await expectHistory(devnet, 3, 0);
    expect(Object.values(await nodeVersions(devnet))).toEqual(Array(4).fill('v1.18.4'));
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

/** Programs of the next patch, each with its own tag. */
function tags(patchNumber: number): object {
  return {
    opNode: { tag: `v1.18.${patchNumber}` },
    opGeth: { tag: `v1.101702.${patchNumber}` },
    opBatcher: { tag: `v1.16.${patchNumber + 5}` },
    opProposer: { tag: `v1.16.${patchNumber}` },
    opChallenger: { tag: `v1.8.${patchNumber}` },
  };
}
