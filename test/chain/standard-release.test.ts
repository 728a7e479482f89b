/** Versions as chains have them, against the lists of the superchain registry. */
import { describe, expect, test } from 'vitest';
import { standardReleases } from '../../src/catalogue/standard-versions.ts';
import { standardRelease } from '../../src/chain/standard-release.ts';

const MAINNET = 1;
const SEPOLIA = 11_155_111;

describe('the release of a chain', () => {
  test.each<[string, number, Parameters<typeof standardRelease>[0]['versions'], string, string[]]>([
    [
      'by its SystemConfig alone',
      MAINNET,
      { system_config: '2.3.0' },
      'op-contracts/v1.8.0',
      ['op-contracts/v1.8.0-rc.4'],
    ],
    [
      'with an output oracle',
      MAINNET,
      { system_config: '1.12.0', optimism_portal: '2.5.0', l2_output_oracle: '1.8.0', l1_standard_bridge: '2.1.0' },
      'op-contracts/v1.3.0',
      [],
    ],
    [
      'that kept the bridges of the one before',
      MAINNET,
      {
        system_config: '2.2.0',
        optimism_portal: '3.10.0',
        dispute_game_factory: '1.0.0',
        anchor_state_registry: '1.0.0',
        permissioned_dispute_game: '1.2.0',
        l1_standard_bridge: '2.1.0',
      },
      'op-contracts/v1.4.0',
      [],
    ],
    [
      'that only the manager tells from another',
      MAINNET,
      { system_config: '2.4.0', optimism_portal: '3.13.0', op_contracts_manager: '1.7.0' },
      'op-contracts/v2.2.0',
      [],
    ],
    [
      'that is finished, before its candidates',
      SEPOLIA,
      { system_config: '3.13.1', optimism_portal: '5.2.0', dispute_game_factory: '1.4.0' },
      'op-contracts/v6.0.0',
      ['op-contracts/v6.0.0-rc.2', 'op-contracts/v6.0.0-rc.1'],
    ],
    [
      'that is only a candidate yet, before what was a test',
      SEPOLIA,
      { system_config: '4.0.0' },
      'op-contracts/v8.0.0-rc.2',
      ['op-contracts/v8.0.0-pcdtest'],
    ],
    ['on an L1 of its own', 900, { system_config: '3.4.0', optimism_portal: '4.6.0' }, 'op-contracts/v4.0.0', []],
  ])('%s', (_, l1ChainId, versions, release, alike) => {
    const found = standardRelease({ l1ChainId, versions });
    expect(found).toMatchObject({ release, differences: [] });
    expect(found?.alike).toEqual(expect.arrayContaining(alike));
  });

  test('is told by implementations as well, in whatever case they are written', () => {
    const { contracts } = standardReleases(SEPOLIA).find(({ name }) => name.endsWith('v5.0.0')) ?? expect.fail();
    const implementations = {
      system_config: contracts.system_config?.implementation_address?.toUpperCase().replace('0X', '0x') ?? '',
      mips: contracts.mips?.address ?? '',
    };
    expect(standardRelease({ l1ChainId: SEPOLIA, versions: {}, implementations })).toMatchObject({
      release: 'op-contracts/v5.0.0',
      differences: [],
    });
    // On an L1 of its own a contract is at another address.
    expect(standardRelease({ l1ChainId: 900, versions: { mips: '1.9.0' }, implementations })).toMatchObject({
      differences: [],
    });
  });

  test('is the nearest one, with what differs from it', () => {
    expect(
      standardRelease({
        l1ChainId: MAINNET,
        versions: {
          system_config: '3.11.0',
          optimism_portal: '5.1.1',
          dispute_game_factory: '1.3.0',
          anchor_state_registry: '3.5.0+custom',
        },
        implementations: { system_config: `0x${'ab'.repeat(20)}` },
      }),
    ).toEqual({
      release: 'op-contracts/v5.0.0',
      alike: ['op-contracts/v5.0.0-rc.2'],
      differences: [
        {
          contract: 'system_config',
          what: 'implementation',
          found: `0x${'ab'.repeat(20)}`,
          standard: '0x2fa28989fc559836e9d66dff3010c7f7f41c65ed',
        },
        { contract: 'anchor_state_registry', what: 'version', found: '3.5.0+custom', standard: '3.5.0' },
      ],
    });
  });

  test('is none when nothing is as in any', () => {
    expect(standardRelease({ l1ChainId: MAINNET, versions: { system_config: '0.1.0' } })).toBeUndefined();
    expect(standardRelease({ l1ChainId: MAINNET, versions: {} })).toBeUndefined();
  });
});

describe.each([MAINNET, SEPOLIA])('every release on L1 %i', (l1ChainId) => {
  test.each(standardReleases(l1ChainId).map((release) => [release.name, release] as const))(
    'is found by its own versions and addresses: %s',
    (name, { contracts }) => {
      const versions = Object.fromEntries(Object.entries(contracts).map(([key, { version }]) => [key, version]));
      const implementations = Object.fromEntries(
        Object.entries(contracts).flatMap(([key, { address, implementation_address }]) => {
          const at = implementation_address ?? address;
          return at === undefined ? [] : [[key, at]];
        }),
      );
      const found = standardRelease({ l1ChainId, versions, implementations });
      expect(found?.differences).toEqual([]);
      expect([found?.release, ...(found?.alike ?? [])]).toContain(name);
    },
  );
});
