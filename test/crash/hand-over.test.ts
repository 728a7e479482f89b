/**
 * Hand-overs on a chain with two sequencers, one after the other: undisturbed, with a worker that is killed or frozen at
 * each effect, with sequencers that die in the middle, and from a machine that is lost. At the end of each there is one
 * that sequences, and there were never two. `npm test` plays a sample of the points, `npm run chaos` all of them.
 */
import { describe, expect, inject, it, type TestContext } from 'vitest';
import type { KubeObject } from '../../src/kube/index.ts';
import { opstack } from '../cli/run-opstack.ts';
import { NETWORK } from '../devnet/chain.ts';
import { flip, gapsOf, INSTALLED, sequencerObjects, type Turn, turned } from '../devnet/hand-overs.ts';
import type { PodRunner } from '../devnet/kubelet/pod-runner.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { read } from '../integration/cluster-objects.ts';
import { type Devnet, expectFairPlay, useDevnet } from '../integration/devnet.ts';
import { waitForStatus } from '../integration/plans-in-status.ts';
import { conditionOf } from '../integration/refusals.ts';
import { ALL, EFFECTS } from './fault-points.ts';
import { type FaultyOperator, startFaultyOperator } from './faulty-operator.ts';

const PATIENCE_MS = ALL ? 1_800_000 : 400_000;
const UNDISTURBED = 20;
/** Longest time without a block that a worker may cost that dies; Temporal misses it after 5 s. */
const WITHOUT_WORKER_S = 60;

/** A point, and which time it is: keys are written before the stop, and the one of the candidate before the start. */
type Point = readonly [point: string, n: number];

/** Effects of a hand-over, in their order, and what it asks programs meanwhile: each is a point before and after it. */
const POINTS: readonly Point[] = (
  [
    ['who', 1],
    ['answers', 1],
    ['equal-heads', 1],
    ['new-head', 1],
    ['allow', 1],
    ['stop', 1],
    ['last-block', 1],
    ['allow', 2],
    ['start', 1],
    ['service', 1],
    ['first-block', 1],
  ] as const
).flatMap(([name, n]): Point[] => {
  const ends = EFFECTS.handOverSequencer.includes(name) ? ['before', 'after'] : ['asks', 'answered'];
  return ends.map((end) => [`handOverSequencer/${name}/${end}`, n]);
});
const at = (place: string, n = 1): Point => [`handOverSequencer/${place}`, n];
/** The worker dies at each of them, during one hand-over. */
const KILLED: readonly (readonly Point[])[] = [
  ...(ALL ? POINTS.map((point) => [point]) : []),
  // Where nobody sequences; then where it does, and nobody knows.
  [at('stop/after'), at('start/after')],
  // Whoever comes after that has no word of the old one, and asks it for the proof.
  ...(ALL ? [[at('stop/after'), at('proof/asks'), at('proof/answered')]] : []),
];
const FROZEN: readonly Point[] = ALL ? POINTS : [at('allow/before', 2)];
/** The candidate dies there. Afterwards it is no matter of the hand-over any more. */
const WITHOUT_CANDIDATE: readonly Point[] = ALL ? POINTS : [at('stop/after'), at('start/before')];

