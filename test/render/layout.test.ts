/** The rules of design/kubernetes.md and design/plans.md, each as it shows in what is rendered. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { imageName } from '../../src/render/image.ts';
import {
  peersConfigMapName,
  peersData,
  type RenderInput,
  sequencersConfigMapName,
  withPartition,
} from '../../src/render/index.ts';
import { opNetworkName, opRethChainName } from '../../src/render/registry-names.ts';
import { devnet, permissionedGames, registryChain, renderInput } from './render-input.ts';
import { container, maybeObject, object, objects, podSpec, variable } from './rendered.ts';

const input = renderInput(devnet());
const file = (name: string) => readFileSync(join(import.meta.dirname, 'inputs', name), 'utf8');
const chain = renderInput(file('chain.yaml'));

describe('never two sequencers', () => {
  test('whether a node sequences is read from its own key of the network’s ConfigMap, and is never optional', () => {
    for (const name of ['acme-a', 'acme-b']) {
      expect(variable(chain, name, 'op-node', 'OP_NODE_SEQUENCER_STOPPED')).toEqual({
        name: 'OP_NODE_SEQUENCER_STOPPED',
        valueFrom: { configMapKeyRef: { name: sequencersConfigMapName('acme'), key: name } },
      });
    }
  });

  test('there is no admin state file', () => {
    expect(variable(chain, 'acme-a', 'op-node', 'OP_NODE_RPC_ADMIN_STATE')).toBeUndefined();
  });

  test('a replica is no sequencer in any way', () => {
    const names = container(chain, 'acme-replica', 'op-node').env?.map(({ name }) => name) ?? [];
    expect(names.filter((name) => /SEQUENCER/.test(name))).toEqual([]);
    expect(variable(chain, 'acme-replica', 'op-node', 'OP_NODE_RPC_ENABLE_ADMIN')?.value).toBe('false');
  });

  test('the two ConfigMaps that steps write are not rendered', () => {
    expect(objects(chain).filter(({ kind }) => kind === 'ConfigMap')).toEqual([]);
  });
});

describe('peers', () => {
  test('each node lists all pods of the other ones, and none of its own', () => {
    const data = peersData(chain);
    expect(Object.keys(data)).toEqual(['acme-a', 'acme-b', 'acme-replica']);
    expect(data['acme-a']?.split(',')).toEqual([
      '/dns4/acme-b-0.acme-b.chains.svc/tcp/9222/p2p/16Uiu2HAacmeb0',
      '/dns4/acme-replica-0.acme-replica.chains.svc/tcp/9222/p2p/16Uiu2HAacmereplica0',
      '/dns4/acme-replica-1.acme-replica.chains.svc/tcp/9222/p2p/16Uiu2HAacmereplica1',
    ]);
    expect(data['acme-replica']).not.toContain('acme-replica-');
  });

  test('a node that is alone has an empty list, and its key all the same', () => {
    const alone = renderInput(file('registry-replica.yaml'), { chain: registryChain });
    expect(peersData(alone)).toEqual({ 'unichain-replica': '' });
  });

  test('nodes without p2p are nobody’s peers', () => {
    const everything = renderInput(file('everything.yaml'));
    expect(peersData(everything)).toEqual({
      'acme-sequencer': '',
      'acme-archive': '/dns4/acme-sequencer-0.acme-sequencer.chains.svc/tcp/9333/p2p/16Uiu2HAacmesequencer0',
      'acme-replica': '/dns4/acme-sequencer-0.acme-sequencer.chains.svc/tcp/9333/p2p/16Uiu2HAacmesequencer0',
    });
    expect(variable(everything, 'acme-replica', 'op-node', 'OP_NODE_P2P_DISABLE')?.value).toBe('true');
  });

  test('the list is read at the start of the container, so scaling replicas restarts no sequencer', () => {
    expect(variable(input, 'devnet-sequencer', 'op-node', 'OP_NODE_P2P_STATIC')).toEqual({
      name: 'OP_NODE_P2P_STATIC',
      valueFrom: { configMapKeyRef: { name: peersConfigMapName('devnet'), key: 'devnet-sequencer' } },
    });
  });

  test('a chain of one’s own has an empty list of boot nodes, one of the registry has its own', () => {
    expect(variable(input, 'devnet-replica', 'op-node', 'OP_NODE_P2P_BOOTNODES')).toEqual({
      name: 'OP_NODE_P2P_BOOTNODES',
      value: '',
    });
    const registry = renderInput(file('registry-replica.yaml'), { chain: registryChain });
    expect(variable(registry, 'unichain-replica', 'op-node', 'OP_NODE_P2P_BOOTNODES')).toBeUndefined();
  });

  test('each pod has a key of its own', () => {
    expect(variable(input, 'devnet-replica', 'op-node', 'OP_NODE_P2P_PRIV_PATH')?.value).toBe(
      '/secrets/p2p/$(POD_NAME)',
    );
    expect(container(input, 'devnet-replica', 'op-node').env?.[0]?.name).toBe('POD_NAME');
  });
});

describe('the pod of a node', () => {
  test('starts the execution client before op-node and ends it after: it is a native sidecar with a startup probe', () => {
    const { initContainers, containers } = podSpec(input, 'devnet-sequencer');
    expect(initContainers.map(({ name, restartPolicy }) => [name, restartPolicy])).toEqual([
      ['genesis-unpack', undefined],
      ['geth-init', undefined],
      ['op-geth', 'Always'],
    ]);
    expect(initContainers.at(-1)?.startupProbe).toBeDefined();
    expect(containers.map(({ name }) => name)).toEqual(['op-node']);
  });

  test('reaches the engine only inside of itself', () => {
    expect(variable(input, 'devnet-sequencer', 'op-geth', 'GETH_AUTHRPC_ADDR')?.value).toBe('127.0.0.1');
    expect(JSON.stringify(objects(input))).not.toContain('"containerPort":8551');
  });

  test('has no token, no service links, and every container the restricted settings', () => {
    const spec = podSpec(input, 'devnet-sequencer');
    expect(spec).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 60,
    });
    for (const { securityContext } of [...spec.initContainers, ...spec.containers]) {
      expect(securityContext).toMatchObject({ readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } });
    }
  });

  test('of op-reth needs no init step but the unpacking', () => {
    const reth = renderInput(file('chain.yaml').replaceAll('op-geth', 'op-reth'), { release: 'u19' });
    expect(podSpec(reth, 'acme-a').initContainers.map(({ name }) => name)).toEqual(['genesis-unpack', 'op-reth']);
    expect(container(reth, 'acme-a', 'op-reth').startupProbe?.tcpSocket).toEqual({ port: 'el-http' });
  });

  test('of a registry chain needs no files at all', () => {
    const registry = renderInput(file('registry-replica.yaml'), { chain: registryChain });
    expect(container(registry, 'unichain-replica', 'op-reth').args).toContain('--chain=unichain-sepolia');
    expect(variable(registry, 'unichain-replica', 'op-node', 'OP_NODE_NETWORK')?.value).toBe('unichain-sepolia');
    expect(variable(registry, 'unichain-replica', 'op-node', 'OP_NODE_ROLLUP_CONFIG')).toBeUndefined();
  });
});

describe('a StatefulSet', () => {
  test('rests with the partition at its replicas, in parallel mode', () => {
    expect(object(chain, 'StatefulSet', 'acme-replica')['spec']).toMatchObject({
      replicas: 2,
      podManagementPolicy: 'Parallel',
      updateStrategy: { rollingUpdate: { partition: 2 } },
    });
  });

  test('gets its partition lowered by a step, and nothing else', () => {
    const before = objects(chain).filter(({ metadata }) => metadata.name === 'acme-replica');
    const after = withPartition(before, 1);
    const spec = (list: typeof before) =>
      list.find(({ kind }) => kind === 'StatefulSet')?.['spec'] as Record<string, unknown>;
    expect(spec(after)).toEqual({
      ...spec(before),
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } },
    });
    expect(spec(before)['updateStrategy']).toMatchObject({ rollingUpdate: { partition: 2 } });
    expect(after.filter(({ kind }) => kind !== 'StatefulSet')).toEqual(
      before.filter(({ kind }) => kind !== 'StatefulSet'),
    );
  });

  test('has no owner, and neither have its volumes and its headless Service; everything else goes with its custom resource', () => {
    for (const object of objects(chain)) {
      const { kind, metadata } = object;
      const isDurable =
        kind === 'StatefulSet' || (object['spec'] as { clusterIP?: string } | undefined)?.clusterIP === 'None';
      expect(metadata.ownerReferences === undefined, `${kind}/${metadata.name}`).toBe(isDurable);
      for (const owner of metadata.ownerReferences ?? []) expect(owner).not.toHaveProperty('controller');
    }
  });

  test('of a stopped batcher has no pods', () => {
    const stopped = renderInput(devnet().replace('pollInterval: 1s', 'stopped: true'));
    expect(object(stopped, 'StatefulSet', 'devnet-batcher')['spec']).toMatchObject({ replicas: 0 });
  });
});

describe('disruption budgets', () => {
  test('exist for replicas of two, and for the sequencers together when there is a standby', () => {
    const budgets = objects(chain).filter(({ kind }) => kind === 'PodDisruptionBudget');
    expect(budgets.map(({ metadata }) => metadata.name)).toEqual(['acme-sequencers', 'acme-replica']);
    expect(budgets[0]?.metadata.ownerReferences?.[0]).toMatchObject({ kind: 'OptimismNetwork', name: 'acme' });
  });

  test('do not exist for single pods, whose nodes could never be drained', () => {
    expect(objects(input).filter(({ kind }) => kind === 'PodDisruptionBudget')).toEqual([]);
  });
});

describe('the admin RPC', () => {
  const ports = (name: string) =>
    (object(chain, 'Service', name)['spec'] as { ports: { name: string }[] }).ports.map((port) => port.name);

  test('is on no Service that clients use', () => {
    expect(ports('acme-a-rpc')).toEqual(['el-http', 'el-ws']);
    expect(ports('acme-replica-rpc')).toEqual(['el-http', 'el-ws', 'node-rpc']);
  });

  test('of a sequencer is open to the operator and to those who send for the chain, and to nobody else', () => {
    const { ingress } = object(chain, 'NetworkPolicy', 'acme-a')['spec'] as {
      ingress: { from?: { podSelector?: { matchLabels: Record<string, string> } }[]; ports: { port: number }[] }[];
    };
    const admitted = ingress
      .filter(({ ports: open }) => open.some(({ port }) => port === 9545))
      .flatMap(({ from }): unknown[] => from ?? ['everybody']);
    expect(admitted).toEqual([
      expect.objectContaining({ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'op-stack-operator' } } }),
      ...['batcher', 'proposer', 'challenger'].map((part) => ({
        podSelector: { matchLabels: { 'optimism.io/network': 'acme', 'app.kubernetes.io/component': part } },
      })),
    ]);
  });

  test('of the batcher is open to the operator alone', () => {
    const { ingress } = object(chain, 'NetworkPolicy', 'acme-batcher')['spec'] as {
      ingress: { from: unknown[]; ports: { port: number }[] }[];
    };
    expect(ingress.find(({ ports: open }) => open[0]?.port === 8548)?.from).toHaveLength(1);
  });

  test('is not guarded where the user switched the policy off', () => {
    expect(maybeObject(renderInput(file('everything.yaml')), 'NetworkPolicy', 'acme-replica')).toBeUndefined();
  });
});

describe('a proposer', () => {
  test('of an L2OutputOracle is told no interval, beside which op-proposer does not start', () => {
    const old = 'release: u18\n  images: {opProposer: {tag: v1.10.2}}';
    const outputs = renderInput(devnet().replace('release: u18', old), {
      contracts: { l2OutputOracle: `0x${'aa'.repeat(20)}`, registeredGameTypes: [] },
    });
    const setting = (of: RenderInput, name: string) => variable(of, 'devnet-proposer', 'op-proposer', name)?.value;
    expect(setting(outputs, 'OP_PROPOSER_L2OO_ADDRESS')).toBeDefined();
    expect(setting(outputs, 'OP_PROPOSER_PROPOSAL_INTERVAL')).toBeUndefined();
    expect(setting(input, 'OP_PROPOSER_PROPOSAL_INTERVAL')).toBeDefined();
  });
});

describe('a challenger', () => {
  const folders = (of: RenderInput, name: string) =>
    container(of, name, 'op-challenger').volumeMounts?.map(({ mountPath }) => mountPath) ?? [];

  test('of games that a program decides has a folder that cannon can be unpacked in', () => {
    expect(folders(chain, 'acme-challenger')).toContain('/tmp');
    expect(podSpec(chain, 'acme-challenger')['volumes']).toContainEqual({ name: 'tmp', emptyDir: {} });
  });

  test('of a registry chain with a rollup configuration of its own and no genesis knows the chain by its name', () => {
    const rollup = { name: 'acme-rollup-3f1c', key: 'rollup.json' };
    const named = renderInput(file('chain.yaml'), { chain: { ...registryChain, config: { rollup } } });
    const names = container(named, 'acme-challenger', 'op-challenger').env?.map(({ name }) => name);
    expect(names).toContain('OP_CHALLENGER_NETWORK');
    expect(names).not.toContain('OP_CHALLENGER_L2_GENESIS');
    expect(names).not.toContain('OP_CHALLENGER_ROLLUP_CONFIG');
  });

  test('of other games needs no such folder', () => {
    const alphabet = renderInput(file('chain.yaml'), {
      contracts: { ...permissionedGames, gameType: 255, registeredGameTypes: [255] },
    });
    expect(folders(alphabet, 'acme-challenger')).not.toContain('/tmp');
  });
});

describe('names of images and chains', () => {
  const release = { repository: 'r/op-node', tag: 'v1' };
  test.each([
    [[release, undefined, undefined], 'r/op-node:v1'],
    [[release, { tag: 'v2' }, undefined], 'r/op-node:v2'],
    [[release, { tag: 'v2', digest: 'sha256:a' }, { tag: 'v3' }], 'r/op-node:v3'],
    [[release, { digest: 'sha256:a' }, undefined], 'r/op-node:v1@sha256:a'],
    [[release, { repository: 'q/op-node' }, { digest: 'sha256:b' }], 'q/op-node:v1@sha256:b'],
    [[undefined, { tag: 'v2' }, undefined], undefined],
    [[undefined, { repository: 'q', tag: 'v2' }, undefined], 'q:v2'],
  ] as const)('an image of %j is %s', ([base, network, own], expected) => {
    expect(imageName(base, network, own)).toBe(expected);
  });

  test.each([
    ['sepolia/op', 'op-sepolia', 'op-sepolia'],
    ['mainnet/op', 'op-mainnet', 'optimism'],
    ['mainnet/unichain', 'unichain-mainnet', 'unichain'],
    ['sepolia-dev-0/base-devnet-0', 'base-devnet-0-sepolia-dev-0', 'base-devnet-0-sepolia-dev-0'],
  ])('%s is %s to op-node and op-geth, and %s to op-reth', (name, opName, rethName) => {
    expect([opNetworkName(name), opRethChainName(name)]).toEqual([opName, rethName]);
  });
});

test('without a stored custom resource, as when rendering offline, nothing has an owner', () => {
  const offline = renderInput(devnet(), { uids: false });
  expect(objects(offline).filter(({ metadata }) => metadata.ownerReferences !== undefined)).toEqual([]);
});
