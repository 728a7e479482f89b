/** What is broken is repaired while other things wait, down to the pods; and nobody else's objects are taken over. */
import { describe, expect, it } from 'vitest';
import type { OptimismNetworkStatus } from '../../src/api/optimism-network.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { NETWORK } from '../devnet/chain.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { patch, podUids, read, remove, resource } from './cluster-objects.ts';
import { type Devnet, expectFairPlay, useDevnet } from './devnet.ts';
import { PATIENCE_MS, planAfter, waitForProposal, waitForStatus } from './plans-in-status.ts';
import { conditionOf } from './refusals.ts';

const SEQUENCER = 'devnet-sequencer';
const BATCHER = 'devnet-batcher';
const REPLICA = 'devnet-replica';

type Pod = KubeObject & {
  spec?: { terminationGracePeriodSeconds?: number };
  status?: { conditions?: { type: string; status: string }[] };
};

describe('repairs', { timeout: 2 * PATIENCE_MS }, () => {
  const use = useDevnet('repairs');

  it('begin with a network that is Ready', async () => {
    const devnet = use();
    const plan = await planAfter(devnet, () => devnet.chain.apply(...devnet.chain.resources));
    expect(plan).toMatchObject({ kind: 'install', outcome: 'completed' });
  });

  it('reach pods that have taken the template of somebody else', async () => {
    const devnet = use();
    const { chain } = devnet;
    const grace = await graceOf(devnet);
    const others = without(await podUids(devnet), `${REPLICA}-0`);
    // While it is paused nothing is repaired, so that the pod is sure to have the wrong template.
    await chain.apply(resource(devnet, NETWORK, { paused: true }));
    await waitForStatus(devnet, 'it is paused', ({ phase }) => phase === 'Paused');
    await patch(devnet, 'StatefulSet', REPLICA, {
      spec: {
        updateStrategy: { rollingUpdate: { partition: 0 } },
        template: { spec: { terminationGracePeriodSeconds: 7 } },
      },
    });
    await waitUntil(
      'the pod has the template of somebody else',
      async () => ((await graceOf(devnet)) === 7 ? true : undefined),
      PATIENCE_MS,
    );
    const plan = await planAfter(devnet, () => chain.apply(resource(devnet, NETWORK, {})));
    expect(plan).toMatchObject({ kind: 'drift', outcome: 'completed' });
    expect(await graceOf(devnet)).toBe(grace);
    expect(without(await podUids(devnet), `${REPLICA}-0`)).toEqual(others);
    expectFairPlay(devnet);
  });

  it('are not held up by a change that waits for approval', async () => {
    const devnet = use();
    const { chain } = devnet;
    const env = [{ name: 'OP_NODE_L1_EPOCH_POLL_INTERVAL', value: '5s' }];
    await chain.apply(resource(devnet, SEQUENCER, { consensus: { env } }));
    const { hash } = await waitForProposal(devnet);
    const [last] = (await chain.status()).history ?? [];
    const { [`${SEQUENCER}-0`]: sequencer, [`${BATCHER}-0`]: batcher } = await podUids(devnet);
    await remove(devnet, 'StatefulSet', BATCHER);
    await expectRepairBeside(devnet, hash, last?.startedAt);
    const pods = await podUids(devnet);
    expect(pods[`${SEQUENCER}-0`]).toBe(sequencer);
    expect(pods[`${BATCHER}-0`]).toEqual(expect.any(String));
    expect(pods[`${BATCHER}-0`]).not.toBe(batcher);
    await chain.apply(resource(devnet, SEQUENCER, {}));
    await waitForStatus(devnet, 'the change is taken back', ({ phase }) => phase === 'Ready');
    expectFairPlay(devnet);
  });

  it('start a batcher again as it was, that stands still beside a change of it that waits', async () => {
    const devnet = use();
    const { chain } = devnet;
    const render = async () => (await chain.status()).components?.find(({ name }) => name === BATCHER)?.render;
    const before = await render();
    await chain.apply(resource(devnet, NETWORK, { approval: { change: 'Required' } }));
    await waitForStatus(devnet, 'the policy is read', ({ phase }) => phase === 'Ready');
    await chain.apply(resource(devnet, BATCHER, { maxChannelDuration: 3 }));
    const { hash } = await waitForProposal(devnet);
    const [last] = (await chain.status()).history ?? [];
    await patch(devnet, 'StatefulSet', BATCHER, { spec: { replicas: 0 } });
    await expectRepairBeside(devnet, hash, last?.startedAt);
    expect(await render()).toBe(before);
    expect((await podUids(devnet))[`${BATCHER}-0`]).toEqual(expect.any(String));
    await chain.apply(resource(devnet, BATCHER, {}), resource(devnet, NETWORK, {}));
    await waitForStatus(devnet, 'the change is taken back', ({ phase }) => phase === 'Ready');
    expectFairPlay(devnet);
  });

  it('are made beside a plan that waits, which then goes on', async () => {
    const devnet = use();
    const { chain } = devnet;
    const mend = chain.runner.fault.neverReady(`${REPLICA}-0/op-node`);
    const env = [{ name: 'OP_NODE_L1_EPOCH_POLL_INTERVAL', value: '9s' }];
    await chain.apply(resource(devnet, REPLICA, { consensus: { env } }));
    const waits = ({ plan }: OptimismNetworkStatus) =>
      plan?.kind === 'change' &&
      plan.steps?.some(({ action, state }) => action === 'applyComponent' && state === 'Waiting') === true;
    await waitForStatus(devnet, 'the plan waits for the pod', waits);
    await remove(devnet, 'StatefulSet', BATCHER);
    const ended = ({ history = [] }: OptimismNetworkStatus) =>
      history.slice(0, 2).map(({ kind, outcome }) => `${kind} ${outcome}`);
    const status = await waitForStatus(
      devnet,
      'the batcher is back, and the plan waits again',
      (now) => waits(now) && ended(now)[1] === 'change superseded',
    );
    expect(ended(status)).toEqual(['drift completed', 'change superseded']);
    mend();
    await waitForStatus(devnet, 'the change is done', ({ phase }) => phase === 'Ready');
    expectFairPlay(devnet);
  });

  it('never begin with the object of somebody else: a component that needs its name is refused until it is gone', async () => {
    const devnet = use();
    const { chain, namespace } = devnet;
    const name = 'taken';
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace, labels: { app: 'mine' } },
      spec: { selector: { app: 'mine' }, ports: [{ port: 80 }] },
    };
    await chain.kube.create(service, { fieldManager: 'somebody' });
    const before = await read(devnet, 'Service', name);
    const replica = resource(devnet, REPLICA, {});
    await chain.apply({ ...replica, metadata: { ...replica.metadata, name } });
    await conditionOf(devnet, {
      kind: 'OpNode',
      name,
      reason: 'InvalidSpec',
      says: [`Service "${name}"`, 'was not made by this operator', 'under another name'],
    });
    expect((await read(devnet, 'Service', name)).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    expect((await podUids(devnet))[`${name}-0`]).toBeUndefined();
    const plan = await planAfter(devnet, () => remove(devnet, 'Service', name));
    expect(plan).toMatchObject({ kind: 'install', outcome: 'completed' });
    expect((await podUids(devnet))[`${name}-0`]).toEqual(expect.any(String));
    expectFairPlay(devnet);
  });
});

async function graceOf(devnet: Devnet): Promise<number | undefined> {
  const pod = await devnet.chain.kube.get<Pod>({
    apiVersion: 'v1',
    kind: 'Pod',
    namespace: devnet.namespace,
    name: `${REPLICA}-0`,
  });
  return pod?.spec?.terminationGracePeriodSeconds;
}

function without(pods: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(pods).filter(([pod]) => pod !== name));
}

/** The batcher is repaired by a plan of its own, and the change with this hash waits again. */
async function expectRepairBeside(devnet: Devnet, hash: string, lastStartedAt: string | undefined): Promise<void> {
  const status = await waitForStatus(
    devnet,
    'the batcher is repaired, and the change waits again',
    ({ phase, plan, history }) =>
      phase === 'AwaitingApproval' && plan?.hash === hash && history?.[0]?.startedAt !== lastStartedAt,
  );
  expect(status.history?.[0]).toMatchObject({ kind: 'drift', outcome: 'completed' });
}
