/** `stopped: true` of what sends to L1: scaled to nothing, everything else goes on, and back again. */
import { describe, expect, it } from 'vitest';
import { auditOf, patch, podUids, read, resource } from './cluster-objects.ts';
import { expectFairPlay, useDevnet } from './devnet.ts';
import { PATIENCE_MS, planAfter, waitForStatus } from './plans-in-status.ts';

const SENDERS = [
  ['devnet-batcher', 'stopBatcher'],
  ['devnet-proposer', 'scaleDown'],
  ['devnet-challenger', 'scaleDown'],
] as const;

/** 1.5 times its channel duration, and ten: as of a batcher that was never there. Ten would be that of a repair. */
const SILENCE_BLOCKS = 13;

describe('senders with stopped: true', { timeout: 2 * PATIENCE_MS }, () => {
  const use = useDevnet('stopped-senders', { whole: true });

  it('are installed while they send', async () => {
    const { chain } = use();
    expect(await planAfter(use(), () => chain.apply(...chain.resources))).toMatchObject({ outcome: 'completed' });
  });

  it.each(SENDERS)('%s: its pod goes, and no other', async (name, action) => {
    const devnet = use();
    const before = await podUids(devnet);
    const stopped = resource(devnet, name, { stopped: true });
    expect(await planAfter(devnet, () => devnet.chain.apply(stopped))).toMatchObject({
      kind: 'change',
      outcome: 'completed',
    });
    const { [`${name}-0`]: gone, ...others } = before;
    expect(gone).toBeDefined();
    expect(await podUids(devnet)).toEqual(others);
    const { records } = await auditOf(devnet);
    const steps = records.filter(({ type }) => type === 'stepFinished').map(({ step }) => step ?? '');
    const written = action.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    expect(steps).toContainEqual(expect.stringMatching(new RegExp(`-${written}/${name}$`)));
    expectFairPlay(devnet);
  });

  it('are no damage: the network is Ready, and nobody is blamed', async () => {
    const devnet = use();
    const { phase, conditions = [] } = await waitForStatus(
      devnet,
      'nothing is said of them',
      ({ conditions: now = [] }) => now.every(({ type }) => !['Proposing', 'Challenging', 'Funded'].includes(type)),
    );
    expect(phase).toBe('Ready');
    expect(conditions.find(({ type }) => type === 'Degraded')).toMatchObject({ status: 'False' });
    expect(conditions.map(({ type }) => type)).not.toContain('Batching');
  });

  it.each([
    ['OpBatcher', 'devnet-batcher', 'Batching'],
    ['OpProposer', 'devnet-proposer', 'Proposing'],
    ['OpChallenger', 'devnet-challenger', 'Challenging'],
  ] as const)('%s says nothing of pods, funds and work any more', async (kind, name, work) => {
    const devnet = use();
    const typesOf = async () => {
      const { status } = (await read(devnet, kind, name)) as { status?: { conditions?: { type: string }[] } };
      return status?.conditions?.map(({ type }) => type) ?? [];
    };
    await expect
      .poll(async () => (await typesOf()).filter((type) => [work, 'PodsReady', 'Funded'].includes(type)), {
        timeout: 60_000,
      })
      .toEqual([]);
    expect(await typesOf()).toContain('Ready');
  });

  it('stay stopped when somebody scales one up', async () => {
    const devnet = use();
    const drift = await planAfter(devnet, () =>
      patch(devnet, 'StatefulSet', 'devnet-proposer', { spec: { replicas: 1 } }, 'somebody'),
    );
    expect(drift).toMatchObject({ kind: 'drift', outcome: 'completed' });
    expect((await read(devnet, 'StatefulSet', 'devnet-proposer'))['spec']).toMatchObject({ replicas: 0 });
    expect(Object.keys(await podUids(devnet))).not.toContain('devnet-proposer-0');
  });

  it('are asked for funds and foreigners like new ones before they start again', async () => {
    const devnet = use();
    const { chain } = devnet;
    const plan = await planAfter(devnet, () => chain.apply(...chain.resources));
    expect(plan).toMatchObject({ kind: 'change', outcome: 'completed' });
    const { records } = await auditOf(devnet);
    const finished = records.filter(({ type, planHash }) => type === 'stepFinished' && planHash === plan.hash);
    const steps = finished.map(({ step = '' }) => step.slice(3));
    expect(steps).toEqual(
      expect.arrayContaining([
        'await-no-foreign-batcher/devnet-batcher',
        'await-batching/devnet-batcher',
        'await-proposer-permitted/devnet-proposer',
        'await-challenging/devnet-challenger',
      ]),
    );
    const asked = finished.find(({ step }) => step?.endsWith('await-no-foreign-batcher/devnet-batcher'));
    const [, silence] = /has sent nothing for (\d+) L1 blocks/.exec(String(asked?.details?.['message'])) ?? [];
    expect(Number(silence)).toBeGreaterThanOrEqual(SILENCE_BLOCKS);
    const { conditions = [] } = await waitForStatus(devnet, 'all is well', ({ conditions: now = [] }) =>
      ['Batching', 'Proposing', 'Challenging', 'Funded'].every((type) =>
        now.some((condition) => condition.type === type && condition.status === 'True'),
      ),
    );
    expect(conditions.find(({ type }) => type === 'Degraded')).toMatchObject({ status: 'False' });
    expectFairPlay(devnet);
  });
});
