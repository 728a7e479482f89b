import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { afterUpgrade } from '../../src/render/game-types.ts';
import { type ChainFacts, type ContractFacts, checkOverrides, checkSettings } from '../../src/render/index.ts';
import { customChain, devnet, example, permissionedGames, registryChain, renderInput } from './render-input.ts';
import { container, variable } from './rendered.ts';

function edited(from: string | RegExp, to: string): string {
  const text = devnet().replace(from, to);
  if (text === devnet()) throw new Error(`the devnet has no "${from}"`);
  return text;
}

function found(
  yaml: string,
  facts: { chain?: ChainFacts; contracts?: ContractFacts; release?: string } = {},
): string[] {
  return texts(checkSettings(renderInput(yaml, facts)));
}

function texts(problems: ReturnType<typeof checkSettings>): string[] {
  return problems.map(({ level, type, object, message }) => `${level} ${type} ${object}: ${message}`);
}

const upgrading = (yaml: string) => yaml.replace('  contracts:', '  contracts:\n    upgrade: {gameType: 8}');
const batches = (settings: string) => edited('maxChannelDuration: 2', settings);
const remoteSigner = readFileSync(join(import.meta.dirname, 'inputs', 'remote-signer.yaml'), 'utf8');
const registryReplica = readFileSync(join(import.meta.dirname, 'inputs', 'registry-replica.yaml'), 'utf8');
const withKarst: ChainFacts = { ...customChain, forks: [...customChain.forks, { name: 'karst', time: 1795347999 }] };
const secondNamed = (name: string) =>
  `${devnet()}\n---\n${example('devnet', 'replica.yaml').replace('name: devnet-replica', `name: ${name}`)}`;

