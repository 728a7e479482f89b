import { describe, expect, it } from 'vitest';
import type { OpNodeStatus } from '../../src/api/op-node.ts';
import type { OptimismNetworkStatus } from '../../src/api/optimism-network.ts';
import { UPDATES } from '../../src/contract/messages.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { ALL } from '../crash/fault-points.ts';
import { NETWORK } from '../devnet/chain.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { auditOf, operatorEvents, podUids, read, resource } from './cluster-objects.ts';
import { type Devnet, expectFairPlay, useDevnet } from './devnet.ts';
import { PATIENCE_MS, planAfter, waitForStatus } from './plans-in-status.ts';

const SEQUENCER = 'devnet-sequencer';
const REPLICA = 'devnet-replica';
const FOLLOWER = 'devnet-follower';
const GENESIS_AGE_SECONDS = 7200;
/**
 * Blocks that are older than a minute are not gossiped: a replica that comes after that has to derive the gap. `npm run
 * chaos` waits for the full three minutes, which show nothing else and would make this the longest file of `npm test`.
 */
const LATE_SECONDS = ALL ? 180 : 75;
const NODE_SYNC_SECONDS = 20;

describe('what takes long', { timeout: 3 * PATIENCE_MS }, () => {
  const use = useDevnet('waiting', { files: { genesisAgeSeconds: GENESIS_AGE_SECONDS, blockTimeSeconds: 2 } });
  let replicaCreatedAt = 0;
  let mend = () => {};

  it('installs a chain whose genesis is two hours old: the sequencer catches up, and nobody waits for it to be at the tip', async () => {
    const devnet = use();
    const { chain } = devnet;
    chain.runner.fault.slowImage(`${REPLICA}-0/op-geth`, LATE_SECONDS);
    await chain.apply(...chain.resources);
    const status = await waitForStatus(
      devnet,
      'the replica is applied',
      ({ plan }) => messageOf(plan, 'applyComponent', REPLICA) !== undefined,
      2 * PATIENCE_MS,
    );
    replicaCreatedAt = Date.parse((await read(devnet, 'StatefulSet', REPLICA)).metadata.creationTimestamp ?? '');
    const sequencing = status.plan?.steps?.find(({ gates }) => gates?.includes('sequencing'));
    expect(sequencing).toMatchObject({ state: 'Done', message: expect.stringMatching(/catches up|sequences/) });
    const first = chain.referee.events().find(({ type }) => type === 'block-produced');
    expect(first).toMatchObject({ block: { number: 1 } });
    expectFairPlay(devnet);
  });

  it('waits for a replica whose image arrives late, and says what it waits for', async () => {
    const devnet = use();
    const waiting = await waitForStatus(devnet, 'the wait has words', ({ plan }) =>
      /is being pulled/.test(messageOf(plan, 'applyComponent', REPLICA) ?? ''),
    );
    expect(waiting.phase).toBe('Installing');
    expect(messageOf(waiting.plan, 'applyComponent', REPLICA)).toMatch(
      new RegExp(`^Pod ${REPLICA}-0 waits for image \\S*op-geth:\\S+, which is being pulled`),
    );
  });

  it('finishes the install: the late replica closes the gap from batches', async () => {
    const devnet = use();
    const status = await waitForStatus(
      devnet,
      'the install is done',
      ({ phase, history = [] }) => phase === 'Ready' && history.length > 0,
      2 * PATIENCE_MS,
    );
    expect(status.history).toMatchObject([{ kind: 'install', outcome: 'completed' }]);
    const started = devnet.chain.referee
      .events()
      .find(({ type, node }) => type === 'node-started' && node.endsWith(`${REPLICA}-0`));
    expect((started?.at ?? 0) - replicaCreatedAt).toBeGreaterThanOrEqual((LATE_SECONDS - 5) * 1000);
    expectFairPlay(devnet);
  });

  it('halts at the limit when a node never syncs, and says where, why and how to go on', async () => {
    const devnet = use();
    const { chain } = devnet;
    mend = chain.faults.pod(`${FOLLOWER}-0`).freezeDerivation();
    const pods = await podUids(devnet);
    await chain.apply(
      resource(devnet, NETWORK, { rollout: { gates: { nodeSync: { timeout: `${NODE_SYNC_SECONDS}s` } } } }),
      follower(devnet),
    );
    const waiting = await waitForStatus(
      devnet,
      'the gate says what it waits for',
      ({ plan }) => (messageOf(plan, 'awaitGate', FOLLOWER) ?? '').length > 0,
    );
    expect(waiting.phase).toBe('Installing');
    expect(messageOf(waiting.plan, 'awaitGate', FOLLOWER)).toMatch(new RegExp(`${FOLLOWER}-0`));
    const halted = await waitForStatus(devnet, 'the plan is halted', ({ phase }) => phase === 'Halted');
    const ready = conditionOf(halted, 'Ready');
    expect(ready).toMatchObject({ status: 'False', reason: 'GateTimeout' });
    expect(ready?.message).toMatch(
      new RegExp(`await-node-synced/${FOLLOWER}.*${FOLLOWER}-0.*the limit is ${NODE_SYNC_SECONDS} s`),
    );
    expect(conditionOf(halted, 'Progressing')?.message).toContain(`opstack retry ${NETWORK}`);
    expect(stateOf(halted.plan, 'awaitGate', FOLLOWER)).toBe('Failed');
    expect((await operatorEvents(devnet)).filter(({ type }) => type === 'Warning').map(({ reason }) => reason)).toEqual(
      expect.arrayContaining(['StepFailed', 'Halted']),
    );
    expect((await auditOf(devnet)).records.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['stepFailed', 'halted']),
    );
    await waitUntil('the list of workflows shows it', async () => {
      for await (const { workflowId } of devnet.temporal.workflow.list({
        query: `OpNamespace = '${devnet.namespace}' AND OpPhase = 'Halted'`,
      })) {
        if (workflowId === devnet.entityId) return true;
      }
      return undefined;
    });
    const { [`${FOLLOWER}-0`]: _, ...others } = await podUids(devnet);
    expect(others).toEqual(pods);
  });

  it('tries the step again when somebody asks, and halts again while nothing has changed', async () => {
    const devnet = use();
    const before = await failures(devnet);
    await retry(devnet);
    await waitForStatus(devnet, 'it has gone on', ({ phase }) => phase === 'Installing');
    await waitForStatus(devnet, 'it has halted again', ({ phase }) => phase === 'Halted');
    expect(await failures(devnet)).toBe(before + 1);
  });

  it('goes on with the same plan when the cause is gone', async () => {
    const devnet = use();
    const { chain } = devnet;
    const halted = (await chain.status()).plan?.hash;
    mend();
    // All that it has missed takes a busy machine longer than the limit of the gate.
    await waitUntil(
      'it has caught up',
      async () => {
        const { status } = await read<KubeObject & { status?: OpNodeStatus }>(devnet, 'OpNode', FOLLOWER);
        return status?.pods?.some(({ l1Lag = Number.POSITIVE_INFINITY }) => l1Lag <= 10) || undefined;
      },
      PATIENCE_MS,
    );
    const done = await planAfter(devnet, () => retry(devnet));
    expect(done).toMatchObject({ kind: 'install', outcome: 'completed', hash: halted });
    expectFairPlay(devnet);
  });

  it('takes a setting back that lets no pod start, when the spec is put back', async () => {
    const devnet = use();
    const { chain } = devnet;
    const before = await podUids(devnet);
    await chain.apply(follower(devnet, { execution: { extraArgs: ['--no-such-flag'] } }));
    await waitForStatus(devnet, 'the plan waits for the pod', ({ plan }) =>
      /restart|exit|back-off/i.test(messageOf(plan, 'applyComponent', FOLLOWER) ?? ''),
    );
    const done = await planAfter(devnet, () => chain.apply(follower(devnet)));
    expect(done).toMatchObject({ outcome: 'completed' });
    expect((await chain.status()).history?.slice(0, 2).map(({ outcome }) => outcome)).toEqual([
      'completed',
      'superseded',
    ]);
    const { [`${FOLLOWER}-0`]: after, ...others } = await podUids(devnet);
    expect(others).toEqual(Object.fromEntries(Object.entries(before).filter(([name]) => name !== `${FOLLOWER}-0`)));
    expect(after).toBeDefined();
    expectFairPlay(devnet);
  });

  it('takes one back that does not let the sequencer start, long before any limit is over', async () => {
    const devnet = use();
    const { chain } = devnet;
    const bad = { execution: { extraArgs: ['--no-such-flag'] } };
    const unasked = resource(devnet, NETWORK, { approval: { interruptions: 'Automatic' } });
    await chain.apply(unasked, resource(devnet, SEQUENCER, bad));
    await waitForStatus(devnet, 'the plan waits for the pod', ({ plan }) =>
      /restart|exit|back-off/i.test(messageOf(plan, 'applyComponent', SEQUENCER) ?? ''),
    );
    const done = await planAfter(devnet, () => chain.apply(resource(devnet, SEQUENCER)));
    expect(done).toMatchObject({ outcome: 'completed' });
    expect(conditionOf(await chain.status(), 'Sequencing')).toMatchObject({ status: 'True' });
    expectFairPlay(devnet);
  });

  it('puts the sequencer back as it was when such a change is aborted, while it asks about it', async () => {
    const devnet = use();
    const { chain, temporal, entityId } = devnet;
    const before = (await chain.status()).history?.length ?? 0;
    await chain.apply(resource(devnet, SEQUENCER, { execution: { extraArgs: ['--no-such-flag'] } }));
    await waitForStatus(devnet, 'the plan waits for the pod', ({ plan }) =>
      /restart|exit|back-off/i.test(messageOf(plan, 'applyComponent', SEQUENCER) ?? ''),
    );
    const abort = { by: 'ana', reason: 'wrong flag' };
    await temporal.workflow.getHandle(entityId).executeUpdate(UPDATES.abort, { args: [abort] });
    const { history = [] } = await waitForStatus(
      devnet,
      'it is repaired, and the change waits',
      (status) => status.phase === 'AwaitingApproval' && (status.history?.length ?? 0) >= before + 2,
    );
    expect(history.slice(0, 2).map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
      'drift completed',
      'change aborted',
    ]);
    expect(conditionOf(await chain.status(), 'Sequencing')).toMatchObject({ status: 'True' });
    await chain.apply(resource(devnet, SEQUENCER));
    await waitForStatus(devnet, 'nothing is left to do', ({ phase }) => phase === 'Ready');
    expectFairPlay(devnet);
  });
});

