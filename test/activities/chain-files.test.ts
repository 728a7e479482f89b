/** What is gathered of a chain: from the registry by its name, from the user's files, or from both. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { gatherChainFiles } from '../../src/activities/gather/chain-files.ts';
import type { References } from '../../src/activities/gather/references.ts';
import type { OptimismNetwork } from '../../src/api/optimism-network.ts';
import { parseObject } from '../../src/api/parse.ts';
import { loadRegistry } from '../../src/catalogue/registry.ts';
import { registryRollupConfig } from '../../src/chain/registry-rollup-config.ts';
import { sample } from '../api/sample-objects.ts';

const registry = loadRegistry();
const unichain = registry.find('sepolia/unichain') ?? expect.fail();
const rollup = registryRollupConfig(unichain);

/** The user's ConfigMaps, by `<name>/<key>`. */
function referencesTo(files: Readonly<Record<string, Buffer>>): References {
  return {
    resolved: [],
    problems: [],
    lostCopies: [],
    copies: () => [],
    find: (kind, name, key) => {
      const value = files[`${name}/${key}`];
      const use = { kind, name, key, object: 'OptimismNetwork/acme', field: 'spec' };
      return value && { use, value, token: 'token', copy: { name, key } };
    },
  };
}

function network(changes: Record<string, unknown>): OptimismNetwork {
  const bare = { 'spec.l2': undefined, 'spec.contracts': undefined, 'spec.l1.chainId': undefined };
  const noFiles = { 'spec.rollupConfig': undefined, 'spec.genesis': undefined };
  const parsed = parseObject('OptimismNetwork', sample('OptimismNetwork', { ...bare, ...noFiles, ...changes }));
  return parsed.ok ? parsed.value : expect.fail(JSON.stringify(parsed.problems));
}

const gather = (changes: Record<string, unknown>, files: Readonly<Record<string, Buffer>> = {}) =>
  gatherChainFiles(network(changes), referencesTo(files), registry);
const NAMED = { 'spec.network': 'sepolia/unichain' };
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const inline = { inline: JSON.stringify(rollup) };
const genesisRef = { configMapRef: { name: 'acme-chain', key: 'genesis.json' } };
/** Of no chain that is known anywhere. */
const genesis = json({
  config: { chainId: 1301, londonBlock: 0 },
  timestamp: '0x1',
  gasLimit: '0x1c9c380',
  difficulty: '0x0',
  alloc: {},
});

describe('a chain that is named', () => {
  it('needs no files: the programs know it, and the facts are in the registry', async () => {
    const { files, problems } = await gather(NAMED);
    expect(problems).toEqual([]);
    expect(files).toEqual({
      rollup,
      contracts: expect.objectContaining({ optimismPortal: expect.any(String) }),
      objects: [],
      facts: {
        l1ChainId: 11155111,
        l2ChainId: 1301,
        blockTimeSeconds: 1,
        seqWindowSize: 3600,
        genesisHash: '0xb7fe0bc9f98ca03294ca0094ff9374cc3e64130b6ec85850d6e260191f48bfe7',
        custom: false,
        registryName: 'sepolia/unichain',
        sequencerRpc: 'https://sepolia-sequencer.unichain.org',
        forks: expect.arrayContaining([{ name: 'karst', time: 1781712001 }]),
        batchInbox: '0xff00000000000000000000000000000000001301',
        config: {},
      },
    });
  });

  it('is the same when the spec says outright that its files are in the registry', async () => {
    const said = { ...NAMED, 'spec.rollupConfig': { registry: true }, 'spec.genesis': { registry: true } };
    expect(await gather(said)).toEqual(await gather(NAMED));
  });

  it('says that its batches are elsewhere', async () => {
    expect((await gather({ 'spec.network': 'mainnet/celo' })).files?.facts).toMatchObject({ altDA: true });
  });

  it('has the configuration of an L1 that op-node does not know from the user', async () => {
    const { files } = await gather({ ...NAMED, 'spec.l1.chainConfig': { inline: '{"chainId": 11155111}' } });
    expect(files?.objects.map(({ metadata }) => metadata.name)).toEqual([
      expect.stringMatching(/^acme-l1-chain-[0-9a-f]{12}$/),
    ]);
    expect(files?.facts.config).toEqual({
      l1ChainConfig: { name: files?.objects[0]?.metadata.name, key: 'l1-chain.json' },
    });
  });

  it.each([
    ['chain id of L1', { 'spec.l1.chainId': 1 }, ['spec.l1.chainId is 1', '11155111']],
    ['chain id', { 'spec.l2.chainId': 130 }, ['spec.l2.chainId is 130', '1301']],
    [
      'SystemConfig',
      { 'spec.contracts.systemConfig': `0x${'12'.repeat(20)}` },
      [`0x${'12'.repeat(20)}`, unichain.addresses.SystemConfigProxy.toLowerCase()],
    ],
  ])('may not have another %s: both values and the fix are told', async (_, changes, says) => {
    const { problems } = await gather({ ...NAMED, ...changes });
    expect(problems).toMatchObject([{ type: 'ChainMismatch', fix: expect.stringContaining('spec.network') }]);
    for (const text of says) expect(problems[0]?.message).toContain(text);
  });

  it('has nothing to be rolled out with while the registry does not know it', async () => {
    const own = { 'spec.rollupConfig': inline, 'spec.genesis': genesisRef };
    const files = { 'acme-chain/genesis.json': genesis };
    expect(await gather({ 'spec.network': 'sepolia/unichian' })).toEqual({ problems: [] });
    expect(await gather({ 'spec.network': 'sepolia/unichian', ...own }, files)).toEqual({ problems: [] });
  });
});