describe('settings that the programs do not check', () => {
  test('are fine in the devnet, and in a replica of a registry chain', () => {
    expect(found(devnet())).toEqual([]);
    expect(found(registryReplica, { chain: registryChain })).toEqual([]);
  });

  test.each([
    [
      'a challenger without a beacon API, whatever it plays',
      () =>
        found(edited('beacon: {secretKeyRef: {name: devnet-l1, key: beacon}}', 'ignoreBeacon: true'), {
          contracts: { ...permissionedGames, gameType: 255, registeredGameTypes: [255] },
        }),
      /^error InvalidSpec OpChallenger\/devnet-challenger: op-challenger does not start without a beacon API: the network's spec.l1.beacon/,
    ],
    [
      'a proposer with no contract to go to',
      () => found(devnet(), { contracts: { registeredGameTypes: [] } }),
      /^error Incompatible OpProposer\/devnet-proposer: L1 has neither a DisputeGameFactory nor an L2OutputOracle/,
    ],
    [
      'a proposer of other games than an upgrade of the contracts is about',
      () =>
        found(upgrading(edited('proposalInterval: 20s', 'proposalInterval: 20s\n  gameType: 1')), {
          contracts: afterUpgrade(permissionedGames, { gameType: 8 }),
        }),
      /^error InvalidSpec OpProposer\/devnet-proposer: spec.gameType is 1, and contracts.upgrade of the network is about games of type 8/,
    ],
    [
      'an upgrade from outputs to games',
      () =>
        found(upgrading(devnet()), { contracts: { l2OutputOracle: `0x${'1'.repeat(40)}`, registeredGameTypes: [] } }),
      /^error NotSupportedYet OpProposer\/devnet-proposer: contracts.upgrade of the network is about dispute games/,
    ],
    [
      'a channel that outlives the sequencing window',
      () => found(batches('maxChannelDuration: 3590')),
      /^error InvalidSpec OpBatcher\/devnet-batcher: .*is 3600 L1 blocks, and the sequencing window 3600/,
    ],
    [
      'a channel longer than half of the window, as a warning',
      () => found(batches('maxChannelDuration: 1800')),
      /^warning InvalidSpec OpBatcher\/devnet-batcher: .*less than half/,
    ],
    [
      'a channel without a limit, as a warning',
      () => found(batches('maxChannelDuration: 0')),
      /^warning InvalidSpec .*almost the whole sequencing window \(3600 L1 blocks\)/,
    ],
    [
      'blobs without a beacon API',
      () => found(remoteSigner.replace('Calldata', 'Blobs')),
      /^error InvalidSpec OpBatcher\/acme-batcher: dataAvailability: Blobs writes blobs/,
    ],
    [
      'blobs on an L1 whose forks op-batcher does not know, as a warning',
      () => found(edited('Calldata', 'Auto')),
      /^warning InvalidSpec OpBatcher\/devnet-batcher: op-batcher does not know when L1 chain 900/,
    ],
    [
      'alternative data availability that the nodes cannot read',
      () => found(edited('pollInterval: 1s', 'pollInterval: 1s\n  altDA: {server: {url: "http://da:3100"}}')),
      /^error InvalidSpec .*OpNode devnet-sequencer, OpNode devnet-replica cannot read/,
    ],
    [
      'a batcher that reads a node without the miner API',
      () => found(edited('pollInterval: 1s', 'pollInterval: 1s\n  nodeRefs: [{name: devnet-replica}]')),
      /^error InvalidSpec .*exits without it; OpNode devnet-replica has none/,
    ],
    [
      'a batcher that reads a node that does not exist',
      () => found(edited('pollInterval: 1s', 'pollInterval: 1s\n  nodeRefs: [{name: devnet-b}]')),
      /^error ReferenceNotFound OpBatcher\/devnet-batcher: spec.nodeRefs names OpNode devnet-b, which does not exist/,
    ],
    [
      'a replica that forwards to a replica',
      () => found(edited('sequencerRef: {name: devnet-sequencer}', 'sequencerRef: {name: devnet-replica}')),
      /^error ReferenceNotFound OpNode\/devnet-replica: spec.sequencerRef names OpNode devnet-replica, which is a replica/,
    ],
    [
      'a preferred sequencer that does not exist',
      () => found(edited('probeInterval: 5s', 'sequencer: {preferred: devnet-b}')),
      /^error ReferenceNotFound OptimismNetwork\/devnet: spec.sequencer.preferred names OpNode devnet-b/,
    ],
    [
      'a preferred sequencer that is never to sequence',
      () =>
        found(
          edited('probeInterval: 5s', 'sequencer: {preferred: devnet-sequencer}').replace(
            '  sequencer:\n    signer:',
            '  sequencer:\n    stopped: true\n    signer:',
          ),
        ),
      /^error InvalidSpec OptimismNetwork\/devnet: spec.sequencer.preferred names OpNode devnet-sequencer, whose/,
    ],
    [
      'op-geth on a chain that has scheduled Karst',
      () => found(devnet(), { chain: withKarst }),
      /^error Incompatible OptimismNetwork\/devnet: the chain has scheduled karst, and release u18 knows forks up to jovian/,
    ],
    [
      'op-geth in a release that has none',
      () => found(edited('release: u18', 'release: u19')),
      /^error Incompatible OpNode\/devnet-sequencer: release u19 has no image for opGeth/,
    ],
    [
      'an L1 that op-node does not know, without its configuration',
      () => found(devnet(), { chain: { ...customChain, config: { ...customChain.config, l1ChainConfig: undefined } } }),
      /^error InvalidSpec OptimismNetwork\/devnet: op-node does not know L1 chain 900/,
    ],
    [
      'a chain without its files',
      () => found(devnet(), { chain: { ...registryChain, custom: true, registryName: undefined } }),
      /^error InvalidSpec OptimismNetwork\/devnet: .*has no rollup configuration/,
    ],
    [
      'two components that would share a name',
      () => found(secondNamed('devnet-batcher')),
      /^error InvalidSpec OpBatcher\/devnet-batcher: OpBatcher\/devnet-batcher and OpNode\/devnet-batcher would both/,
    ],
    [
      'a component that takes the name of the Service of another one',
      () => found(secondNamed('devnet-sequencer-rpc')),
      /^error InvalidSpec OpNode\/devnet-sequencer-rpc: .*objects called devnet-sequencer-rpc/,
    ],
    [
      'a sequencer that no follower hears, as a warning',
      () => found(edited('l1Confirmations: 0', 'l1Confirmations: 0\n    p2p: {enabled: false}')),
      /^warning InvalidSpec OpNode\/devnet-sequencer: the sequencer has no p2p/,
    ],
    [
      'a follower that cannot ask for missed blocks, as a warning',
      () => found(edited('  consensus:\n    env: [', '  consensus:\n    reqRespSync: false\n    env: [')),
      /^warning InvalidSpec OpNode\/devnet-replica: consensus.reqRespSync: false/,
    ],
    [
      'a follower whose execution client waits for a block that nobody sends, as a warning',
      () =>
        found(
          edited(
            '  consensus:\n    env: [',
            '  consensus:\n    syncMode: execution-layer\n    p2p: {enabled: false}\n    env: [',
          ),
        ),
      /^warning InvalidSpec OpNode\/devnet-replica: consensus.syncMode: execution-layer, and op-node has no p2p/,
    ],
    [
      'batches that are not on L1, as a warning',
      () => found(registryReplica, { chain: { ...registryChain, altDA: true } }),
      /^warning InvalidSpec OpNode\/unichain-replica: the batches of sepolia\/unichain are on another data/,
    ],
    [
      'a sequencer behind a load balancer that nobody may use, as a warning',
      () => found(edited('role: Sequencer', 'role: Sequencer\n  service: {type: LoadBalancer}')),
      /^warning InvalidSpec OpNode\/devnet-sequencer: service.type: LoadBalancer/,
    ],
    [
      'a remote signer that is asked in the clear, as a warning',
      () => found(remoteSigner),
      /^warning InvalidSpec OpBatcher\/acme-batcher: spec.signer.remote is asked in the clear/,
    ],
    [
      'a remote signer that is shown no certificate, as a warning',
      () => found(remoteSigner.replace('http://signer', 'https://signer')),
      /^warning InvalidSpec OpBatcher\/acme-batcher: spec.signer.remote shows no certificate/,
    ],
  ])('name %s', (_, problems, expected) => {
    expect(problems()[0]).toMatch(expected);
  });

  test('name senders that show one certificate and want to sign with two keys, but no sequencer', () => {
    const input = renderInput(remoteSigner);
    const [batcher] = input.batchers;
    if (!batcher) throw new Error('there is no batcher');
    const remote = (address: string, secretName: string) => ({
      remote: { endpoint: 'https://signer:8080', address, tls: { secretName } },
    });
    batcher.spec.signer = remote(`0x${'aa'.repeat(20)}`, 'signer-client');
    expect(checkSettings(input)).toEqual([]);
    const other = (name: string, secretName: string) => ({
      ...batcher,
      metadata: { ...batcher.metadata, name },
      spec: { ...batcher.spec, signer: remote(`0x${'bb'.repeat(20)}`, secretName) },
    });
    const problems = (secretName: string) =>
      checkSettings({ ...input, batchers: [batcher, other('b', secretName)] }).map(
        ({ level, object, message }) => `${level} ${object} ${message}`,
      );
    expect(problems('signer-b')).toEqual([]);
    expect(problems('signer-client')).toEqual([
      expect.stringMatching(
        /^warning OpBatcher\/b has the certificate of OpBatcher\/acme-batcher \(Secret signer-client\)/,
      ),
    ]);
  });

  test('refuse a challenger with no contract to go to, whatever it would play', () => {
    const types = edited('storage: {size: 1Gi}', 'storage: {size: 1Gi}\n  gameTypes: [permissioned]');
    expect(found(types, { contracts: { registeredGameTypes: [] } })).toContainEqual(
      expect.stringMatching(/^error Incompatible OpChallenger\/devnet-challenger: L1 has neither/),
    );
  });

  test('refuse a sequencer without a key, with which no peer would accept its blocks', () => {
    const input = renderInput(devnet());
    for (const { spec } of input.nodes) if (spec.sequencer !== undefined) spec.sequencer.signer = {};
    expect(checkSettings(input)).toMatchObject([
      { level: 'error', type: 'InvalidSpec', object: 'OpNode/devnet-sequencer' },
    ]);
  });

  test('are found by the checks and never by rendering, so that they can be shown', () => {
    const input = renderInput(edited('release: u18', 'release: u19'));
    expect(container(input, 'devnet-sequencer', 'op-geth').image).toBeUndefined();
  });

  test('each say what to do', () => {
    for (const problem of checkSettings(renderInput(edited('release: u18', 'release: u19'), { chain: withKarst }))) {
      expect(problem.fix).not.toBe('');
    }
  });
});

