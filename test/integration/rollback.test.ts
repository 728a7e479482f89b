/**
 * An upgrade that fails at its steps that move pods or wait for the chain: the way back ends in the former versions,
 * healthy, without a second sequencer or batcher. By a person's word, and by policy. From every other cut it is played in
 * test/plan/simulated-execution.test.ts; hand-overs that fail are in test/crash/hand-over.test.ts.
 */
import { describe, expect, inject, it } from 'vitest';
import type { OptimismNetworkStatus } from '../../src/api/optimism-network.ts';
import { PROGRAMS } from '../../src/catalogue/releases.ts';
import { UPDATES } from '../../src/contract/messages.ts';
import { opstack } from '../cli/run-opstack.ts';
import { ALL } from '../crash/fault-points.ts';
import { NETWORK } from '../devnet/chain.ts';
import type { PodRunner } from '../devnet/kubelet/pod-runner.ts';
import { handOverGaps, replacedBlocks } from '../devnet/referee/block-production.ts';
import { auditOf, read, remove, resource } from './cluster-objects.ts';
import { type Devnet, expectFairPlay, useDevnet } from './devnet.ts';
import { PATIENCE_MS, planAfter, waitForStatus } from './plans-in-status.ts';
import { conditionOf } from './refusals.ts';
import { imageTags } from './running-versions.ts';
import { ACTIVE, activeOn, networkOfTwo, STANDBY, standbyOf } from './two-sequencers.ts';

const BATCHER = 'devnet-batcher';
const REPLICA = 'devnet-replica';
const PROPOSER = 'devnet-proposer';
const CHALLENGER = 'devnet-challenger';
/** What the upgrade brings; faults of the kubelet are of pods with these. */
const NEWER = {
  opNode: { tag: 'v1.18.3' },
  opBatcher: { tag: 'v1.16.8' },
  opProposer: { tag: 'v1.16.3' },
  opChallenger: { tag: 'v1.8.1' },
};
/** Nothing works for longer than this before a step counts as failed. */
const SHORT = {
  engineReady: { timeout: '25s' },
  nodeSync: { timeout: '25s' },
  sequencing: { timeout: '25s' },
  batching: { safeHeadTimeout: '25s' },
  challenging: { timeout: '25s' },
};

interface Failure {
  /** Where the plan halts: the start of a step's id without its number. */
  readonly at: string;
  /** Breaks something, and @returns how it is mended. */
  readonly cause: (devnet: Devnet, machine: PodRunner) => () => void;
  /** It is the new version that is broken, so that it needs no mending on the way back. */
  readonly stays?: boolean;
}

const FAILURES: Readonly<Record<string, Failure>> = {
  'the image of a replica can not be pulled': {
    at: `apply-component/${REPLICA}`,
    cause: ({ chain }) => chain.runner.fault.imageMissing(newer(REPLICA, 'opNode')),
    stays: true,
  },
  'a replica does not follow the chain': {
    at: `await-node-synced/${REPLICA}`,
    cause: ({ chain }) => {
      const mends = [
        chain.faults.pod(`${REPLICA}-0`).dropGossip(),
        chain.faults.pod(`${REPLICA}-0`).freezeDerivation(),
      ];
      return () => {
        for (const mend of mends) mend();
      };
    },
  },
  'the standby ends as soon as it starts': {
    at: `apply-component/${STANDBY}`,
    cause: ({ chain }) => chain.runner.fault.crashLoop(newer(STANDBY, 'opNode')),
    stays: true,
  },
  'the former sequencer is never ready when it restarts': {
    at: `apply-component/${ACTIVE}`,
    cause: (_, machine) => machine.fault.neverReady(newer(ACTIVE, 'opNode')),
    stays: true,
  },
  'the batcher is never ready': {
    at: `await-pods/${BATCHER}`,
    cause: ({ chain }) => chain.runner.fault.neverReady(newer(BATCHER, 'opBatcher')),
    stays: true,
  },
  'the batcher sends nothing': {
    at: `await-batching/${BATCHER}`,
    cause: ({ chain }) => chain.faults.pod(`${BATCHER}-0`).stallBatcher(),
  },
  'the proposer is never ready': {
    at: `apply-component/${PROPOSER}`,
    cause: ({ chain }) => chain.runner.fault.neverReady(newer(PROPOSER, 'opProposer')),
    stays: true,
  },
  'the image of the challenger can not be pulled': {
    at: `apply-component/${CHALLENGER}`,
    cause: ({ chain }) => chain.runner.fault.imageMissing(newer(CHALLENGER, 'opChallenger')),
    stays: true,
  },
};
/** The others are in `npm run chaos`; a batcher that does not come up is also what the policy goes back from. */
const ALWAYS: readonly string[] = [
  'the image of a replica can not be pulled',
  'the former sequencer is never ready when it restarts',
];

