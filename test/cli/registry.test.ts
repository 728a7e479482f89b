import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadRegistry } from '../../src/catalogue/registry.ts';
import { genesisBlockHash } from '../../src/chain/genesis.ts';
import { registryRollupConfig } from '../../src/chain/registry-rollup-config.ts';
import { parseRollupConfig } from '../../src/chain/rollup-config.ts';
import { opstack } from './run-opstack.ts';

const registry = loadRegistry();
const unichain = registry.find('sepolia/unichain') ?? expect.fail();
let folder: string;
/** A registry file with a chain that is built in nowhere, and one whose genesis is not what it says. */
let more: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'opstack-cli-registry-'));
  more = join(folder, 'more.json');
  const { genesis } = unichain;
  const chains = {
    'acme/one': { ...unichain, chain_id: 424_242 },
    'sepolia/unichain': { ...unichain, genesis: { ...genesis, l2_time: genesis.l2_time + 1 } },
  };
  await writeFile(more, JSON.stringify({ source: 'https://example.com', license: 'none', chains }));
});

afterAll(() => rm(folder, { recursive: true }));

const run = (...argv: string[]) => opstack(['registry', ...argv]);

describe('opstack registry list', () => {
  it('has a row for each chain', async () => {
    const { out, code } = await run('list');
    expect(out.split('\n')).toHaveLength(registry.chains().length + 2);
    expect(out).toMatch(/^NAME +CHAIN ID +L1 +BLOCKS +DATA +FORK +TITLE\n/);
    expect(out).toMatch(/\nsepolia\/op +11155420 +11155111 +2s +eth-da +karst +OP Sepolia Testnet\n/);
    expect(code).toBe(0);
  });

  it('is a list for programs, with the chains of a file', async () => {
    const { out } = await run('list', '-o', 'json', '--registry', more);
    expect(JSON.parse(out)).toContainEqual({
      name: 'acme/one',
      title: 'Unichain Sepolia Testnet',
      chainId: 424_242,
      l1ChainId: 11_155_111,
      blockTimeSeconds: 1,
      dataAvailability: 'eth-da',
      newestFork: 'karst',
    });
  });
});

describe('opstack registry show', () => {
  it.each(['sepolia/unichain', '1301'])('says where %s starts, its forks and contracts', async (written) => {
    const { out } = await opstack(['registry', 'show', written], { now: new Date('2026-06-01') });
    expect(out).toContain('sepolia/unichain  Unichain Sepolia Testnet\n');
    expect(out).toContain('--network=unichain-sepolia\n');
    expect(out).toMatch(/\nstarts at +block 0 0xb7fe0bc9\w{56}, 2024-09-20T17:13:48Z\n/);
    expect(out).toMatch(/\ngranite +from the beginning\nholocene +2024-12-18T22:00:00Z\n/);
    expect(out).toMatch(/\nkarst +2026-06-17T16:00:01Z, in the future\n/);
    expect(out).toContain(unichain.addresses.SystemConfigProxy);
  });

  it('is the entry of the registry for programs', async () => {
    const { name, ...entry } = unichain;
    const { out } = await run('show', '1301', '-o', 'yaml');
    expect(parse(out)).toEqual({ name: 'sepolia/unichain', title: name, ...JSON.parse(JSON.stringify(entry)) });
  });

  it('does not guess: an unknown chain is told with those that may be meant', async () => {
    expect(await run('show', 'unichain')).toEqual({
      code: 2,
      out: '',
      err: 'error: the superchain registry has no chain "unichain"\n  next: Did you mean mainnet/unichain or sepolia/unichain?\n',
    });
  });
});

describe('opstack registry rollup-config', () => {
  it('is a rollup.json that says the same as the registry', async () => {
    const { out } = await run('rollup-config', 'mainnet/op');
    expect(parseRollupConfig(JSON.parse(out))).toEqual(
      registryRollupConfig(registry.find('mainnet/op') ?? expect.fail()),
    );
    expect(parse((await run('rollup-config', '10', '-o', 'yaml')).out)).toEqual(JSON.parse(out));
  });
});

describe('opstack registry genesis', () => {
  it('is a genesis.json with its chain configuration, and has the hash that the chain starts from', async () => {
    const { out, err } = await run('genesis', 'sepolia/unichain');
    const genesis = JSON.parse(out);
    expect(genesis.config).toMatchObject({ chainId: 1301, cancunTime: 0, pragueTime: unichain.hardforks.isthmus_time });
    expect(await genesisBlockHash(genesis)).toBe(unichain.genesis.l2.hash);
    expect(err).toBe('');
  });

  it.each([
    ['mainnet/celo', 'it starts at block 31056500 of an older chain, whose state the registry does not have'],
    ['acme/one', 'genesis files come with the built-in registry only'],
    ['sepolia/unichain', 'timestamp of the genesis is 1726852428, genesis.l2_time is 1726852429'],
  ])('is not made of what can not be verified: %s', async (name, why) => {
    const { code, out, err } = await run('genesis', name, '--registry', more);
    expect(err).toContain(`error: The genesis of ${name} can not be made\n  why:  `);
    expect(err).toContain(why);
    expect({ code, out }).toEqual({ code: 1, out: '' });
  });
});

describe('opstack registry verify', () => {
  it('computes the genesis of every chain, and lists those of which the registry does not know enough', async () => {
    const { code, out, err } = await run('verify', '--json');
    const older = (block: number) =>
      `it starts at block ${block} of an older chain, whose state the registry does not have`;
    expect(JSON.parse(out)).toEqual({
      chains: 53,
      verified: 50,
      unverified: [
        { name: 'mainnet/boba', reason: older(1_149_019) },
        { name: 'mainnet/celo', reason: older(31_056_500) },
        { name: 'sepolia/boba', reason: older(511) },
      ],
    });
    expect({ code, err }).toEqual({ code: 0, err: '' });
  }, 120_000);

  it('is a table, with a line for each chain meanwhile where somebody waits', async () => {
    const { code, out, err } = await opstack(['registry', 'verify', '10', 'sepolia/boba', '1301'], { answers: [] });
    expect(err).toBe(
      '[1/3] mainnet/op: verified\n[2/3] sepolia/boba: not verified\n[3/3] sepolia/unichain: verified\n',
    );
    expect(out).toMatch(/\nsepolia\/boba +28882 +not verified +it starts at block 511 of an older chain/);
    expect(out).toMatch(
      /\nsepolia\/unichain +1301 +verified +block 0 is 0xb7fe0bc9\w{56}\n\n2 of 3 chains verified\.\n$/,
    );
    expect(code).toBe(0);
  });

  it('fails when an entry contradicts its genesis', async () => {
    const { code, out } = await run('verify', '424242', 'sepolia/unichain', '--registry', more, '-o', 'yaml');
    expect(parse(out)).toEqual({
      chains: 2,
      verified: 0,
      unverified: [
        { name: 'acme/one', reason: 'no genesis file of it is built in' },
        { name: 'sepolia/unichain', reason: expect.stringContaining('genesis.l2_time is 1726852429') },
      ],
    });
    expect(code).toBe(1);
  });

  it('stops when it is told to', async () => {
    const { code, out } = await opstack(['registry', 'verify'], { signal: AbortSignal.abort() });
    expect({ code, out }).toEqual({ code: 1, out: '' });
  });
});
