/** The registry is compiled from its TOML files; some of them are here as they are there (fixtures, MIT License). */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import builtIn from '../../src/catalogue/registry.json' with { type: 'json' };
import { registryFile } from '../../src/catalogue/registry-chain.ts';
import standardVersions from '../../src/catalogue/standard-versions.json' with { type: 'json' };
import { compileRegistry, compileStandardVersions, inheritForks } from '../../tools/compile-registry.ts';

const GENESIS = join(import.meta.dirname, '../../src/catalogue/genesis');
const FIXTURES = join(import.meta.dirname, 'fixtures/superchain-registry');

describe('the registry that is built in', () => {
  const compiled = compileRegistry(FIXTURES);
  const known = registryFile.parse(builtIn).chains;

  test.each(Object.keys(compiled.chains))('is what the files of %s make', (name) => {
    expect(known[name]).toEqual(JSON.parse(JSON.stringify(compiled.chains[name])));
  });

  test('comes with its license', () => {
    expect(builtIn.license).toBe(compiled.license);
    expect(builtIn.license).toMatch(/^MIT License\n\nCopyright \(c\) 2023 Optimism/);
  });

  test('has the standard versions of the contracts, in the order of the files', () => {
    expect(JSON.stringify(compileStandardVersions(FIXTURES))).toBe(JSON.stringify(standardVersions));
  });

  test('has a genesis file of every chain and of no other, with the license', () => {
    const files = globSync('**/*.zst', { cwd: GENESIS }).map((path) => path.replace('.json.zst', ''));
    expect(files.sort()).toEqual(Object.keys(known));
    expect(readFileSync(join(GENESIS, 'LICENSE'), 'utf8')).toBe(builtIn.license);
  });

  test('has the contracts of a chain, and not who plays which role, which only L1 knows', () => {
    const { addresses } = known['sepolia/op'] ?? expect.fail();
    expect(addresses).toMatchObject({
      SystemConfigProxy: '0x034edD2A225f7f429A63E0f1D2084B9E0A93b538',
      AnchorStateRegistryProxy: '0xa1Cec548926eb5d69aa3B7B57d371EdBdD03e64b',
    });
    expect(Object.keys(addresses)).not.toContain('BatchSubmitter');
  });

  test('does not say that a chain takes transactions where it names no address for them', () => {
    expect(known['sepolia-devnet-2/sepolia-devnet-2']).not.toHaveProperty('sequencer_rpc');
    expect(known['sepolia/unichain']).toMatchObject({ sequencer_rpc: 'https://sepolia-sequencer.unichain.org' });
  });
});

describe('a chain takes over the forks of its superchain', () => {
  const superchain = { canyon_time: 100, delta_time: 200, ecotone_time: 300, fjord_time: 400 };
  const chain = (superchain_time: number | undefined, l2_time: number, hardforks: object = {}) => ({
    superchain_time,
    genesis: { l2_time },
    hardforks,
  });

  test.each([
    ['none without superchain_time', chain(undefined, 50), {}],
    ['all from the beginning of the superchain on', chain(0, 50), superchain],
    ['those that come after it joined', chain(300, 50), { ecotone_time: 300, fjord_time: 400 }],
    [
      'those before its genesis as active from the beginning',
      chain(0, 300),
      { canyon_time: 0, delta_time: 0, ecotone_time: 0, fjord_time: 400 },
    ],
    [
      'none that it has a time of its own for',
      chain(0, 50, { delta_time: 7, keep_karst_upgrade_gas: true }),
      { ...superchain, delta_time: 7, keep_karst_upgrade_gas: true },
    ],
  ])('%s', (_, own, expected) => {
    expect(inheritForks(own, superchain)).toEqual(expected);
  });
});
