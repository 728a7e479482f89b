/**
 * A chain with two sequencers: one is active, the other one stands by. They are on machines of their own; the batcher
 * reads from both and follows the active one.
 */
import { describe, expect, inject, it } from 'vitest';
import type { KubeObject } from '../../src/kube/index.ts';
import { opstack } from '../cli/run-opstack.ts';
import { NETWORK } from '../devnet/chain.ts';
import type { PodRunner } from '../devnet/kubelet/pod-runner.ts';
import type { LedgerEvent } from '../devnet/ledger/events.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { podUids, read, remove, resource } from './cluster-objects.ts';
import { type Devnet, useDevnet } from './devnet.ts';
import { PATIENCE_MS, planAfter, waitForStatus } from './plans-in-status.ts';
import { conditionOf } from './refusals.ts';

const ACTIVE = 'devnet-sequencer';
const STANDBY = 'devnet-standby';
const BATCHER = 'devnet-batcher';
const REPLICA = 'devnet-replica';
const HOSTNAME = 'kubernetes.io/hostname';

type Pod = KubeObject & { status?: { podIP?: string } };
type Change = Record<string, unknown>;

describe('a chain with two sequencers', { timeout: 2 * PATIENCE_MS }, () => {
  const use = useDevnet('sequencers');
  /** The machine of {@link ACTIVE}; everything else is on the first one. */
  let machine: PodRunner;
  /**
   * Last block of the active one before its machine lost its power. An execution client that is killed loses its newest
   * block (pods-observed.md, section 3), and the sequencer, which resumes by itself, makes another one in its place.
   */
  let lostWithPower: number | undefined;
  const violations = ({ chain }: Devnet) =>
    chain.referee
      .violations()
      .filter((text) => !new RegExp(`^block ${lostWithPower} of \\S+/${ACTIVE}-0 .* was replaced`).test(text));
  const expectFairPlay = (devnet: Devnet) => expect(violations(devnet)).toEqual([]);

  const network = ({ chain }: Devnet, preferred = ACTIVE) =>
    resource({ chain }, NETWORK, {
      sequencer: { preferred },
      defaults: { nodeSelector: { [HOSTNAME]: chain.runner.nodeName } },
      approval: { interruptions: 'Automatic' },
    });
  const active = (devnet: Devnet, change: Change = {}) =>
    resource(devnet, ACTIVE, { pod: { nodeSelector: { [HOSTNAME]: machine.nodeName } }, ...change });
  const standby = (devnet: Devnet, change: Change = {}): KubeObject => {
    const { metadata, ...rest } = resource(devnet, ACTIVE, change);
    return { ...rest, metadata: { ...metadata, name: STANDBY } };
  };

  it('is rolled out: the preferred one sequences, and the other one follows the batches that there are by then', async () => {
    const devnet = use();
    const { chain } = devnet;
    machine = await chain.addNode(`second-${devnet.namespace}`);
    const objects = [
      network(devnet),
      standby(devnet),
      active(devnet),
      resource(devnet, BATCHER),
      resource(devnet, REPLICA),
    ];
    expect(await planAfter(devnet, () => chain.apply(...objects))).toMatchObject({
      kind: 'install',
      outcome: 'completed',
    });
    const firsts = [ACTIVE, BATCHER, STANDBY, REPLICA].map((name) =>
      chain.referee.events().findIndex(({ node, type }) => node.endsWith(`/${name}-0`) && type !== 'signer-loaded'),
    );
    expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
    expect(await keys(devnet)).toEqual({ [ACTIVE]: 'false', [STANDBY]: 'true' });
    expect(sequencing(devnet, 0)).toEqual([`${ACTIVE} started by rpc`]);
    const { sequencer } = await waitForStatus(
      devnet,
      'the active sequencer is in status',
      (now) => now.sequencer?.active === ACTIVE,
    );
    expect(sequencer).toMatchObject({ active: ACTIVE });
    expect(await variable(devnet, `${BATCHER}-0`, 'OP_BATCHER_ROLLUP_RPC')).toMatch(
      new RegExp(`^http://${ACTIVE}-0[.].*:9545,http://${STANDBY}-0[.].*:9545$`),
    );
    expectFairPlay(devnet);
  });

  describe('without an operator', () => {
    /** What happens to the sequencers while something restarts, until `ends` of the events that it leads to. */
    const during = async (cause: () => unknown, pod: string, count: number) => {
      const devnet = use();
      const from = devnet.chain.referee.events().length;
      await cause();
      await waitUntil(
        `${pod} has restarted ${count} times`,
        () => {
          const since = devnet.chain.referee.events().slice(from);
          const starts = since.filter(({ node, type }) => node.endsWith(`/${pod}`) && type === 'node-started').length;
          return starts >= count && hasMadeBlocks(since) ? true : undefined;
        },
        PATIENCE_MS,
      );
      expectFairPlay(devnet);
      return sequencing(devnet, from);
    };
    /** The chain went on after the last start of a node. */
    const hasMadeBlocks = (events: readonly LedgerEvent[]) => {
      const start = events.findLastIndex(({ type }) => type === 'node-started' || type === 'sequencer-started');
      return events.slice(start).filter(({ type }) => type === 'block-produced').length >= 2;
    };

    it('has no operator', async () => {
      await Promise.all(use().operators.map(({ process }) => process.kill('SIGKILL')));
    });

    it('goes on by itself when the active one is killed', async () => {
      const seen = await during(() => machine.fault.kill9(`${ACTIVE}-0`, 'op-node'), `${ACTIVE}-0`, 1);
      expect(seen).toEqual([`${ACTIVE} stopped by kill`, `${ACTIVE} started by start`]);
    });

    it('goes on by itself when the pod of the active one is deleted', async () => {
      const seen = await during(() => remove(use(), 'Pod', `${ACTIVE}-0`), `${ACTIVE}-0`, 1);
      expect(seen).toEqual([`${ACTIVE} stopped by exit`, `${ACTIVE} started by start`]);
    });

    it('goes on by itself when the machine of the active one was off for a moment', async () => {
      const reboot = async () => {
        await machine.fault.nodeLost({ containersDie: true });
        lostWithPower = lastBlock(use());
        await machine.fault.nodeBack();
      };
      expect(await during(reboot, `${ACTIVE}-0`, 1)).toEqual([
        `${ACTIVE} stopped by kill`,
        `${ACTIVE} started by start`,
      ]);
    });

    it.each<[string, (devnet: Devnet) => unknown]>([
      ['is killed', ({ chain }) => chain.runner.fault.kill9(`${STANDBY}-0`, 'op-node')],
      ['has its pod deleted', (devnet) => remove(devnet, 'Pod', `${STANDBY}-0`)],
    ])('does not notice when the standby %s, which comes back stopped', async (_, cause) => {
      expect(await during(() => cause(use()), `${STANDBY}-0`, 1)).toEqual([]);
    });

    it('is found as it should be by the next operator, which repairs what else is broken and nothing more', async () => {
      const devnet = use();
      const { history: before = [] } = await devnet.chain.status();
      const plan = await planAfter(devnet, async () => {
        await remove(devnet, 'Service', `${STANDBY}-rpc`);
        await devnet.start('all');
      });
      expect(plan.summary).toMatch(new RegExp(`^drift ${NETWORK}: ${STANDBY} `));
      expect((await devnet.chain.status()).history).toEqual([plan, ...before]);
      expectFairPlay(devnet);
    });
  });

  it('changes the standby first, which stands in for the active one while that is changed', async () => {
    const devnet = use();
    const from = devnet.chain.referee.events().length;
    const change = { consensus: { l1Confirmations: 1 } };
    const plan = await planAfter(devnet, () => devnet.chain.apply(active(devnet, change), standby(devnet, change)));
    expect(plan).toMatchObject({ kind: 'change', outcome: 'completed' });
    const restarted = devnet.chain.referee
      .events()
      .slice(from)
      .flatMap(({ type, node }) => (type === 'node-started' ? [node.replace(/^.*\//, '')] : []));
    expect(restarted).toEqual([`${STANDBY}-0`, `${ACTIVE}-0`]);
    expect(sequencing(devnet, from)).toEqual([
      `${ACTIVE} stopped by rpc`,
      `${STANDBY} started by rpc`,
      `${STANDBY} stopped by rpc`,
      `${ACTIVE} started by rpc`,
    ]);
    expect(longestGapSeconds(devnet, from)).toBeLessThanOrEqual(2);
    expect(await keys(devnet)).toEqual({ [ACTIVE]: 'false', [STANDBY]: 'true' });
    expect(await ledTo(devnet)).toBe(ACTIVE);
    expectFairPlay(devnet);
  });

  it('hands over when another one is preferred, and back: no pod restarts, and no block is late or lost', async () => {
    const devnet = use();
    const { chain } = devnet;
    const before = await podUids(devnet);
    for (const [old, next] of [
      [ACTIVE, STANDBY],
      [STANDBY, ACTIVE],
    ] as const) {
      const from = chain.referee.events().length;
      const plan = await planAfter(devnet, () => chain.apply(network(devnet, next)));
      expect(plan).toMatchObject({ kind: 'change', outcome: 'completed' });
      expect(plan.summary).toContain(`hand over from ${old} to ${next}`);
      expect(sequencing(devnet, from)).toEqual([`${old} stopped by rpc`, `${next} started by rpc`]);
      expect(longestGapSeconds(devnet, from)).toBeLessThanOrEqual(2);
      expect(await keys(devnet)).toEqual({ [old]: 'true', [next]: 'false' });
      expect(await ledTo(devnet)).toBe(next);
      await waitForStatus(devnet, 'it is in status', ({ sequencer }) => sequencer?.active === next);
    }
    expect(await podUids(devnet)).toEqual(before);
    expectFairPlay(devnet);
  });

  it('starts the standby when the machine of the active one is lost, somebody prefers it, and vouches for the machine', async () => {
    const devnet = use();
    const { chain } = devnet;
    const from = chain.referee.events().length;
    await machine.fault.nodeLost({ containersDie: true });
    await conditionOf(devnet, {
      type: 'Sequencing',
      status: 'Unknown',
      reason: 'SequencerUnreachable',
      says: [`set spec.sequencer.preferred to "${STANDBY}"`],
    });
    await chain.apply(network(devnet, STANDBY));
    const { plan } = await waitForStatus(devnet, 'the plan has halted', ({ phase }) => phase === 'Halted');
    expect(plan).toMatchObject({ kind: 'drift' });
    await conditionOf(devnet, {
      type: 'Ready',
      reason: 'FencingRequired',
      says: [`whether ${ACTIVE}-0 sequences is unknown`, 'opstack confirm-fenced'],
    });
    // Whatever becomes of the machine now: it may not sequence when it is back.
    expect(await keys(devnet)).toEqual({ [ACTIVE]: 'true', [STANDBY]: 'true' });
    expect(sequencing(devnet, from)).toEqual([`${ACTIVE} stopped by kill`]);
    const said = await planAfter(devnet, () =>
      opstack(
        ['confirm-fenced', NETWORK, machine.nodeName, '--reason', 'I have pulled the plug', '--yes'].concat(
          ...['--kubeconfig', inject('kubeconfigPath'), '-n', devnet.namespace],
        ),
      ),
    );
    expect(said).toMatchObject({ kind: 'drift', outcome: 'completed' });
    expect(sequencing(devnet, from).slice(1)).toEqual([`${STANDBY} started by rpc`]);
    expect(await keys(devnet)).toEqual({ [ACTIVE]: 'true', [STANDBY]: 'false' });
    expectFairPlay(devnet);
  });

  it('has the lost one as its standby when the machine is back, and is batched from the new one', async () => {
    const devnet = use();
    const { chain } = devnet;
    const from = chain.referee.events().length;
    await machine.fault.nodeBack();
    const { health } = await waitForStatus(
      devnet,
      'it is healthy again',
      ({ health: now, sequencer }) => now?.class === 'Healthy' && sequencer?.active === STANDBY,
    );
    const safe = health?.safe?.number ?? 0;
    await waitForStatus(devnet, 'batches arrive', ({ health: now }) => (now?.safe?.number ?? 0) > safe);
    await waitUntil(
      'the former one follows',
      async () => {
        const status = (await read(devnet, 'OpNode', ACTIVE))['status'] as {
          sequencing?: boolean;
          readyReplicas?: number;
        };
        return status.sequencing === false && status.readyReplicas === 1 ? true : undefined;
      },
      PATIENCE_MS,
    );
    expect(sequencing(devnet, from)).toEqual([]);
    await chain.waitForPhase('Ready', PATIENCE_MS);
    expectFairPlay(devnet);
  });

  it('ends the second sequencer that somebody has started beside the active one', async () => {
    const devnet = use();
    const { chain } = devnet;
    const from = chain.referee.events().length;
    const seen = conditionOf(devnet, { type: 'Sequencing', reason: 'SeveralSequencers', says: [ACTIVE, STANDBY] });
    const plan = await planAfter(devnet, async () => {
      await waitUntil('it has been started', () => startByRpc(devnet, `${ACTIVE}-0`));
      await seen;
    });
    expect(plan).toMatchObject({ kind: 'drift', outcome: 'completed' });
    expect(plan.summary).toContain(ACTIVE);
    expect(sequencing(devnet, from)).toEqual([`${ACTIVE} started by rpc`, `${ACTIVE} stopped by rpc`]);
    expect(await keys(devnet)).toEqual({ [ACTIVE]: 'true', [STANDBY]: 'false' });
    await waitForStatus(devnet, 'it is healthy again', ({ health }) => health?.class === 'Healthy');
    // The test itself has played the one thing that must never happen.
    expect(violations(devnet)).toEqual([expect.stringMatching(/two sequencers at once: .*devnet-sequencer-0 started/)]);
  });

  it('goes on with the standby when the active one is deleted, without a lost block', async () => {
    const devnet = use();
    const { chain } = devnet;
    const from = chain.referee.events().length;
    const before = violations(devnet);
    // A preference for one that is not there would be told.
    const { sequencer: _, ...spec } = network(devnet)['spec'] as Record<string, unknown>;
    await chain.apply({ ...network(devnet), spec });
    await remove(devnet, 'OpNode', STANDBY);
    const { history = [] } = await waitForStatus(
      devnet,
      'the other one sequences, and is the only one that the batcher reads from',
      ({ phase, sequencer, history: [last] = [] }) =>
        phase === 'Ready' && sequencer?.active === ACTIVE && last?.kind === 'change',
    );
    expect(history.slice(0, 3).map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
      'change completed',
      'drift completed',
      'teardown completed',
    ]);
    expect(sequencing(devnet, from)).toEqual([`${STANDBY} stopped by rpc`, `${ACTIVE} started by rpc`]);
    expect(await keys(devnet)).toMatchObject({ [ACTIVE]: 'false' });
    expect(await variable(devnet, `${BATCHER}-0`, 'OP_BATCHER_ROLLUP_RPC')).not.toContain(STANDBY);
    await waitForStatus(devnet, 'it is healthy again', ({ health }) => health?.class === 'Healthy');
    expect(violations(devnet)).toEqual(before);
  });
});

function lastBlock({ chain }: Devnet): number | undefined {
  return chain.referee
    .events()
    .flatMap((event) => (event.type === 'block-produced' ? [event.block.number] : []))
    .at(-1);
}

function sequencing({ chain }: Devnet, from: number): string[] {
  return chain.referee
    .events()
    .slice(from)
    .flatMap((event) => {
      if (event.type !== 'sequencer-started' && event.type !== 'sequencer-stopped') return [];
      const node = event.node.replace(/^.*\/(.*)-0$/, '$1');
      return [`${node} ${event.type === 'sequencer-started' ? 'started' : 'stopped'} by ${event.by}`];
    });
}

/** Between two blocks of the chain that come after each other, whoever has made them. */
function longestGapSeconds({ chain }: Devnet, from: number): number {
  const times = chain.referee
    .events()
    .slice(from)
    .flatMap((event) => (event.type === 'block-produced' ? [event.at] : []));
  return Math.max(...times.slice(1).map((at, index) => (at - (times[index] ?? at)) / 1000));
}

/** Whom the Service of the active sequencer leads to. */
async function ledTo(devnet: Devnet): Promise<string | undefined> {
  const { spec } = (await read(devnet, 'Service', 'devnet-active-sequencer')) as {
    spec?: { selector?: Record<string, string> };
  };
  return spec?.selector?.['optimism.io/component']?.replace('opnode.', '');
}

async function keys(devnet: Devnet): Promise<unknown> {
  return (await read(devnet, 'ConfigMap', 'devnet-sequencers'))['data'];
}

async function variable(devnet: Devnet, pod: string, name: string): Promise<string | undefined> {
  const { spec } = (await read(devnet, 'Pod', pod)) as {
    spec?: { containers: { env?: { name: string; value?: string }[] }[] };
  };
  return spec?.containers.flatMap(({ env = [] }) => env).find((item) => item.name === name)?.value;
}

/** @returns undefined when its head has moved meanwhile */
async function startByRpc(devnet: Devnet, pod: string): Promise<true | undefined> {
  const { status } = await read<Pod>(devnet, 'Pod', pod);
  const ask = async (method: string, params: unknown[]) => {
    const response = await fetch(`http://${status?.podIP}:9545`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    return (await response.json()) as { result?: { unsafe_l2: { hash: string } } | null };
  };
  const { result } = await ask('optimism_syncStatus', []);
  return (await ask('admin_startSequencer', [result?.unsafe_l2.hash])).result === null ? true : undefined;
}