describe('an upgrade that fails', { timeout: 3 * PATIENCE_MS }, () => {
  const use = useDevnet('rollback', { whole: true });
  let machine: PodRunner;
  let former: Record<string, string> = {};

  const network = (devnet: Devnet, images?: object, rollout: object = {}) =>
    networkOfTwo(devnet, {
      ...(images ? { images } : {}),
      rollout: { gates: SHORT, ...rollout },
      approval: { interruptions: 'Automatic', upgrade: 'Automatic' },
    });

  it('refuses the way back of an install, with words', async () => {
    const devnet = use();
    const { chain } = devnet;
    machine = await chain.addNode(`second-${devnet.namespace}`);
    await chain.apply(
      network(devnet),
      standbyOf(devnet),
      activeOn(devnet, machine),
      ...[REPLICA, BATCHER, PROPOSER, CHALLENGER].map((name) => resource(devnet, name)),
    );
    await waitForStatus(devnet, 'it is being installed', isAtWork('Installing'));
    expect(await refusedBack(devnet)).toMatch(
      /^nothing ran in another form before this install: undo what asks for it/,
    );
    await chain.waitForPhase('Ready', PATIENCE_MS);
    former = await imageTags(devnet);
    expect(former[`${ACTIVE}-0/op-node`]).toBe('v1.18.2');
    expectFairPlay(devnet);
  });

  it('refuses the way back where no plan runs, and that of a repair', async () => {
    const devnet = use();
    expect(await refusedBack(devnet)).toBe('no plan is running');
    const undo = devnet.chain.runner.fault.neverReady(`${REPLICA}-0/op-node`);
    await remove(devnet, 'StatefulSet', REPLICA);
    await waitForStatus(devnet, 'it is being repaired', isAtWork('Repairing'));
    const why = await refusedBack(devnet);
    undo();
    expect(why).toMatch(/^a repair brings back what ran before: there is nothing else to go back to/);
    await chainIsReady(devnet);
  });

  for (const [what, failure] of Object.entries(FAILURES)) {
    it.runIf(ALL || ALWAYS.includes(what))(
      `goes back when ${what}, and is Ready when the spec is set back`,
      async () => {
        const devnet = use();
        const { chain } = devnet;
        const from = chain.referee.events().length;
        const mend = failure.cause(devnet, machine);
        await chain.apply(network(devnet, NEWER));
        const halted = await waitForStatus(devnet, 'it halts', ({ phase }) => phase === 'Halted');
        const failed = halted.plan?.steps?.find(({ state }) => state === 'Failed');
        expect(failed?.id.replace(/^\d+-/, '')).toBe(failure.at);
        if (!failure.stays) mend();
        await says(devnet, ['rollback', NETWORK, '--reason', 'it does not come up']);
        const status = await waitForStatus(devnet, 'it is rolled back', ({ phase }) => phase === 'RolledBack');
        await expectFormer(devnet, status);
        expect(Math.max(0, ...handOverGaps(chain.referee.events().slice(from)))).toBeLessThanOrEqual(2);
        expect(replacedBlocks(chain.referee.events())).toEqual([]);
        mend();
        const before = (await chain.status()).history?.[0];
        await chain.apply(network(devnet));
        const ready = await chain.waitForPhase('Ready', PATIENCE_MS);
        expect(ready.history?.[0]).toEqual(before);
        expectFairPlay(devnet);
      },
    );
  }

  it('goes back by itself where the spec says so', async () => {
    const devnet = use();
    const { chain } = devnet;
    const broken = chain.runner.fault.crashLoop(newer(BATCHER, 'opBatcher'));
    await chain.apply(network(devnet, NEWER, { onFailure: 'Rollback' }));
    const status = await waitForStatus(devnet, 'it is rolled back', ({ phase }) => phase === 'RolledBack');
    broken();
    await expectFormer(devnet, status);
    const { records } = await auditOf(devnet);
    expect(records.findLast(({ type }) => type === 'rolledBack')).toMatchObject({ actor: 'policy', via: 'Policy' });
    expectFairPlay(devnet);
  });

  it('is proposed again by retry, the same as before, and succeeds when what was broken is mended', async () => {
    const devnet = use();
    const { chain } = devnet;
    const { history: [, tried] = [] } = await chain.status();
    const images = { ...former };
    const plan = await planAfter(devnet, () => says(devnet, ['retry', NETWORK]));
    expect(plan).toMatchObject({ kind: 'upgrade', outcome: 'completed' });
    expect(plan.summary).toBe(tried?.summary);
    const now = await imageTags(devnet);
    expect(Object.keys(now)).toEqual(Object.keys(images));
    expect(now).toMatchObject({ [`${ACTIVE}-0/op-node`]: 'v1.18.3', [`${BATCHER}-0/op-batcher`]: 'v1.16.8' });
    expectFairPlay(devnet);
  });

  async function expectFormer(devnet: Devnet, { history = [] }: OptimismNetworkStatus): Promise<void> {
    const said = history.slice(0, 2).map(({ summary = '', outcome }) => `${summary.split(':')[0]} ${outcome}`);
    expect(said).toEqual([`roll back upgrade ${NETWORK} completed`, `upgrade ${NETWORK} rolledBack`]);
    expect(await imageTags(devnet)).toEqual(former);
    await conditionOf(devnet, {
      type: 'Ready',
      reason: 'RolledBack',
      says: ['what ran before runs', 'set the spec back', `opstack retry`],
    });
    await waitForStatus(
      devnet,
      'it is healthy',
      ({ health, sequencer }) => health?.class === 'Healthy' && sequencer?.active === ACTIVE,
    );
    expect((await read(devnet, 'ConfigMap', 'devnet-sequencers'))['data']).toEqual({
      [ACTIVE]: 'false',
      [STANDBY]: 'true',
    });
    expectFairPlay(devnet);
  }
});