describe('a chain that is named, and files of the user', () => {
  it('the rollup.json wins, with the same forks as the execution client has by the name', async () => {
    const later = { ...rollup, max_sequencer_drift: 1800 };
    const { files, problems } = await gather({ ...NAMED, 'spec.rollupConfig': { inline: JSON.stringify(later) } });
    expect(problems).toEqual([]);
    expect(files?.rollup.max_sequencer_drift).toBe(1800);
    expect(files?.facts).toMatchObject({ custom: false, config: { rollup: { key: 'rollup.json' } } });
    expect(files?.facts.config).not.toHaveProperty('genesis');
    const otherForks = { ...rollup, karst_time: 1_900_000_000 };
    const refused = await gather({ ...NAMED, 'spec.rollupConfig': { inline: JSON.stringify(otherForks) } });
    expect(refused.problems).toMatchObject([{ type: 'ChainMismatch', message: expect.stringContaining('karst_time') }]);
  });

  it('a genesis of another chain is told from its own', async () => {
    const { problems } = await gather({ ...NAMED, 'spec.genesis': genesisRef }, { 'acme-chain/genesis.json': genesis });
    expect(problems).toMatchObject([
      { type: 'ChainMismatch', message: expect.stringContaining(`expected ${unichain.genesis.l2.hash}`) },
    ]);
  });

  it('one that is missing holds it up, and the registry does not take its place', async () => {
    const ref = { configMapRef: { name: 'acme-chain', key: 'rollup.json' } };
    expect(await gather({ ...NAMED, 'spec.rollupConfig': ref })).toEqual({ problems: [] });
    expect(await gather({ ...NAMED, 'spec.genesis': genesisRef })).toEqual({ problems: [] });
  });
});

describe('a chain of the user’s own', () => {
  const CUSTOM = {
    'spec.l1.chainId': 11155111,
    'spec.l2.chainId': 1301,
    'spec.contracts.systemConfig': unichain.addresses.SystemConfigProxy,
    'spec.rollupConfig': inline,
    'spec.genesis': { configMapRef: { name: 'acme-chain', key: 'genesis.json' } },
  };

  it.each([
    ['plain', genesis, 'none', 'genesis.json'],
    ['packed', gzipSync(genesis), 'gzip', 'genesis.json.gz'],
  ])('has its files stored, the genesis %s as it came', async (_, bytes, compression, key) => {
    const { files, problems } = await gather(CUSTOM, { 'acme-chain/genesis.json': bytes });
    expect(files?.facts).toMatchObject({
      custom: true,
      config: { rollup: { key: 'rollup.json' }, genesis: { key, compression } },
    });
    expect(files?.facts).not.toHaveProperty('registryName');
    expect(files?.objects.map(({ metadata }) => metadata.name.replace(/-[0-9a-f]{12}$/, ''))).toEqual([
      'acme-rollup',
      'acme-genesis',
    ]);
    // This genesis is of no chain; that is all that is wrong.
    expect(problems.map(({ message }) => message.split(':')[0])).toEqual(['hash of block 0 by the genesis file']);
  });

  it('begins with a later block where it was another chain before, and its genesis file says nothing about that', async () => {
    const later = { ...rollup, genesis: { ...rollup.genesis, l2: { ...rollup.genesis.l2, number: 7 } } };
    const changes = { ...CUSTOM, 'spec.rollupConfig': { inline: JSON.stringify(later) } };
    expect((await gather(changes, { 'acme-chain/genesis.json': genesis })).problems).toEqual([]);
  });
});
