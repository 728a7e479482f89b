/** A hard fork of a running chain: its time is changed, a node that lacks it is named before, and the chain goes through. */
import { describe, expect, it } from 'vitest';
import { ANNOTATIONS } from '../../src/api/names.ts';
import type { OptimismNetworkStatus } from '../../src/api/optimism-network.ts';
import { NETWORK } from '../devnet/chain.ts';
import { operatorEvents, patch, podUids, readAll, remove, resource } from './cluster-objects.ts';
import { type Devnet, expectFairPlay, useDevnet } from './devnet.ts';
import { scheduleJovian } from './jovian.ts';
import { PATIENCE_MS, planAfter, waitForStatus } from './plans-in-status.ts';

const SEQUENCER = 'devnet-sequencer';
const BATCHER = 'devnet-batcher';
const REPLICA = 'devnet-replica';
const DAY = 24 * 3600;

const now = () => Math.floor(Date.now() / 1000);
const isoOf = (time: number) => new Date(time * 1000).toISOString().replace('.000Z', 'Z');

const forkReady = ({ conditions }: OptimismNetworkStatus) => conditions?.find(({ type }) => type === 'ForkReady');

/** Events of the fork, in their order, without their clocks. */
async function told(devnet: Devnet): Promise<string[]> {
  const events = await operatorEvents(devnet);
  return events
    .filter(({ reason, note }) => reason.startsWith('Fork') && note.startsWith('jovian'))
    .map(({ reason, note }) => `${reason} ${note.split(/, at| since/)[0]}`);
}

async function chainConfigOf(devnet: Devnet): Promise<string | undefined> {
  const pods = await readAll(devnet, 'Pod');
  return pods.find(({ metadata }) => metadata.name === `${BATCHER}-0`)?.metadata.annotations?.[ANNOTATIONS.chainConfig];
}

describe('a hard fork', { timeout: 2 * PATIENCE_MS }, () => {
  const use = useDevnet('fork', { files: { isthmusAfterSeconds: 1, jovianAfterSeconds: 20 * DAY } });
  let time = 0;

  it('is counted down from a month before it, by a condition that all nodes are ready', async () => {
    const devnet = use();
    const [network, ...components] = devnet.chain.resources;
    const own = resource(devnet, network?.metadata.name ?? NETWORK, { approval: { interruptions: 'Automatic' } });
    await planAfter(devnet, () => devnet.chain.apply(own, ...components));
    const status = await waitForStatus(devnet, 'the fork is watched', (seen) => forkReady(seen)?.status === 'True');
    expect(forkReady(status)).toMatchObject({
      reason: 'AllNodesReady',
      message: expect.stringMatching(/^jovian in 19 days, at .*\. All nodes \(2\) are ready for it\.$/),
    });
    expect(await told(devnet)).toEqual([]);
  });

  it('halts at the first node that lacks its new time, and names node, place and both times long before', async () => {
    const devnet = use();
    const { chain } = devnet;
    const before = await podUids(devnet);
    const [old, wished] = [chain.files.rollup['jovian_time'] as number, now() + DAY - 60];
    const mend = chain.faults.pod(`${REPLICA}-0`).keepChainConfig();
    await scheduleJovian(devnet, wished);
    const halted = await waitForStatus(devnet, 'the plan is halted', ({ phase }) => phase === 'Halted');
    const why = `by the configuration of the chain jovian is at ${isoOf(wished)} (${wished}), and execution client of ${REPLICA}-0 has ${isoOf(old)} (${old})`;
    const step = halted.plan?.steps?.find(({ state }) => state === 'Failed');
    expect(step).toMatchObject({ gates: ['node-synced', 'fork-ready'], message: expect.stringContaining(why) });
    const seen = await waitForStatus(
      devnet,
      'the condition says so',
      (status) => forkReady(status)?.status === 'False',
    );
    expect(forkReady(seen)).toMatchObject({ reason: 'ForkTimesDiffer', message: expect.stringContaining(why) });
    // The canary restarted, and nobody else.
    const { [`${REPLICA}-0`]: _, ...others } = await podUids(devnet);
    expect(before).toMatchObject(others);
    mend();
    await remove(devnet, 'Pod', `${REPLICA}-0`);
    const retry = { metadata: { annotations: { 'optimism.io/retry': '1' } } };
    const plan = await planAfter(devnet, () => patch(devnet, 'OptimismNetwork', NETWORK, retry));
    expect(plan).toMatchObject({ kind: 'change', outcome: 'completed' });
    const ready = await waitForStatus(devnet, 'all are ready', (status) => forkReady(status)?.status === 'True');
    expect(forkReady(ready)?.message).toMatch(/^jovian in 23 hours/);
    expect(await told(devnet)).toContain('ForkApproaching jovian in 23 hours');
    expectFairPlay(devnet);
  });

  it('may come nearer: every node restarts and is asked, the batcher too, and in the end all of them together', async () => {
    const devnet = use();
    const [before, config] = [await podUids(devnet), await chainConfigOf(devnet)];
    time = now() + 150;
    const plan = await planAfter(devnet, () => scheduleJovian(devnet, time));
    expect(now()).toBeLessThan(time);
    expect(plan).toMatchObject({ kind: 'change', outcome: 'completed' });
    const after = await podUids(devnet);
    for (const name of [SEQUENCER, REPLICA, BATCHER]) expect(after[`${name}-0`]).not.toBe(before[`${name}-0`]);
    expect(await chainConfigOf(devnet)).not.toBe(config);
    const finished = (await operatorEvents(devnet)).filter(({ reason }) => reason === 'StepFinished');
    expect(finished.at(-1)?.note).toMatch(/await-same-chain\/devnet.*all nodes \(2\) have the same safe block/);
    expect(finished.filter(({ note }) => /await-fork-ready\/.* ready for jovian at/.test(note)).length).toBe(4);
    const status = await waitForStatus(devnet, 'it is counted down', (seen) => {
      const { status: is, message = '' } = forkReady(seen) ?? {};
      return is === 'True' && message.startsWith('jovian in less than an hour');
    });
    expect(status.forks?.find(({ name }) => name === 'jovian')).toMatchObject({ time, active: false, announced: '1h' });
  });

  it('is told when it is active, and the chain goes on: the same blocks of it on all nodes, and safe', async () => {
    const devnet = use();
    const { chain } = devnet;
    const status = await waitForStatus(
      devnet,
      'blocks of the fork are safe',
      ({ health, forks }) =>
        Date.parse(health?.safe?.timestamp ?? '') / 1000 > time + 5 &&
        forks?.some(({ name, active }) => name === 'jovian' && active) === true,
    );
    expect(forkReady(status)).toBeUndefined();
    expect(status.forks?.find(({ name }) => name === 'jovian')).toMatchObject({ announced: 'Active' });
    expect(await told(devnet)).toEqual(
      expect.arrayContaining(['ForkApproaching jovian in less than an hour', 'ForkActivated jovian is active']),
    );
    expect((await told(devnet)).filter((event) => event.startsWith('ForkActivated'))).toHaveLength(1);
    expect(chain.ledger.block(status.health?.safe?.hash ?? '')?.fork).toBe('jovian');
    const good = await waitForStatus(devnet, 'it is healthy', ({ health }) => health?.class === 'Healthy');
    expect(good.conditions?.find(({ type }) => type === 'Degraded')?.status).toBe('False');
    expectFairPlay(devnet);
  });
});
