/** A replica of a public chain: two short objects without a key or a file, and somebody else's sequencer to follow. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { syncStatus } from '../../src/chain/clients/op-node.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { NETWORK } from '../devnet/chain.ts';
import { type PublicChain, replicaObjects, startPublicChain } from '../devnet/public-chain.ts';
import { devnetRegistry, PROGRAM_NAME, REGISTRY_NAME } from '../devnet/registry.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { patch, read, readAll, remove } from './cluster-objects.ts';
import { type Devnet, expectFairPlay, useDevnet } from './devnet.ts';
import { PATIENCE_MS, planAfter, waitForStatus } from './plans-in-status.ts';
import { conditionOf } from './refusals.ts';
import { historyOf, scheduledActivities } from './workflow-history.ts';

const REPLICA = 'devnet-replica';
const DERIVING = 'devnet-deriving';
const HOUR = 3600;

interface Template {
  readonly containers: readonly { readonly name: string; readonly env: readonly { name: string; value?: string }[] }[];
  readonly initContainers: readonly { readonly args: readonly string[] }[];
}
type StatefulSet = KubeObject & { readonly spec: { readonly template: { readonly spec: Template } } };

describe('a replica of a registry chain', { timeout: 2 * PATIENCE_MS }, () => {
  // One fork lies ahead for as long as the tests take, and no other one.
  const devnetOf = useDevnet('registry', {
    operator: 'none',
    files: { isthmusAfterSeconds: 1, jovianAfterSeconds: 2 * HOUR },
  });
  let devnet: Devnet;
  let dir = '';
  let theirs: PublicChain;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'opstack-registry-'));
  });
  beforeEach(() => {
    devnet = devnetOf();
  });
  afterAll(async () => {
    await theirs?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  /** One of the two objects, perhaps under another name; `more` goes into the spec. */
  async function object(kind: 'network' | 'node', more: object = {}, name?: string): Promise<KubeObject> {
    const found = (await replicaObjects(devnet.chain))[kind];
    const metadata = name === undefined ? found.metadata : { ...found.metadata, name };
    return { ...found, metadata, spec: { ...(found['spec'] as object), ...more } };
  }

  const podIp = async (name: string) =>
    (await read<KubeObject & { status?: { podIP?: string } }>(devnet, 'Pod', name)).status?.podIP ?? '';
  /** Its status is written after the network's. */
  const readyNode = (name: string) =>
    waitUntil(`the status of ${name} says that it follows`, async () => {
      expect((await read(devnet, 'OpNode', name))['status']).toMatchObject({ phase: 'Ready', readyReplicas: 1 });
      return true;
    });
  const headsOf = async (pod: string) => syncStatus(`http://${await podIp(pod)}:9545`);

  it('is rolled out by two objects: L1 and its contracts, what is stored, and a node that follows by gossip', async () => {
    const { chain } = devnet;
    theirs = await startPublicChain(chain, dir, { rpcUrl: inject('l1RpcUrl'), beaconUrl: inject('beaconUrl') });
    const registry = join(dir, 'registry.json');
    await writeFile(registry, JSON.stringify(devnetRegistry(chain.files)));
    await devnet.start('all', { env: { OPSTACK_REGISTRY_FILE: registry } });
    const { network, node } = await replicaObjects(chain);
    const plan = await planAfter(devnet, () => chain.apply(network, node));
    expect(plan).toMatchObject({ kind: 'install', outcome: 'completed' });
    const activities = scheduledActivities(await historyOf(devnet, `${devnet.entityId}/install-1`));
    expect(activities.map(({ id }) => id)).toEqual([
      '01-await-config-matches-chain/devnet',
      '02-store-config/devnet',
      '03-apply-component/devnet-replica',
      '04-await-node-synced/devnet-replica',
    ]);
    const [theirHeads, ours] = [await syncStatus(theirs.sequencer.rpcUrl), await headsOf(`${REPLICA}-0`)];
    expect(Math.abs(theirHeads.unsafeL2.number - ours.unsafeL2.number)).toBeLessThan(5);
    expect(ours.unsafeL2.number).toBeGreaterThan(ours.safeL2.number);
  });

  it('knows its chain by name: no file of it is stored, and no key but for its L1 and its own identity', async () => {
    const { spec } = await read<StatefulSet>(devnet, 'StatefulSet', REPLICA);
    const { containers, initContainers } = spec.template.spec;
    const env = Object.fromEntries(containers[0]?.env.map(({ name, value }) => [name, value]) ?? []);
    expect(env['OP_NODE_NETWORK']).toBe(PROGRAM_NAME);
    expect(Object.keys(env)).not.toEqual(expect.arrayContaining(['OP_NODE_ROLLUP_CONFIG']));
    expect(Object.keys(env)).not.toContain('OP_NODE_P2P_BOOTNODES');
    expect(initContainers.map(({ args }) => args[1])).toEqual([`--chain=${PROGRAM_NAME}`]);
    const maps = (await readAll(devnet, 'ConfigMap')).map(({ metadata }) => metadata.name);
    expect(maps.filter((name) => /^devnet-(rollup|genesis)-/.test(name))).toEqual([]);
    const secrets = (await readAll(devnet, 'Secret')).map(({ metadata }) =>
      metadata.name.replace(/-[0-9a-f]{12}$/, ''),
    );
    expect(secrets.filter((name) => name.startsWith('devnet-')).sort()).toEqual([
      'devnet-devnet-l1', // a copy for each of the two endpoints
      'devnet-devnet-l1',
      'devnet-keys', // the user's, of other tests
      'devnet-l1',
      'devnet-replica-jwt',
      'devnet-replica-p2p',
    ]);
  });

  it('shows what L1 says of the chain, and judges what it has: nothing about sequencers and batchers', async () => {
    const { deployment, files } = devnet.chain;
    const status = await waitForStatus(devnet, 'it follows', ({ health, conditions }) =>
      Boolean(
        health?.class === 'Healthy' &&
          ['Following', 'ForkReady'].every((wanted) => conditions?.some(({ type }) => type === wanted)),
      ),
    );
    const told = Object.fromEntries((status.conditions ?? []).map((item) => [item.type, item.status]));
    expect(told).toEqual({
      Orchestrated: 'True',
      ConfigurationValid: 'True',
      ContractsDiscovered: 'True',
      Ready: 'True',
      Progressing: 'False',
      AwaitingApproval: 'False',
      Paused: 'False',
      Following: 'True',
      ForkReady: 'True',
      Degraded: 'False',
    });
    expect(status).toMatchObject({
      phase: 'Ready',
      release: 'u19',
      contracts: {
        systemConfig: expect.stringMatching(new RegExp(String(files.rollup['l1_system_config_address']), 'i')),
      },
      roles: { batcher: expect.stringMatching(new RegExp(deployment.accounts.batcher, 'i')) },
      forks: expect.arrayContaining([expect.objectContaining({ name: 'jovian', active: false })]),
    });
    expect(status.sequencer).toBeUndefined();
    await readyNode(REPLICA);
  });

  it('follows what is on L1 alone where it has no p2p, and that is healthy', async () => {
    const node = await object('node', { consensus: { p2p: { enabled: false } } }, DERIVING);
    const plan = await planAfter(devnet, () => devnet.chain.apply(node));
    expect(plan).toMatchObject({ kind: 'install', outcome: 'completed' });
    const { safeL2, unsafeL2 } = await headsOf(`${DERIVING}-0`);
    expect(unsafeL2.number).toBeGreaterThan(0);
    expect(safeL2).toEqual(unsafeL2);
    await readyNode(DERIVING);
    const { conditions = [] } = await devnet.chain.status();
    expect(conditions.find(({ type }) => type === 'Following')).toMatchObject({ status: 'True' });
    expectFairPlay(devnet);
  });

  it('keeps to the peers that it is given, restarts for them, and waits until it follows again', async () => {
    const p2p = { discovery: false, staticPeers: [theirs.sequencer.multiaddr] };
    const plan = await planAfter(devnet, () => patch(devnet, 'OpNode', REPLICA, { spec: { consensus: { p2p } } }));
    expect(plan).toMatchObject({ kind: 'change', outcome: 'completed' });
    const before = await headsOf(`${REPLICA}-0`);
    await waitUntil('its head rises, ahead of the batches', async () => {
      const { unsafeL2, safeL2 } = await headsOf(`${REPLICA}-0`);
      return (unsafeL2.number > before.unsafeL2.number && unsafeL2.number > safeL2.number) || undefined;
    });
  });

  it.each<[string, Record<string, unknown>, readonly string[]]>([
    ['another chain id', { l2: { chainId: 4242 } }, ['spec.l2.chainId is 4242', 'leave spec.l2.chainId out']],
    [
      'another SystemConfig',
      { contracts: { systemConfig: `0x${'12'.repeat(20)}` } },
      [`spec.contracts.systemConfig is 0x${'12'.repeat(20)}`, REGISTRY_NAME],
    ],
    [
      'the L1 of another chain',
      { network: 'sepolia/op' },
      ['the L1 endpoint serves chain 900', 'settles on chain 11155111'],
    ],
  ])('is refused with %s: both values and the fix are told', async (_, more, says) => {
    const name = 'contradicting';
    await devnet.chain.apply(await object('network', more, name));
    await conditionOf(devnet, { name, reason: 'ChainMismatch', says });
    await remove(devnet, 'OptimismNetwork', name);
  });

  it('goes without a trace when it is deleted', async () => {
    for (const name of [REPLICA, DERIVING]) await remove(devnet, 'OpNode', name);
    await remove(devnet, 'OptimismNetwork', NETWORK);
    await waitUntil(
      'everything of it is gone',
      async () => {
        const left = [...(await readAll(devnet, 'OptimismNetwork')), ...(await readAll(devnet, 'StatefulSet'))];
        if (left.length === 0 && (await readAll(devnet, 'PersistentVolumeClaim')).length === 0) return true;
        throw new Error(left.map(({ kind, metadata }) => `${kind}/${metadata.name}`).join(', '));
      },
      PATIENCE_MS,
    );
  });
});
