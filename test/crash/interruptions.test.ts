/**
 * Workers that are frozen (SIGSTOP) beyond their time-outs at an effect and wake up when another one has taken over, and
 * entities that somebody terminates by hand. `npm test` plays a sample, `npm run chaos` every effect and every step.
 */
import { describe, expect, it } from 'vitest';
import { NETWORK } from '../devnet/chain.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { remove, resource } from '../integration/cluster-objects.ts';
import { type Devnet, expectFairPlay, useDevnet } from '../integration/devnet.ts';
import { ALL } from './fault-points.ts';
import { type FaultyOperator, type ReachedPoint, startFaultyOperator } from './faulty-operator.ts';
import { expectNothingTwice } from './nothing-twice.ts';

const STEP_BEGINS = '/step/before';
const BACK_WITHIN_MS = 90_000;
const PATIENCE_MS = ALL ? 1_800_000 : 400_000;

const INSTALL_ZOMBIES = ALL
  ? [
      'look/store/before',
      'report/status/before',
      'storeConfig/finalizer/before',
      'storeConfig/apply/before',
      'storeConfig/create/before',
      'storeConfig/peers/before',
      'applyComponent/apply/before',
      'startSequencer/start/before',
      // At an install the key says already that it may not: the first effect on it comes after the start.
      'startSequencer/allow/before',
      'complete/rest/before',
      'complete/status/before',
    ]
  : ['startSequencer/start/before'];
const CHANGE_ZOMBIES = ALL
  ? ['report/status/before', 'stopBatcher/scale/before', 'complete/rest/before']
  : ['stopBatcher/scale/before'];
const TEARDOWN_ZOMBIES = ALL
  ? [
      'scaleDown/scale/before',
      'stopSequencer/allow/before',
      'stopSequencer/stop/before',
      'stopSequencer/flush/before',
      'deleteComponent/delete/before',
      'removeFinalizers/finalizer/before',
    ]
  : ['deleteComponent/delete/before'];

describe('a worker that is frozen and wakes up late', () => {
  const devnet = useDevnet('zombies', { operator: 'none', whole: true });
  let first: FaultyOperator;
  let second: FaultyOperator;
  const woken: { zombie: FaultyOperator; at: ReachedPoint }[] = [];

  /** Freezes the only worker at each point, lets the other one take over, wakes the first and takes it away. */
  async function playZombies(
    points: readonly string[],
    begin: () => Promise<void>,
    afterEach: (point: string) => void = () => undefined,
  ): Promise<void> {
    for (const [index, point] of points.entries()) {
      first.arm(point, 'stop');
      if (index === 0) await begin();
      const at = await first.struck();
      second = await startFaultyOperator(devnet(), 'worker', `worker-${woken.length + 2}`);
      // It goes no further than this effect, so that the next point of the same step is still to come.
      if (!point.startsWith('look/')) second.arm(effectAfter(point), 'hold');
      await waitUntil(
        `the other worker acts at ${point} in the frozen one's place`,
        () => passed(second, at),
        BACK_WITHIN_MS,
      );
      afterEach(point);
      await first.process.kill('SIGCONT');
      woken.push({ zombie: first, at });
      await waitUntil('the zombie is awake', async () => (await fetch(`${first.healthUrl}/healthz`)).ok || undefined);
      // It ends its attempt, and what it does from now on it does as the only worker.
      await second.process.kill();
    }
  }

  /** Whether the effect, and what follows it, was done by this worker. */
  function passed(worker: FaultyOperator, { point, step }: ReachedPoint): true | undefined {
    const isNext = (reached: ReachedPoint) =>
      reached.step === step && (reached.point === effectAfter(point) || point.startsWith('look/'));
    return worker.reached().some(isNext) || undefined;
  }

  function expectNoEffectOfZombies(): void {
    for (const { zombie, at } of woken) {
      const lines = zombie.reached().filter(({ pid, step }) => pid === at.pid && step === at.step);
      const next = lines[lines.indexOf(lines.find((line) => line.at === at.at && line.point === at.point) ?? at) + 1];
      expect(next?.point, `after it woke up at ${at.point} of ${at.step}`).not.toBe(effectAfter(at.point));
    }
  }

  it(
    'does not act beside its successor in an install',
    async () => {
      const { chain, start } = devnet();
      await start('watcher');
      first = await startFaultyOperator(devnet(), 'worker', 'worker-1');
      await playZombies(INSTALL_ZOMBIES, () => chain.apply(...chain.resources));
      await chain.waitForPhase('Ready', 300_000);
      expectNoEffectOfZombies();
      await expectNothingTwice(devnet(), { plans: ['install-1'], batcherStarts: 1, proposerStarts: 1 });
    },
    PATIENCE_MS,
  );

  it(
    'does not stop a batcher that its successor has started again',
    async () => {
      const { chain } = devnet();
      await playZombies(CHANGE_ZOMBIES, () =>
        chain.apply(resource(devnet(), 'devnet-batcher', { maxChannelDuration: 3 })),
      );
      await waitForHistory(devnet(), 2);
      expectNoEffectOfZombies();
      await expectNothingTwice(devnet(), { plans: ['install-1', 'change-2'], batcherStarts: 2, proposerStarts: 1 });
    },
    PATIENCE_MS,
  );

  it(
    'does not undo a teardown',
    async () => {
      // Until that has been played there are blocks for which the batcher is told to send what it has.
      const flush = TEARDOWN_ZOMBIES.find((point) => point.includes('/flush/'));
      const mend = flush ? devnet().chain.faults.pod('devnet-batcher-0').stallBatcher() : undefined;
      await playZombies(
        TEARDOWN_ZOMBIES,
        () => deleteAll(devnet()),
        (point) => (point === flush ? mend?.() : undefined),
      );
      await waitUntilGone(devnet());
      expectNoEffectOfZombies();
      expectFairPlay(devnet());
    },
    PATIENCE_MS,
  );
});