describe('a hand-over', { timeout: PATIENCE_MS }, () => {
  const use = useDevnet('handovers', { operator: 'none' });
  /** Each sequencer has a machine of its own. */
  const machines = new Map<string, PodRunner>();
  let turn = INSTALLED;
  let worker: FaultyOperator;
  let workers = 0;

  const nextWorker = async () => {
    workers += 1;
    return startFaultyOperator(use(), 'worker', `worker-${workers}`);
  };
  const machineOf = (node: string) => {
    const machine = machines.get(node);
    if (!machine) throw new Error(`${node} has no machine`);
    return machine;
  };

  /**
   * Prefers the other one while something happens, until it sequences and the network is Ready.
   * @returns longest time between two blocks meanwhile, in seconds, whoever has made them
   */
  async function handOver(meanwhile: () => Promise<unknown> = async () => undefined): Promise<number> {
    const devnet = use();
    const { chain } = devnet;
    turn = turned(turn);
    const from = chain.referee.events().length;
    await Promise.all([flip(chain, turn), meanwhile()]);
    await waitForTurn(devnet, turn);
    await expectOne(devnet, turn);
    return Math.max(...gapsOf(chain, from).all);
  }

  it('is possible on a chain with two sequencers', async () => {
    const devnet = use();
    const { chain, start } = devnet;
    machines.set('devnet-sequencer', await chain.addNode(`first-${devnet.namespace}`));
    machines.set('devnet-standby', await chain.addNode(`second-${devnet.namespace}`));
    await start('watcher');
    worker = await nextWorker();
    const hosts = new Map([...machines].map(([node, { nodeName }]) => [node, nodeName]));
    await chain.apply(...sequencerObjects(chain, hosts));
    await chain.waitForPhase('Ready', 300_000);
    await expectOne(devnet, turn);
  });

  it(`takes at most two block times, ${UNDISTURBED} times in a row, and no block is replaced`, async (test: TestContext) => {
    const { chain } = use();
    const from = chain.referee.events().length;
    for (let index = 0; index < UNDISTURBED; index++) await handOver();
    const { between } = gapsOf(chain, from);
    await test.annotate(
      `last block of the one → first of the other: ${between.map((gap) => gap.toFixed(2)).join(', ')} s`,
    );
    expect(between).toHaveLength(UNDISTURBED);
    expect(Math.max(...between)).toBeLessThanOrEqual(2);
  });

  it.each(KILLED.map((points) => [points.map(([point, n]) => `${point} (${n})`).join(', '), points] as const))(
    'is finished by a worker that is started after one that is killed at %s',
    async (_, points) => {
      const gap = await handOver(async () => {
        for (const [point, n] of points) {
          worker.arm(point, 'kill', n);
          await worker.struck();
          await waitUntil('the worker is dead', () => !worker.process.running || undefined);
          await worker.process.restart();
        }
      });
      expect(gap).toBeLessThan(WITHOUT_WORKER_S);
    },
  );

  it.each(FROZEN)(
    'is finished by another worker when one is frozen at %s (%i), which does nothing as it wakes up',
    async (point, n) => {
      const zombie = worker;
      zombie.arm(point, 'stop', n);
      const gap = await handOver(async () => {
        await zombie.struck();
        const from = Date.now();
        worker = await nextWorker();
        await waitUntil('the other one has done it', () => placesSince(worker, from, /step\/after$/)[0], 120_000);
        const wakesAt = Date.now();
        await zombie.process.kill('SIGCONT');
        await waitUntil(
          'the zombie is awake',
          async () => (await fetch(`${zombie.healthUrl}/healthz`)).ok || undefined,
        );
        // What Temporal has given it meanwhile is given to the other one again.
        await zombie.process.kill();
        expect(placesSince(zombie, wakesAt, /(allow|start|stop|service)\/after$/)).toEqual([]);
      });
      expect(gap).toBeLessThan(WITHOUT_WORKER_S);
    },
  );

  it.each(WITHOUT_CANDIDATE)(
    'is finished, or taken back, when the candidate is killed at %s (%i)',
    async (point, n) => {
      const devnet = use();
      const { chain } = devnet;
      const back = turn;
      turn = turned(turn);
      worker.arm(point, 'hold', n);
      await flip(chain, turn);
      await worker.struck();
      machineOf(turn.next).fault.kill9(`${turn.next}-0`, 'op-node');
      worker.release();
      const { phase } = await waitForStatus(
        devnet,
        'the plan has ended',
        (status) => status.phase === 'Halted' || (status.phase === 'Ready' && activeOnes(devnet).includes(turn.next)),
      );
      if (phase === 'Halted') {
        await conditionOf(devnet, { type: 'Ready', reason: 'GateFailed', says: [`${turn.old} sequences again`] });
        await expectOne(devnet, back);
        await opstackOf(devnet, 'retry', NETWORK);
      }
      await waitForTurn(devnet, turn);
      await expectOne(devnet, turn);
    },
  );

  it('goes on at once when the old one is killed after it has stopped', async () => {
    worker.arm('handOverSequencer/stop/after', 'hold');
    const gap = await handOver(async () => {
      await worker.struck();
      machineOf(turn.old).fault.kill9(`${turn.old}-0`, 'op-node');
      worker.release();
    });
    expect(gap).toBeLessThan(WITHOUT_WORKER_S);
  });

  it('ends the pod of an old one whose RPC hangs before it is told to stop, and goes on', async () => {
    const { chain } = use();
    worker.arm('handOverSequencer/stop/before', 'hold');
    await handOver(async () => {
      await worker.struck();
      const mend = chain.faults.pod(`${turn.old}-0`).hangRpc();
      worker.release();
      await waitUntil(
        'its pod is ended',
        () => worker.reached().some(({ point }) => point === 'handOverSequencer/delete-pod/after') || undefined,
        120_000,
      );
      mend();
    });
  });

  it('from a machine that is lost needs the word of a person, and what comes back stays stopped', async () => {
    const devnet = use();
    const { chain } = devnet;
    turn = turned(turn);
    const machine = machineOf(turn.old);
    worker.arm('handOverSequencer/stop/before', 'hold');
    await flip(chain, turn);
    await worker.struck();
    await machine.fault.nodeLost({ containersDie: true });
    worker.release();
    await waitForStatus(devnet, 'the plan has halted', ({ phase }) => phase === 'Halted');
    await conditionOf(devnet, {
      type: 'Ready',
      reason: 'FencingRequired',
      says: [`whether ${turn.old}-0 sequences is unknown`, 'opstack confirm-fenced'],
    });
    expect(activeOnes(devnet)).toEqual([]);
    await opstackOf(devnet, 'confirm-fenced', NETWORK, machine.nodeName, '--reason', 'I have pulled the plug', '--yes');
    await waitUntil('the other one sequences', () => activeOnes(devnet).includes(turn.next) || undefined, 120_000);
    await machine.fault.nodeBack();
    await waitForTurn(devnet, turn);
    await waitUntil(
      'the former one is back',
      async () => {
        const status = (await read(devnet, 'OpNode', turn.old))['status'] as {
          sequencing?: boolean;
          readyReplicas?: number;
        };
        return (status.sequencing === false && status.readyReplicas === 1) || undefined;
      },
      120_000,
    );
    await expectOne(devnet, turn);
  });
});

