/** Bad input before anything is installed: each is refused with words, nothing is made, and mending it is enough. */
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, inject, it } from 'vitest';
import type { KubeObject } from '../../src/kube/index.ts';
import { NETWORK } from '../devnet/chain.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { operatorEvents, readAll, remove, resource } from './cluster-objects.ts';
import { type Devnet, expectFairPlay, useDevnet } from './devnet.ts';
import { conditionOf, footprint } from './refusals.ts';

describe('a network that cannot be rolled out', { timeout: 300_000 }, () => {
  const devnetOf = useDevnet('bad-input');
  let devnet: Devnet;
  let untouched: Record<string, string> | undefined;

  beforeEach(async () => {
    devnet = devnetOf();
    untouched ??= await footprint(devnet);
  });

  /** The user's own Secrets and ConfigMaps are written by these tests; everything else must stay away. */
  async function expectNothingMade(): Promise<void> {
    const found = Object.keys(await footprint(devnet));
    expect(found.filter((object) => !(object in (untouched ?? {})))).toEqual([]);
    expect(await readAll(devnet, 'Lease')).toEqual([]);
  }

  async function putSecret(name: string, stringData: Record<string, string>): Promise<void> {
    const { chain, namespace } = devnet;
    await remove(devnet, 'Secret', name);
    await chain.kube.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData });
  }

  async function putChainFiles(rollup: object): Promise<void> {
    const { chain, namespace } = devnet;
    const data = {
      'rollup.json': JSON.stringify({ ...chain.files.rollup, ...rollup }),
      'l1.json': JSON.stringify(chain.files.l1ChainConfig),
    };
    const binaryData = { 'genesis.json.gz': gzipSync(JSON.stringify(chain.files.genesis)).toString('base64') };
    await chain.kube.apply(
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'devnet-chain', namespace }, data, binaryData },
      { fieldManager: 'devnet', force: true },
    );
  }

  function network(change: Record<string, unknown> = {}): KubeObject {
    return resource(devnet, NETWORK, change);
  }

  const l1 = () => {
    const { deployment } = devnet.chain;
    return { rpc: deployment.l1RpcUrl, beacon: inject('beaconUrl') };
  };
  const keys = () => {
    const { keys: own } = devnet.chain.deployment;
    return { 'unsafe-block-signer': own.sequencerSigner, batcher: own.batcher };
  };

  it('names a Secret that is missing', async () => {
    const { chain } = devnet;
    await remove(devnet, 'Secret', 'devnet-l1');
    await chain.apply(...chain.resources);
    await conditionOf(devnet, {
      reason: 'ReferenceNotFound',
      says: ['Secret "devnet-l1" does not exist', 'spec.l1.rpc', 'create the Secret with the key "rpc"'],
    });
    await expectNothingMade();
  });

  it('names a key that is missing in a Secret, as soon as the Secret appears', async () => {
    await putSecret('devnet-l1', { url: 'http://127.0.0.1:1', beacon: 'http://127.0.0.1:1' });
    await conditionOf(devnet, {
      reason: 'ReferenceNotFound',
      says: ['Secret "devnet-l1" has no key "rpc" (it has beacon, url)', 'spec.l1.rpc', 'add the key'],
    });
    await expectNothingMade();
  });

  it('says that L1 does not answer, and shows no credential of its URL', async () => {
    await putSecret('devnet-l1', { ...l1(), rpc: 'http://127.0.0.1:1/v3/an-api-key-that-is-secret' });
    const message = await conditionOf(devnet, {
      status: 'Unknown',
      reason: 'L1Unavailable',
      says: ['127.0.0.1:1'],
    });
    expect(message).not.toContain('an-api-key-that-is-secret');
    await conditionOf(devnet, { type: 'ContractsDiscovered', status: 'Unknown', reason: 'L1Unavailable' });
    await expectNothingMade();
  });

  it('goes on by itself when L1 answers, up to the next thing that is wrong: a genesis of another chain', async () => {
    const { genesis } = devnet.chain.files.rollup as { genesis: { l2: object } };
    const wrong = `0x${'42'.repeat(32)}`;
    await putChainFiles({ genesis: { ...genesis, l2: { ...genesis.l2, hash: wrong } } });
    await putSecret('devnet-l1', l1());
    await conditionOf(devnet, {
      reason: 'ChainMismatch',
      says: [
        'hash of block 0 by the genesis file',
        devnet.chain.files.genesisHash,
        wrong,
        'provide both from the same deployment',
      ],
    });
    await expectNothingMade();
  });

  it('holds the chain id of L1 against rollup.json', async () => {
    await putChainFiles({});
    await remove(devnet, 'OptimismNetwork', NETWORK);
    await devnet.chain.apply(network({ l1: { chainId: 11155111 } }));
    await conditionOf(devnet, {
      reason: 'ChainMismatch',
      says: ['l1_chain_id of the rollup configuration', '900', '11155111', 'set spec.l1.chainId'],
    });
    await expectNothingMade();
  });

  it('holds the chain id of L1 against what the endpoint serves', async () => {
    await putChainFiles({ l1_chain_id: 11155111 });
    await conditionOf(devnet, {
      reason: 'ChainMismatch',
      says: ['the L1 endpoint serves chain 900', 'settles on chain 11155111', 'Correct spec.l1.rpc'],
    });
    await expectNothingMade();
    await putChainFiles({});
    await remove(devnet, 'OptimismNetwork', NETWORK);
  });

  it('says that there is no contract at the address of the SystemConfig', async () => {
    const empty = `0x${'de'.repeat(20)}`;
    await putChainFiles({ l1_system_config_address: empty });
    await devnet.chain.apply(network({ contracts: { systemConfig: empty } }));
    await conditionOf(devnet, {
      reason: 'ChainMismatch',
      says: [`there is no contract at ${empty}`, 'has no code', 'spec.contracts.systemConfig'],
    });
    await expectNothingMade();
  });

  it('recognises the implementation of a SystemConfig that was given in place of its proxy', async () => {
    const implementation = devnet.chain.deployment.implementations['SystemConfig'] ?? '';
    await putChainFiles({ l1_system_config_address: implementation.toLowerCase() });
    await devnet.chain.apply(network({ contracts: { systemConfig: implementation } }));
    await conditionOf(devnet, {
      reason: 'ChainMismatch',
      says: [/implementation of a SystemConfig, not its proxy/, 'SystemConfigProxy'],
    });
    await expectNothingMade();
  });

  it('shows both addresses when the SystemConfig is not the one of rollup.json', async () => {
    const { addresses } = devnet.chain.deployment;
    const other = addresses['OptimismPortal2Proxy'] ?? '';
    await putChainFiles({});
    await devnet.chain.apply(network({ contracts: { systemConfig: other } }));
    await conditionOf(devnet, {
      reason: 'ChainMismatch',
      says: ['l1_system_config_address', (addresses['SystemConfigProxy'] ?? '').toLowerCase(), other.toLowerCase()],
    });
    await expectNothingMade();
  });

  it('shows both addresses when the batcher key is not the one of the on-chain batcher', async () => {
    const { accounts, keys: own } = devnet.chain.deployment;
    await putSecret('devnet-keys', { ...keys(), batcher: own.challenger });
    await devnet.chain.apply(network());
    await conditionOf(devnet, {
      reason: 'ChainMismatch',
      says: [new RegExp(accounts.batcher, 'i'), new RegExp(accounts.challenger, 'i'), 'setBatcherHash'],
    });
    await expectNothingMade();
  });

  it('shows both addresses when the signer key is not the one of the on-chain unsafe block signer', async () => {
    const { accounts, keys: own } = devnet.chain.deployment;
    await putSecret('devnet-keys', { ...keys(), 'unsafe-block-signer': own.challenger });
    await conditionOf(devnet, {
      reason: 'ChainMismatch',
      says: [new RegExp(accounts.sequencerSigner, 'i'), new RegExp(accounts.challenger, 'i'), 'setUnsafeBlockSigner'],
    });
    await expectNothingMade();
  });

  it('says which key of a Secret is no private key, without showing it', async () => {
    await putSecret('devnet-keys', { ...keys(), batcher: 'this-is-not-a-private-key' });
    const message = await conditionOf(devnet, {
      reason: 'InvalidSpec',
      says: ['Secret "devnet-keys"', 'key "batcher"', 'hexadecimal'],
    });
    expect(message).not.toContain('this-is-not-a-private-key');
    await expectNothingMade();
  });

  it('tells an unknown name of the superchain registry from one that is said to be another chain', async () => {
    const { chain } = devnet;
    const registryNetwork = (name: string, more: object = {}): KubeObject => {
      const { l1 } = network()['spec'] as { l1: object };
      return { ...network(), spec: { network: name, l1: { ...l1, chainId: undefined }, ...more } };
    };
    await remove(devnet, 'OptimismNetwork', NETWORK);
    await chain.apply(registryNetwork('sepolia/unichian'));
    await conditionOf(devnet, {
      reason: 'ReferenceNotFound',
      says: ['spec.network', '"sepolia/unichian"', 'Did you mean sepolia/unichain?'],
    });
    await expectNothingMade();
    await remove(devnet, 'OptimismNetwork', NETWORK);
    await chain.apply(registryNetwork('sepolia/unichain', { l2: { chainId: 130 } }));
    await conditionOf(devnet, {
      reason: 'ChainMismatch',
      says: ['spec.l2.chainId is 130', 'has 1301 for sepolia/unichain', 'leave spec.l2.chainId out'],
    });
    await expectNothingMade();
    await remove(devnet, 'OptimismNetwork', NETWORK);
    await chain.apply(network());
  });

  it('says that two components need the same objects, before the second one would take them over', async () => {
    const { chain } = devnet;
    const batcher = resource(devnet, 'devnet-batcher');
    await remove(devnet, 'OpBatcher', 'devnet-batcher');
    await chain.apply({ ...batcher, metadata: { ...batcher.metadata, name: 'devnet-sequencer' } });
    await putSecret('devnet-keys', keys());
    await conditionOf(devnet, {
      kind: 'OpBatcher',
      name: 'devnet-sequencer',
      reason: 'InvalidSpec',
      says: ['StatefulSet/devnet-sequencer', 'which OpNode/devnet-sequencer of the same network needs as well'],
    });
    await expectNothingMade();
    // Nothing may begin before the last case.
    await remove(devnet, 'Secret', 'devnet-keys');
    await chain.apply(batcher);
    await remove(devnet, 'OpBatcher', 'devnet-sequencer');
  });

  it('names another network that runs the same chain, in whichever namespace, and goes on when that one is gone', async () => {
    const { chain, namespace } = devnet;
    await putSecret('devnet-keys', keys());
    const theirs = { apiVersion: 'v1', kind: 'Namespace', name: `${namespace}-theirs` };
    await chain.kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: theirs.name } });
    await remove(devnet, 'OptimismNetwork', NETWORK);
    for (const { metadata, ...object } of [network(), resource(devnet, 'devnet-batcher')])
      await chain.apply({ ...object, metadata: { ...metadata, namespace: theirs.name } });
    // Nobody rolls it out; who is rolled out comes first, whoever is older.
    await chain.kube.mergePatch(
      { apiVersion: 'optimism.io/v1alpha1', kind: 'OptimismNetwork', namespace: theirs.name, name: NETWORK },
      { status: { components: [{ kind: 'OpBatcher', name: 'devnet-batcher' }] } },
      { subresource: 'status' },
    );
    await chain.apply(network());
    await conditionOf(devnet, {
      reason: 'DuplicateChain',
      says: [`OptimismNetwork ${theirs.name}/${NETWORK} sequences or batches the same chain`, 'delete one of the two'],
    });
    await expectNothingMade();
    await chain.kube.delete(theirs);
  });

  it('has left no warning without a next step', async () => {
    for (const { type, note } of await operatorEvents(devnet)) if (type === 'Warning') expect(note).toMatch(/→ \S/);
  });

  it('rolls out by itself as soon as everything is right', async () => {
    await devnet.chain.waitForPhase('Ready', 240_000);
    const sets = await waitUntil('three StatefulSets', async () => {
      const found = (await readAll(devnet, 'StatefulSet')).map(({ metadata }) => metadata.name).sort();
      return found.length === 3 ? found : undefined;
    });
    expect(sets).toEqual(['devnet-batcher', 'devnet-replica', 'devnet-sequencer']);
    expectFairPlay(devnet);
  });
});
