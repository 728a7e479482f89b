import { readFileSync } from 'node:fs';
import { zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type BlockHeader, genesisBlockHash, genesisHeader, headerHash } from '../../src/chain/genesis.ts';
import { checkGenesis } from '../../src/chain/genesis-check.ts';
import { parseGenesisFile } from '../../src/chain/genesis-file.ts';
import { parseRollupConfig } from '../../src/chain/rollup-config.ts';

function fixture(name: string): Buffer {
  return readFileSync(new URL(`fixtures/genesis/${name}`, import.meta.url));
}
const json = (name: string) => JSON.parse(fixture(name).toString()) as Record<string, unknown>;

/** A registry chain with all forks up to Karst in its genesis. Its hash is in the registry. */
const devnet2 = JSON.parse(zstdDecompressSync(fixture('sepolia-devnet-2.json.zst')).toString()) as Record<
  string,
  unknown
>;
const DEVNET2_HASH = '0x782e7ef559d86bd85ca14b3b51bcd64b2a5abba5bf3017d83d34e666d8dc0a57';
const small = {
  config: { chainId: 901, londonBlock: 0 },
  timestamp: '0x10',
  gasLimit: 30_000_000,
  difficulty: '0',
  alloc: { '0000000000000000000000000000000000000001': { balance: '0x1' } },
};

describe('genesisBlockHash', () => {
  it('is the hash that the registry has for a chain with all forks at genesis', async () => {
    expect(await genesisBlockHash(devnet2)).toBe(DEVNET2_HASH);
  });

  it('is the hash of a legacy genesis with an imported state: OP Mainnet before Bedrock', async () => {
    const genesis = { ...json('op-mainnet.json'), config: { chainId: 10, londonBlock: 105_235_063 } };
    expect(await genesisBlockHash(genesis)).toBe('0x7ca38a1916c42007829c55e69d3e9a73265554b586a499015373241b8a3fa48b');
  });

  it.each(['devnet-header.json', 'devnet-block-101-header.json'])(
    'hashes the header that op-geth reported: %s',
    (name) => {
      const header = json(name) as unknown as BlockHeader & { hash: string };
      expect(headerHash(header)).toBe(header.hash);
    },
  );

  it('makes the header that op-geth made of the devnet genesis', async () => {
    const reported = json('devnet-header.json') as unknown as BlockHeader & { hash: string };
    const header = await genesisHeader(parseGenesisFile(json('devnet-without-alloc.json')));
    expect(headerHash({ ...header, stateRoot: reported.stateRoot })).toBe(reported.hash);
  });

  it('changes with every account, slot, code, nonce and fork that is active', async () => {
    const account = { balance: '0x1', nonce: '0x1', code: '0x6080', storage: { '0x1': '0x2' } };
    const variants = [
      small,
      { ...small, alloc: {} },
      ...[
        account,
        { ...account, balance: 2 },
        { ...account, nonce: 2 },
        { ...account, code: '0x6081' },
        { ...account, storage: { '0x1': '0x3' } },
      ].map((changed) => ({
        ...small,
        alloc: { '0x4200000000000000000000000000000000000016': changed },
      })),
      { ...small, config: { chainId: 901 } },
      { ...small, config: { ...small.config, shanghaiTime: 0 } },
      { ...small, config: { ...small.config, shanghaiTime: 16, cancunTime: 16 } },
      { ...small, config: { ...small.config, shanghaiTime: 0, cancunTime: 0, pragueTime: 0, isthmusTime: 0 } },
      { ...small, timestamp: 17 },
    ];
    const hashes = await Promise.all(variants.map((genesis) => genesisBlockHash(genesis)));
    expect(new Set(hashes).size).toBe(variants.length);
  });

  it('does not change with what is no content: zero slots, forks in the future, notation of numbers', async () => {
    const hash = await genesisBlockHash(small);
    const same = [
      {
        ...small,
        alloc: {
          '0x0000000000000000000000000000000000000001': {
            balance: 1,
            storage: { '0x5': '0x0' },
            code: '0x',
            nonce: '0x0',
          },
        },
      },
      { ...small, config: { ...small.config, shanghaiTime: 17, cancunTime: null }, slotNumber: null },
      { ...small, gasLimit: '0x1c9c380', timestamp: '16' },
    ];
    for (const genesis of same) expect(await genesisBlockHash(genesis)).toBe(hash);
  });

  it.each<[string, unknown, RegExp]>([
    ['no object', 'genesis', /genesis file: file: /],
    ['a registry file without config', { ...small, config: null }, /config is null/],
    ['no alloc', { ...small, alloc: undefined }, /alloc: /],
    ['an address that is none', { ...small, alloc: { '0x12': { balance: '0x1' } } }, /alloc\.0x12: .*/],
    [
      'code that is no hex',
      { ...small, alloc: { '0x0000000000000000000000000000000000000001': { balance: '0x1', code: 'xyz' } } },
      /alloc\.0x0+1\.code: must be hex data/,
    ],
    [
      'no balance',
      { ...small, alloc: { '0x0000000000000000000000000000000000000001': {} } },
      /balance: must be a number/,
    ],
    ['no gas limit', { ...small, gasLimit: undefined }, /gasLimit: must be a number/],
    ['state twice', { ...small, stateHash: `0x${'11'.repeat(32)}` }, /both stateHash and alloc/],
  ])('says what is wrong with %s', async (_, genesis, message) => {
    await expect(genesisBlockHash(genesis)).rejects.toMatchObject({
      name: 'OperatorError',
      type: 'InvalidSpec',
      message: expect.stringMatching(message),
      fix: expect.stringMatching(/.+/),
    });
  });
});

describe('checkGenesis', () => {
  const rollup = JSON.parse(readFileSync(new URL('fixtures/rollup.json', import.meta.url), 'utf8'));
  const matching = async () =>
    parseRollupConfig({
      ...rollup,
      genesis: { ...rollup.genesis, l2_time: 16, l2: { hash: await genesisBlockHash(small), number: 0 } },
    });

  it('finds nothing when genesis and rollup configuration belong together', async () => {
    expect(await checkGenesis(small, await matching())).toEqual([]);
  });

  it('names both values of what differs', async () => {
    const problems = await checkGenesis(
      { ...small, config: { ...small.config, chainId: 902 }, timestamp: 17 },
      await matching(),
    );
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('config.chainId of the genesis is 902, l2_chain_id is 901'),
      expect.stringContaining('timestamp of the genesis is 17, genesis.l2_time is 16'),
      expect.stringMatching(/hash of block 0 of the genesis is 0x[0-9a-f]{64}, genesis\.l2\.hash is 0x[0-9a-f]{64}/),
    ]);
    expect(problems.every(({ type, fix }) => type === 'ChainMismatch' && fix.length > 0)).toBe(true);
  });
});
