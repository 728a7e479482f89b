import { describe, expect, test } from 'vitest';
import { createRegistry, loadRegistry } from '../../src/catalogue/registry.ts';
import type { RegistryChain } from '../../src/catalogue/registry-chain.ts';
import { registryChainConfig } from '../../src/chain/registry-chain-config.ts';
import { checkAgainstRegistry } from '../../src/chain/registry-check.ts';
import { requireRegistryChain } from '../../src/chain/registry-lookup.ts';
import { registryRollupConfig, registryRollupFile } from '../../src/chain/registry-rollup-config.ts';
import { parseRollupConfig, scheduledForks } from '../../src/chain/rollup-config.ts';
import { checkRollupConfig } from '../../src/chain/rollup-config-check.ts';
import opGethConfigs from './fixtures/registry/op-geth-1.101702.2-chain-configs.json' with { type: 'json' };

const registry = loadRegistry();
const chain = (name: string): RegistryChain => registry.find(name) ?? expect.fail(`no ${name}`);
const rollup = (name: string) => registryRollupConfig(chain(name));

describe('the rollup configuration of a registry chain', () => {
  test('is the one that op-node has of op-sepolia', () => {
    // optimism_rollupConfig of an op-node with --network=op-sepolia.
    const opNode = {
      genesis: {
        l1: { hash: '0x48f520cf4ddaf34c8336e6e490632ea3cf1e5e93b0b2bc6e917557e31845371b', number: 4071408 },
        l2: { hash: '0x102de6ffb001480cc9b8b548fd05c34cd4f46ae4aa91759393db90ea0409887d', number: 0 },
        l2_time: 1691802540,
        system_config: {
          batcherAddr: '0x8f23bb38f531600e5d8fddaaec41f13fab46e98c',
          overhead: `0x${'bc'.padStart(64, '0')}`,
          scalar: `0x${'a6fe0'.padStart(64, '0')}`,
          gasLimit: 30000000,
          eip1559Params: '0x0000000000000000',
          operatorFeeParams: `0x${'0'.repeat(64)}`,
          minBaseFee: 0,
          daFootprintGasScalar: 0,
        },
      },
      block_time: 2,
      max_sequencer_drift: 600,
      seq_window_size: 3600,
      channel_timeout: 300,
      l1_chain_id: 11155111,
      l2_chain_id: 11155420,
      regolith_time: 0,
      canyon_time: 1699981200,
      delta_time: 1703203200,
      ecotone_time: 1708534800,
      fjord_time: 1716998400,
      granite_time: 1723478400,
      holocene_time: 1732633200,
      pectra_blob_schedule_time: 1742486400,
      isthmus_time: 1744905600,
      jovian_time: 1763568001,
      karst_time: 1781712001,
      batch_inbox_address: '0xff00000000000000000000000000000011155420',
      deposit_contract_address: '0x16fc5058f25648194471939df75cf27a2fdc48bc',
      l1_system_config_address: '0x034edd2a225f7f429a63e0f1d2084b9e0a93b538',
      chain_op_config: { eip1559Elasticity: 6, eip1559Denominator: 50, eip1559DenominatorCanyon: 250 },
    };
    expect(rollup('sepolia/op')).toEqual(parseRollupConfig(opNode));
    // What op-node has known since v1.19.3, and that one did not.
    expect(registryRollupFile(chain('sepolia/op'))).toEqual({ ...opNode, keep_karst_upgrade_gas: true });
  });

  test('says where the data of an alt-DA chain can be challenged', () => {
    expect(registryRollupFile(chain('mainnet/automata'))).toMatchObject({
      alt_da: {
        da_challenge_contract_address: '0x08c5dcdd5e46d31cc1591ee15b084663507597f3',
        da_challenge_window: 3600,
        da_resolve_window: 3600,
        da_commitment_type: 'KeccakCommitment',
      },
    });
    expect(registryRollupFile(chain('sepolia/op'))).not.toHaveProperty('alt_da');
  });

  test.each<[string, object]>([
    [
      'mainnet/op',
      {
        // Not at block 0: the chain is older than Bedrock.
        genesis: { l2: { number: 105235063 }, l1: { number: 17422590 }, l2_time: 1686068903 },
        l2_chain_id: 10,
        batch_inbox_address: '0xff00000000000000000000000000000000000010',
        deposit_contract_address: '0xbeb5fc579115071764c7423a4f12edde41f106ed',
        l1_system_config_address: '0x229047fed2591dbec1ef1118d64f7af3db9eb290',
        isthmus_time: 1746806401,
        karst_time: 1783526401,
      },
    ],
    [
      'sepolia/unichain',
      {
        genesis: {
          l2: { hash: '0xb7fe0bc9f98ca03294ca0094ff9374cc3e64130b6ec85850d6e260191f48bfe7', number: 0 },
          system_config: { batcherAddr: '0x4ab3387810ef500bfe05a49dc53a44c222cbab3e', gasLimit: 30000000 },
        },
        block_time: 1,
        holocene_time: 1734559200,
        canyon_time: 0,
      },
    ],
    [
      'mainnet/celo',
      {
        genesis: { l2: { number: 31056500 } },
        block_time: 1,
        seq_window_size: 7200,
        max_sequencer_drift: 2892,
        isthmus_time: 1752073200,
        chain_op_config: { eip1559Elasticity: 5, eip1559Denominator: 400, eip1559DenominatorCanyon: 400 },
      },
    ],
  ])('%s has its own values', (name, expected) => {
    expect(rollup(name)).toMatchObject(expected);
  });

  test('has no time for a fork that the chain has not scheduled', () => {
    expect(scheduledForks(rollup('mainnet/race')).map(({ name }) => name)).toEqual([
      'regolith',
      'canyon',
      'delta',
      'ecotone',
    ]);
  });
});

