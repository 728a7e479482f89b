/**
 * kill -9 of worker and watcher, which are one process here, at step boundaries and in the middle of steps. `npm test`
 * plays the most dangerous points, `npm run chaos` every point of every step.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { NETWORK } from '../devnet/chain.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { remove, resource } from '../integration/cluster-objects.ts';
import { expectFairPlay, useDevnet } from '../integration/devnet.ts';
import { ALL, AT_TIMES, playedPoints } from './fault-points.ts';
import { type FaultyOperator, startFaultyOperator } from './faulty-operator.ts';
import { expectNothingTwice } from './nothing-twice.ts';

const BACK_WITHIN_MS = 90_000;
const PATIENCE_MS = ALL ? 3_000_000 : 400_000;

interface Play {
  /** Where the process dies, in this order; with ALL it dies at every point that there is. */
  readonly points: readonly string[];
  begin(): Promise<void>;
  done(): Promise<boolean>;
}

describe('an operator that is killed', () => {
  const devnet = useDevnet('kills', { operator: 'none', whole: true });
  let operator: FaultyOperator;

  afterEach(() => operator?.disarm());

  async function play({ points, begin, done }: Play): Promise<void> {
    const left = [...points];
    const tooLate: string[] = [];
    if (ALL) operator.arm('*', 'kill');
    else operator.arm(left.shift() ?? '', 'kill');
    await begin();
    const ended = async () => {
      if (operator.process.running) return (await done()) ? true : undefined;
      const killedAt = Date.now();
      const where = operator.reached().at(-1);
      const next = left.shift();
      if (!ALL && next) operator.arm(next, 'kill');
      // It may be killed again before it says that it is ready.
      await operator.process.restart().catch(() => undefined);
      const { pid } = operator.process;
      const goesOn = async () =>
        !operator.process.running || operator.reached().some((reached) => reached.pid === pid) || (await done());
      const patience = BACK_WITHIN_MS - (Date.now() - killedAt);
      await waitUntil('work goes on', async () => (await goesOn()) || undefined, patience).catch(() =>
        tooLate.push(`${where?.point} of ${where?.step}`),
      );
      return undefined;
    };
    await waitUntil('the plan is done, however often the operator dies', ended, PATIENCE_MS);
    expect(ALL ? [] : left, 'points that were never reached').toEqual([]);
    expect(tooLate, `points after which work did not go on within ${BACK_WITHIN_MS} ms`).toEqual([]);
    operator.disarm();
  }

  it(
    'installs with one plan and every effect once',
    async () => {
      const { chain } = devnet();
      operator = await startFaultyOperator(devnet(), 'all', 'operator');
      await play({
        points: [
          'report/planStarted/before',
          'storeConfig/create/after',
          'startSequencer/start/after',
          'complete/status/after',
          'report/planFinished/before',
        ],
        begin: () => chain.apply(...chain.resources),
        done: async () => (await chain.status()).phase === 'Ready',
      });
      await expectNothingTwice(devnet(), { plans: ['install-1'], batcherStarts: 1, proposerStarts: 1 });
    },
    PATIENCE_MS,
  );

  it(
    'rolls out a change of the batcher with one restart of it',
    async () => {
      const { chain } = devnet();
      await play({
        // Between scaling down and applying; and when it is rolled out but not noted as such.
        points: ['stopBatcher/scale/after', 'complete/status/before'],
        begin: () => chain.apply(resource(devnet(), 'devnet-batcher', { maxChannelDuration: 3 })),
        done: async () => {
          const { phase, history = [] } = await chain.status();
          return phase === 'Ready' && history.length === 2;
        },
      });
      await expectNothingTwice(devnet(), { plans: ['install-1', 'change-2'], batcherStarts: 2, proposerStarts: 1 });
    },
    PATIENCE_MS,
  );

  it(
    'tears down until nothing is left',
    async () => {
      const { chain, namespace } = devnet();
      // Else the last blocks are on L1 before a teardown that dies at each point comes to flush them.
      const mend = ALL ? chain.faults.pod('devnet-batcher-0').stallBatcher() : undefined;
      await play({
        points: ['scaleDown/scale/after', 'deleteComponent/delete/after', 'removeFinalizers/finalizer/after'],
        begin: async () => {
          for (const { kind, metadata } of chain.resources) {
            await remove(devnet(), kind as 'OptimismNetwork', metadata.name);
          }
        },
        done: async () => {
          if (operator.reached().some(({ point }) => point === 'stopSequencer/flush/after')) mend?.();
          const ref = { apiVersion: 'optimism.io/v1alpha1', kind: 'OptimismNetwork', namespace, name: NETWORK };
          return (await chain.kube.get(ref)) === undefined;
        },
      });
      expectFairPlay(devnet());
      const left = await Promise.all(
        ['StatefulSet', 'OpNode', 'OpBatcher', 'OpProposer', 'OpChallenger'].map(async (kind) => {
          const apiVersion = kind === 'StatefulSet' ? 'apps/v1' : 'optimism.io/v1alpha1';
          return (await chain.kube.list({ apiVersion, kind, namespace })).items.map(({ metadata }) => metadata.name);
        }),
      );
      expect(left.flat()).toEqual([]);
    },
    PATIENCE_MS,
  );

  it.runIf(ALL)('has died at every point that these three plans have', () => {
    const struck = operator.reached().filter(({ action, point }) => action === 'kill' && point !== AT_TIMES);
    expect([...new Set(struck.map(({ point }) => point))].sort()).toEqual(playedPoints().sort());
  });
});