describe('versions', () => {
  const of = (images: string) => edited('release: u18', `release: u18\n  images: ${images}`);
  const scheduled = (...names: string[]): ChainFacts => ({
    ...customChain,
    forks: names.map((name, index) => ({ name, time: 1795340000 + index })),
  });
  const onSepolia: ChainFacts = { ...customChain, l1ChainId: 11155111 };
  const onHolesky: ChainFacts = {
    ...customChain,
    l1ChainId: 17000,
    config: { ...customChain.config, l1ChainConfig: undefined },
  };
  const mode: ChainFacts = { ...registryChain, registryName: 'mainnet/mode' };
  const ofReplica = (tag: string) =>
    registryReplica.replace('release: u19', `release: u19\n  images: {opNode: {tag: ${tag}}}`);
  const consensus = (settings: { env?: { name: string; value: string }[]; extraArgs?: string[] }) => {
    const input = renderInput(devnet());
    for (const { spec } of input.nodes.slice(0, 1)) Object.assign(spec.consensus, settings);
    return texts(checkSettings(input));
  };

  test.each([
    [
      'an op-node that is too old for a fork of the chain',
      () => found(of('{opNode: {tag: v1.16.1}}'), { chain: scheduled('isthmus', 'jovian') }),
      'error Incompatible OpNode/devnet-sequencer: the chain has scheduled jovian, for which op-node has to be v1.16.2 or later; it is v1.16.1',
    ],
    [
      'a candidate of the version that a fork needs',
      () => found(of('{opNode: {tag: v1.16.2-rc.1}}'), { chain: scheduled('jovian') }),
      'error Incompatible OpNode/devnet-sequencer: the chain has scheduled jovian, for which op-node has to be v1.16.2 or later; it is v1.16.2-rc.1',
    ],
    [
      'an execution client that is too old for it',
      () => found(of('{opGeth: {tag: v1.101511.0}}'), { chain: scheduled('isthmus', 'jovian') }),
      'error Incompatible OpNode/devnet-sequencer: the chain has scheduled jovian, for which op-geth has to be v1.101603.5 or later; it is v1.101511.0',
    ],
    [
      'a batcher and a challenger that are too old for it',
      () => found(of('{opBatcher: {tag: v1.12.0}, opChallenger: {tag: v1.3.9}}'), { chain: scheduled('isthmus') }),
      'error Incompatible OpChallenger/devnet-challenger: the chain has scheduled isthmus, for which op-challenger has to be v1.4.0 or later; it is v1.3.9',
    ],
    [
      'a batcher that is too new for the op-node that it reads',
      () => found(of('{opNode: {tag: v1.13.3}, opBatcher: {tag: v1.14.0}}'), { chain: scheduled('isthmus') }),
      'error Incompatible OpBatcher/devnet-batcher: op-batcher v1.14.0 needs op-node v1.13.4 or later (it reads a field of optimism_syncStatus that older ones do not have), and that of OpNode/devnet-sequencer is v1.13.3',
    ],
    [
      'an image that is older than the release is made for, as a warning',
      () => found(of('{opChallenger: {tag: v1.7.0}}')),
      'warning Incompatible OpChallenger/devnet-challenger: release u18 is made for op-challenger v1.8.0 or later; it is v1.7.0',
    ],
    [
      'an image whose tag says no version, as a warning',
      () => found(of('{opNode: {repository: registry.example.com/op-node, tag: stable}}')),
      'warning Incompatible OpNode/devnet-sequencer: the tag of registry.example.com/op-node:stable is no version: whether this op-node knows the forks of the chain, and goes with the other programs, is not checked',
    ],
    [
      'an op-node that stops when Ethereum forks, as a warning',
      () => found(devnet(), { chain: onSepolia }),
      'warning Incompatible OpNode/devnet-sequencer: op-node v1.18.2 does not know Glamsterdam on L1: after it older ones fail with "failed to verify block hash", derivation halts, and safe and finalized head stand still',
    ],
    [
      'an op-node that no longer brings Holesky along',
      () => found(of('{opNode: {tag: v1.20.1}}'), { chain: onHolesky }),
      'error Incompatible OpNode/devnet-sequencer: op-node from v1.20.1 on does not know Holesky (L1 chain 17000) any more, and exits without its configuration; it is v1.20.1',
    ],
    [
      'an op-node that brings a wrong configuration of the chain along',
      () => found(ofReplica('v1.19.2'), { chain: mode }),
      'error Incompatible OpNode/unichain-replica: mainnet/mode needs op-node v1.19.3 or later, and it is v1.19.2: what older ones bring along of the chain has keep_karst_upgrade_gas, its sequencer went through Karst without: they have another gas limit from then on, and their safe head stands still',
    ],
    [
      'forks at one time, which newer op-nodes refuse, as a warning',
      () =>
        found(edited('release: u18', 'release: u20').replaceAll('op-geth', 'op-reth'), {
          chain: { ...customChain, forks: ['isthmus', 'jovian'].map((name) => ({ name, time: 1795347428 })) },
        }),
      'warning Incompatible OpNode/devnet-sequencer: jovian_time of the rollup configuration is that of isthmus: op-node v1.19.8 does not start with it, unless both are there from genesis',
    ],
    [
      'a flag that the version no longer has',
      () => consensus({ extraArgs: ['--rollup.halt=minor'] }),
      'error Incompatible OpNode/devnet-sequencer: spec.consensus.extraArgs: --rollup.halt: op-node has no such setting from v1.18.0 on, and is v1.18.2: it would not start',
    ],
    [
      'a variable that the version no longer has, as a warning',
      () => consensus({ env: [{ name: 'OP_NODE_ROLLUP_HALT', value: 'minor' }] }),
      'warning Incompatible OpNode/devnet-sequencer: spec.consensus.env: OP_NODE_ROLLUP_HALT: op-node has no such setting from v1.18.0 on, and is v1.18.2: it is not set',
    ],
  ])('name %s', (_, problems, expected) => {
    expect(problems()).toContain(expected);
  });

  test('say nothing of what the programs bring along where the user gives it, or their version has it right', () => {
    const rollup = { name: 'rollup-1', key: 'rollup.json' };
    const problems = [
      ...found(of('{opNode: {tag: v1.20.1}}'), { chain: { ...onHolesky, config: customChain.config } }),
      ...found(of('{opNode: {tag: v1.20.0}}'), { chain: onHolesky }),
      ...found(ofReplica('v1.19.3'), { chain: mode }),
      ...found(ofReplica('v1.19.2'), { chain: { ...mode, config: { rollup } } }),
    ];
    expect(problems.filter((text) => /Holesky|mainnet.mode/.test(text))).toEqual([]);
  });

  test('say nothing of a mirror of the very version of the release', () => {
    expect(found(of('{opNode: {repository: registry.example.com/op-node}}'))).toEqual([]);
    expect(found(of('{opNode: {repository: registry.example.com/op-node}}'), { chain: withKarst })[0]).toMatch(
      /^error Incompatible OptimismNetwork\/devnet: the chain has scheduled karst/,
    );
  });

  test('let an image of one’s own know a fork that the release does not know', () => {
    const karst = { chain: scheduled('isthmus', 'jovian', 'karst') };
    const own = of('{opNode: {tag: v1.19.7}, opReth: {tag: v2.4.4}, opChallenger: {tag: v1.9.3}}');
    expect(found(own.replaceAll('client: op-geth', 'client: op-reth'), karst)).toEqual([]);
  });

  test('are told once for a fork that the release does not know', () => {
    expect(found(devnet(), { chain: withKarst }).filter((text) => text.includes('op-node'))).toEqual([]);
  });
});

