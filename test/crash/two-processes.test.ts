/** Watcher and worker as two processes, as an installation with more than one replica has them: each dies alone. */
import { describe, expect, it } from 'vitest';
import type { Operator } from '../devnet/operator.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { resource } from '../integration/cluster-objects.ts';
import { useDevnet } from '../integration/devnet.ts';
import { type FaultyOperator, startFaultyOperator } from './faulty-operator.ts';
import { expectNothingTwice } from './nothing-twice.ts';

const BACK_WITHIN_MS = 90_000;
const PATIENCE_MS = 400_000;

describe('of watcher and worker', () => {
  const devnet = useDevnet('two-processes', { operator: 'none' });
  let watcher: Operator;
  let worker: FaultyOperator;

  it(
    'the watcher dies while the sequencer is being started: the install goes on to its end without it',
    async () => {
      const { chain, start } = devnet();
      watcher = await start('watcher');
      worker = await startFaultyOperator(devnet(), 'worker', 'worker');
      worker.arm('startSequencer/start/after', 'hold');
      await chain.apply(...chain.resources);
      await worker.struck();
      await watcher.process.kill('SIGKILL');
      worker.release();
      await chain.waitForPhase('Ready', 300_000);
      expect(watcher.process.running).toBe(false);
      await expectNothingTwice(devnet(), { plans: ['install-1'], batcherStarts: 1 });
    },
    PATIENCE_MS,
  );

  it(
    'the worker dies between stopping and starting the batcher: the change that came while no watcher was there is finished',
    async () => {
      const { chain } = devnet();
      worker.arm('stopBatcher/scale/after', 'kill');
      await chain.apply(resource(devnet(), 'devnet-batcher', { maxChannelDuration: 3 }));
      await watcher.process.restart();
      await worker.struck();
      const killedAt = Date.now();
      await waitUntil('the worker is dead', () => !worker.process.running || undefined);
      await worker.process.restart();
      const { pid } = worker.process;
      await waitUntil(
        'work goes on',
        () => worker.reached().some((reached) => reached.pid === pid) || undefined,
        BACK_WITHIN_MS - (Date.now() - killedAt),
      );
      await waitUntil(
        'the change is done',
        async () => {
          const { phase, history = [] } = await chain.status();
          if (phase === 'Ready' && history.length === 2) return true;
          throw new Error(`${phase}: ${history.map(({ kind, outcome }) => `${kind} ${outcome}`).join(', ')}`);
        },
        300_000,
      );
      await expectNothingTwice(devnet(), { plans: ['install-1', 'change-2'], batcherStarts: 2 });
    },
    PATIENCE_MS,
  );
});