describe('an entity that somebody terminates', () => {
  const devnet = useDevnet('terminated', { operator: 'none' });
  let operator: FaultyOperator;

  /**
   * Holds the worker at each of the points (ALL: at the beginning of each step), terminates the entity (and with it its
   * plan), and lets go.
   */
  async function playTerminations(
    points: readonly string[],
    begin: () => Promise<void>,
    done: () => Promise<boolean>,
  ): Promise<void> {
    const { temporal, entityId } = devnet();
    const left = new Set(ALL ? points.flatMap(beginningOfStep) : points);
    const tooLate: string[] = [];
    const arm = () => {
      const [next] = left;
      if (next) operator.arm(next, 'hold');
    };
    if (ALL) operator.arm(`*${STEP_BEGINS}`, 'hold');
    else arm();
    await begin();
    await waitUntil(
      'the plan is done, however often it is terminated',
      async () => {
        const held = operator.held();
        if (!held) return (await done()) || undefined;
        left.delete(held.point);
        const { runId } = await temporal.workflow.getHandle(entityId).describe();
        await temporal.workflow.getHandle(entityId, runId).terminate('by hand, in a test');
        const terminatedAt = Date.now();
        const isNew = async () => {
          const now = await temporal.workflow.getHandle(entityId).describe();
          return (now.runId !== runId && now.status.name === 'RUNNING') || undefined;
        };
        const goesOn = () =>
          operator.reached().some(({ at, point }) => at > terminatedAt && point.endsWith('/after')) || undefined;
        try {
          await waitUntil('there is a new entity', isNew, BACK_WITHIN_MS);
          if (!ALL) arm();
          operator.release();
          await waitUntil('work goes on', goesOn, BACK_WITHIN_MS - (Date.now() - terminatedAt));
        } catch {
          tooLate.push(`${held.point} of ${held.step}`);
        }
        return undefined;
      },
      PATIENCE_MS,
    );
    expect([...left], 'points that were never reached').toEqual([]);
    expect(tooLate, `points after which work did not go on within ${BACK_WITHIN_MS} ms`).toEqual([]);
    operator.disarm();
  }

  it(
    'is followed by another one that installs the rest',
    async () => {
      const { chain } = devnet();
      operator = await startFaultyOperator(devnet(), 'all', 'operator');
      const points = ['startSequencer/start/after', 'complete/status/after'];
      await playTerminations(
        points,
        () => chain.apply(...chain.resources),
        async () => (await chain.status()).phase === 'Ready',
      );
      await expectNothingTwice(devnet(), { batcherStarts: 1 });
    },
    PATIENCE_MS,
  );

  it(
    'is followed by another one that finishes a change',
    async () => {
      const { chain } = devnet();
      const before = (await chain.status()).components?.find(({ name }) => name === 'devnet-batcher')?.render;
      await playTerminations(
        ['applyComponent/apply/before'],
        () => chain.apply(resource(devnet(), 'devnet-batcher', { maxChannelDuration: 3 })),
        async () => {
          const { phase, components } = await chain.status();
          return phase === 'Ready' && components?.find(({ name }) => name === 'devnet-batcher')?.render !== before;
        },
      );
      expectFairPlay(devnet());
    },
    PATIENCE_MS,
  );

  it(
    'is followed by another one that finishes a teardown',
    async () => {
      await playTerminations(
        ['removeFinalizers/step/before'],
        () => deleteAll(devnet()),
        () => isGone(devnet()),
      );
      expectFairPlay(devnet());
    },
    PATIENCE_MS,
  );
});

/** `complete` is the end of whichever step, and has no beginning. */
function beginningOfStep(point: string): string[] {
  return point.startsWith('complete/') ? [] : [point.replace(/[/].*$/, STEP_BEGINS)];
}

function effectAfter(point: string): string {
  return point.replace(/before$/, 'after');
}

async function waitForHistory({ chain }: Devnet, plans: number): Promise<void> {
  await waitUntil(
    `${plans} plans are finished`,
    async () => {
      const { phase, history = [] } = await chain.status();
      return (phase === 'Ready' && history.length === plans) || undefined;
    },
    240_000,
  );
}

async function deleteAll(devnet: Devnet): Promise<void> {
  for (const { kind, metadata } of devnet.chain.resources)
    await remove(devnet, kind as 'OptimismNetwork', metadata.name);
}

async function isGone({ chain, namespace }: Devnet): Promise<boolean> {
  return (
    (await chain.kube.get({
      apiVersion: 'optimism.io/v1alpha1',
      kind: 'OptimismNetwork',
      namespace,
      name: NETWORK,
    })) === undefined
  );
}

async function waitUntilGone(devnet: Devnet): Promise<void> {
  await waitUntil('the network is gone', async () => (await isGone(devnet)) || undefined, 240_000);
}