type Plan = OptimismNetworkStatus['plan'];

function stepOf(plan: Plan, action: string, component: string) {
  return plan?.steps?.find((step) => step.action === action && step.component === `OpNode/${component}`);
}

function stateOf(plan: Plan, action: string, component: string): string | undefined {
  return stepOf(plan, action, component)?.state;
}

function messageOf(plan: Plan, action: string, component: string): string | undefined {
  const found = stepOf(plan, action, component);
  return found?.state === 'Waiting' ? found.message : undefined;
}

function conditionOf(status: OptimismNetworkStatus, type: string) {
  return status.conditions?.find((condition) => condition.type === type);
}

/** A second replica, beside the one of the examples. */
function follower(devnet: Devnet, change: Record<string, unknown> = {}) {
  const replica = resource(devnet, REPLICA, change);
  return { ...replica, metadata: { ...replica.metadata, name: FOLLOWER } };
}

function retry({ temporal, entityId }: Devnet): Promise<string> {
  return temporal.workflow
    .getHandle(entityId)
    .executeUpdate<string, [unknown]>(UPDATES.retry, { args: [{ by: 'ana', reason: 'mended' }] });
}

async function failures(devnet: Devnet): Promise<number> {
  return (await auditOf(devnet)).records.filter(({ type }) => type === 'stepFailed').length;
}