describe.each(registry.chains().map(({ name }) => [name] as const))('%s', (name) => {
  const { chain_id, addresses, data_availability_type, alt_da } = chain(name);

  test('is found by its name and by its chain id', () => {
    expect(requireRegistryChain(registry, name)).toEqual({ name, chain: chain(name) });
    expect(requireRegistryChain(registry, String(chain_id))).toEqual({ name, chain: chain(name) });
  });

  test('has a rollup configuration that op-node would take, with the forks in order', () => {
    expect(checkRollupConfig(rollup(name))).toEqual([]);
    const times = scheduledForks(rollup(name)).map(({ time }) => time);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test('has its contracts on L1, each at an address of its own', () => {
    const { OptimismPortalProxy, SystemConfigProxy, L1StandardBridgeProxy } = addresses;
    expect([OptimismPortalProxy, SystemConfigProxy, L1StandardBridgeProxy]).not.toContain(undefined);
    expect(new Set(Object.values(addresses)).size).toBe(Object.keys(addresses).length);
    expect(alt_da === undefined || data_availability_type === 'alt-da').toBe(true);
  });
});

describe('the chain that somebody names', () => {
  const op = chain('sepolia/op');
  const twice = createRegistry({ 'sepolia/op': op, 'local/devnet': op, 'sepolia/zora': chain('sepolia/zora') });
  test.each([
    ['sepolia/unichian', 'has no chain "sepolia/unichian"', 'Did you mean sepolia/unichain?'],
    ['unichain', 'has no chain "unichain"', 'Did you mean mainnet/unichain or sepolia/unichain?'],
    ['op-sepolia', 'has no chain "op-sepolia"', 'Did you mean mainnet/op or sepolia/op?'],
    ['424242', 'has no chain "424242"', 'chain ids are decimal. All: opstack registry list.'],
    ['0x14a34', 'has no chain "0x14a34"', 'one of the superchains mainnet, sepolia, sepolia-devnet-2'],
  ])('is unknown: %s', (written, message, fix) => {
    expect(() => requireRegistryChain(registry, written)).toThrow(
      expect.objectContaining({
        type: 'ReferenceNotFound',
        message: expect.stringContaining(message),
        fix: expect.stringContaining(fix),
      }),
    );
  });

  test('is not guessed where two have its id', () => {
    expect(() => requireRegistryChain(twice, '11155420')).toThrow(
      expect.objectContaining({
        message: 'the superchain registry has 2 chains with the id 11155420',
        fix: 'Name the one that is meant: local/devnet or sepolia/op.',
      }),
    );
    expect(requireRegistryChain(twice, 'local/devnet').name).toBe('local/devnet');
  });
});

describe('the chain configuration of execution clients', () => {
  test.each(Object.entries(opGethConfigs))('of %s is the one that op-geth makes', (name, opGeth) => {
    const config = registryChainConfig(chain(name));
    // The registry that was built into the last op-geth is older than Karst.
    const { karstTime, ...known } = JSON.parse(JSON.stringify(config));
    expect(known).toEqual(opGeth);
    expect(karstTime).toBe(chain(name).hardforks.karst_time);
  });
});

describe('what a spec says beside the name of its chain', () => {
  const known = rollup('sepolia/unichain');
  const said = (fields: Partial<Parameters<typeof checkAgainstRegistry>[2]>) =>
    checkAgainstRegistry('sepolia/unichain', known, { genesis: false, ...fields });
  const { SystemConfigProxy } = chain('sepolia/unichain').addresses;

  test('may be the same', () => {
    expect(said({})).toEqual([]);
    expect(
      said({ l1ChainId: 11_155_111, l2ChainId: 1301, systemConfig: SystemConfigProxy, rollup: known, genesis: true }),
    ).toEqual([]);
  });

  test.each<[string, Parameters<typeof said>[0], string, string, string]>([
    ['another L1', { l1ChainId: 1 }, 'spec.l1.chainId', '1', '11155111'],
    ['another chain id', { l2ChainId: 130 }, 'spec.l2.chainId', '130', '1301'],
    [
      'another SystemConfig',
      { systemConfig: `0x${'AB'.repeat(20)}` },
      'spec.contracts.systemConfig',
      `0x${'ab'.repeat(20)}`,
      SystemConfigProxy.toLowerCase(),
    ],
    [
      'a rollup.json of another chain',
      { rollup: { ...known, batch_inbox_address: `0x${'00'.repeat(20)}` } },
      'batch_inbox_address of the rollup configuration',
      `0x${'00'.repeat(20)}`,
      '0xff00000000000000000000000000000000001301',
    ],
    [
      'another fork time for op-node alone',
      { rollup: { ...known, karst_time: undefined } },
      'karst_time of the rollup configuration',
      'not set',
      '1781712001',
    ],
  ])('may not be %s: both values, and what to do', (_, fields, field, value, expected) => {
    expect(said(fields)).toEqual([
      {
        type: 'ChainMismatch',
        message: `${field} is ${value}, and the superchain registry has ${expected} for sepolia/unichain`,
        fix: expect.stringMatching(/^leave spec\.\S+ out, or /),
      },
    ]);
  });

  test('may be other fork times where the execution client is given them as well', () => {
    expect(said({ rollup: { ...known, karst_time: 1_900_000_000 }, genesis: true })).toEqual([]);
  });
});