/** The plan is over. Status says who is active with the next probe only. */
function waitForTurn(devnet: Devnet, { next }: Turn): Promise<unknown> {
  return waitForStatus(
    devnet,
    `${next} sequences and the network is Ready`,
    ({ phase }) => phase === 'Ready' && activeOnes(devnet).includes(next),
  );
}

/** One sequences, and by its key will after a restart; there were never two, and no block was lost. */
async function expectOne(devnet: Devnet, { old, next }: Turn): Promise<void> {
  expect(activeOnes(devnet)).toEqual([next]);
  const { data } = await read<KubeObject & { data?: unknown }>(devnet, 'ConfigMap', `${NETWORK}-sequencers`);
  expect(data).toEqual({ [old]: 'true', [next]: 'false' });
  expectFairPlay(devnet);
}

/** Places of the step that it has come to. */
function placesSince(operator: FaultyOperator, from: number, place: RegExp): string[] {
  return operator
    .reached()
    .filter(({ at, point }) => at >= from && point.startsWith('handOverSequencer/') && place.test(point))
    .map(({ point }) => point);
}

/** By what the programs have done. */
function activeOnes({ chain }: Devnet): string[] {
  const active = new Map<number, string>();
  for (const { type, node, instance } of chain.referee.events()) {
    if (type === 'sequencer-started') active.set(instance, node.replace(/^.*\/(.*)-0$/, '$1'));
    if (type === 'sequencer-stopped') active.delete(instance);
  }
  return [...active.values()];
}

async function opstackOf({ namespace }: Devnet, ...args: readonly string[]): Promise<void> {
  await opstack([...args, '--kubeconfig', inject('kubeconfigPath'), '-n', namespace]);
}