describe('overrides', () => {
  // Straight into the object: the API server and the parser refuse most of these before.
  const overridden = (change: (input: ReturnType<typeof renderInput>) => void) => {
    const input = renderInput(devnet());
    change(input);
    return input;
  };
  const consensus = (env: string, args: string[] = []) =>
    overridden(({ nodes }) => {
      for (const { spec } of nodes.slice(0, 1)) {
        spec.consensus.env = [{ name: env, value: 'canary' }];
        spec.consensus.extraArgs = args;
      }
    });

  test.each([
    'OP_NODE_SEQUENCER_STOPPED',
    'OP_NODE_RPC_ADMIN_STATE',
    'OP_NODE_P2P_STATIC',
    'OP_NODE_P2P_PRIV_RAW',
    'OP_NODE_CONDUCTOR_ENABLED',
    'OP_NODE_SIGNER_ENDPOINT',
    'POD_NAME',
  ])('of %s are refused, without showing the value', (name) => {
    const problems = checkOverrides(consensus(name));
    expect(problems).toMatchObject([{ type: 'InvalidSpec', object: 'OpNode/devnet-sequencer' }]);
    expect(problems[0]?.message).toContain(`spec.consensus.env: ${name}`);
    expect(JSON.stringify(problems)).not.toContain('canary');
  });

  test.each([
    '--sequencer.stopped=false',
    '-rpc.admin-state',
    '--rpc.admin-state=/data/state',
    '--p2p.sequencer.key=canary',
    '--l2.jwt-secret',
  ])('by the flag %s are refused too, since a flag wins over its variable', (flag) => {
    const problems = checkOverrides(consensus('OP_NODE_L1_CACHE_SIZE', [flag]));
    expect(problems).toHaveLength(1);
    expect(JSON.stringify(problems)).not.toContain('canary');
  });

  test('of anything else are the user’s to make', () => {
    expect(checkOverrides(consensus('OP_NODE_L1_CACHE_SIZE', ['--l1.cache-size=10', '--sequencer.recover']))).toEqual(
      [],
    );
  });

  test('that are refused are never rendered', () => {
    const flags = ['--rpc.admin-state', '/data/state', '--sequencer.stopped=false', '--l1.cache-size', '10'];
    const input = consensus('OP_NODE_SEQUENCER_STOPPED', flags);
    expect(variable(input, 'devnet-sequencer', 'op-node', 'OP_NODE_SEQUENCER_STOPPED')?.valueFrom).toBeDefined();
    expect(container(input, 'devnet-sequencer', 'op-node').args).toEqual(['--l1.cache-size', '10']);
  });

  test('of the execution client and the batcher are checked as well', () => {
    const input = overridden(({ nodes, batchers }) => {
      for (const { spec } of nodes) spec.execution.extraArgs = ['--authrpc.addr=0.0.0.0'];
      for (const { spec } of batchers) spec.env = [{ name: 'OP_BATCHER_STOPPED', value: 'true' }];
    });
    expect(checkOverrides(input).map(({ object }) => object)).toEqual([
      'OpNode/devnet-sequencer',
      'OpNode/devnet-replica',
      'OpBatcher/devnet-batcher',
    ]);
  });
});