/** Of the kubelet's faults: a program in its new version. */
function newer(component: string, key: keyof typeof NEWER): RegExp {
  return new RegExp(`^${component}-0/${PROGRAMS[key]} .*:${NEWER[key].tag}$`);
}

function isAtWork(wanted: string): (status: OptimismNetworkStatus) => boolean {
  return ({ phase, plan }) => phase === wanted && plan?.steps?.some(({ state }) => state !== 'Pending') === true;
}

async function chainIsReady(devnet: Devnet): Promise<void> {
  await waitForStatus(devnet, 'it is Ready', ({ phase, health }) => phase === 'Ready' && health?.class === 'Healthy');
}

/** As somebody types it. */
async function says(devnet: Devnet, command: readonly string[]): Promise<void> {
  const { code, err } = await opstack([...command, '--kubeconfig', inject('kubeconfigPath'), '-n', devnet.namespace]);
  expect(code, err).toBe(0);
}

/** What somebody is told who asks for the way back where there is none. */
function refusedBack({ temporal, entityId }: Devnet): Promise<string> {
  return temporal.workflow
    .getHandle(entityId)
    .executeUpdate<string, [unknown]>(UPDATES.rollback, { args: [{ by: 'eve' }] })
    .catch((error: Error & { cause?: Error }) => error.cause?.message ?? '');
}
