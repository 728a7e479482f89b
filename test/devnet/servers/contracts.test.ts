import { readFileSync } from 'node:fs';
import { Contract, getAddress, getCreateAddress, JsonRpcProvider } from 'ethers';
import { describe, expect, inject, test } from 'vitest';
import { genesisBlockHash } from '../../../src/chain/genesis.ts';
import { makeChainFiles } from './chain-files.ts';
import { artifact } from './contract-artifacts.ts';
import { type Deployment, deployContracts } from './contracts.ts';
import { type Hex, jsonRpc } from './json-rpc.ts';

const l1 = { rpcUrl: inject('l1RpcUrl'), chainId: inject('l1ChainId') };

/** Waits for blocks like everybody else: no parallel test may see the shared chain jump. */
async function read(deployment: Deployment, contract: string, proxy: string, getters: string[]): Promise<unknown[]> {
  const provider = new JsonRpcProvider(l1.rpcUrl, l1.chainId, { staticNetwork: true });
  try {
    const address = deployment.addresses[proxy] ?? '';
    const at = new Contract(address, artifact(contract).interface, provider);
    return await Promise.all(getters.map((getter) => at.getFunction(getter)()));
  } finally {
    provider.destroy();
  }
}

describe('the contracts of a chain', () => {
  test('are deployed and know their roles and each other', async () => {
    const deployment = await deployContracts(l1, { l2ChainId: 4101 });
    const { accounts, addresses } = deployment;
    expect(
      await read(deployment, 'SystemConfig', 'SystemConfigProxy', [
        'version',
        'owner',
        'batcherHash',
        'unsafeBlockSigner',
        'optimismPortal',
        'disputeGameFactory',
        'batchInbox',
      ]),
    ).toEqual([
      '2.3.0-beta.2',
      accounts.deployer,
      `0x${'0'.repeat(24)}${accounts.batcher.slice(2).toLowerCase()}`,
      accounts.sequencerSigner,
      addresses['OptimismPortal2Proxy'],
      addresses['DisputeGameFactoryProxy'],
      getAddress('0xff00000000000000000000000000000000004101'),
    ]);
    const game = await read(deployment, 'PermissionedDisputeGame', 'PermissionedDisputeGame', [
      'proposer',
      'challenger',
      'l2ChainId',
    ]);
    expect(game).toEqual([accounts.proposer, accounts.challenger, 4101n]);
  });

  test('of several chains can be deployed at the same time, with different keys', async () => {
    const deployments = await Promise.all([4102, 4103, 4104].map((l2ChainId) => deployContracts(l1, { l2ChainId })));
    const keys = deployments.flatMap((deployment) => Object.values(deployment.keys));
    expect(new Set(keys).size).toBe(keys.length);
    expect(new Set(deployments.map(({ addresses }) => addresses['SystemConfigProxy'])).size).toBe(3);
  });

  test('use the keys that are given', async () => {
    const batcher: Hex = `0x${'7e'.repeat(32)}`;
    const deployment = await deployContracts(l1, { l2ChainId: 4105, roles: { batcher } });
    expect(deployment.keys.batcher).toBe(batcher);
    const [hash] = await read(deployment, 'SystemConfig', 'SystemConfigProxy', ['batcherHash']);
    expect(hash).toBe(`0x${'0'.repeat(24)}${deployment.accounts.batcher.slice(2).toLowerCase()}`);
  });
});

describe('the recorded devnet (fixtures/devnet)', () => {
  const recorded = <T>(file: string): T =>
    JSON.parse(readFileSync(new URL(`../fixtures/devnet/${file}`, import.meta.url), 'utf8')) as T;

  /** Name of the contract that each nonce of the deployer made. */
  const made = (deployer: string, contracts: Readonly<Record<string, string>>) => {
    const byAddress = new Map(Object.entries(contracts).map(([name, address]) => [address.toLowerCase(), name]));
    return Array.from({ length: 60 }, (_, nonce) =>
      byAddress.get(getCreateAddress({ from: deployer, nonce }).toLowerCase()),
    );
  };

  test('had the contracts and settings that a deployment makes', async () => {
    const { roles, contracts, implementations, check } = recorded<{
      readonly roles: { readonly deployer: string };
      readonly contracts: Record<string, string>;
      readonly implementations: Record<string, string>;
      readonly check: { readonly gasLimit: number; readonly scalar: string };
    }>('l1.json');
    const deployment = await deployContracts(l1, { l2ChainId: 4109 });
    expect(Object.keys(deployment.addresses).sort()).toEqual(Object.keys(contracts).sort());
    expect(Object.keys(deployment.implementations).sort()).toEqual(Object.keys(implementations).sort());
    expect(made(deployment.accounts.deployer, deployment.addresses)).toEqual(made(roles.deployer, contracts));
    expect(made(deployment.accounts.deployer, deployment.implementations)).toEqual(
      made(roles.deployer, implementations),
    );
    expect(deployment.systemConfig).toEqual({ gasLimit: check.gasLimit, scalar: check.scalar });
    // The L1 is described to op-node by the same file.
    const { l1ChainConfig } = await makeChainFiles(deployment);
    expect(l1ChainConfig).toEqual(recorded('l1-chain.json'));
  });
});

describe("a chain's files", () => {
  test('name the contracts, and the genesis hash is that of the genesis file', async () => {
    const deployment = await deployContracts(l1, { l2ChainId: 4106 });
    const { rollup, genesis, genesisHash } = await makeChainFiles(deployment);
    expect(genesisHash).toBe(await genesisBlockHash(genesis));
    expect(rollup).toMatchObject({
      genesis: { l1: { hash: deployment.startBlock.hash }, l2: { hash: genesisHash, number: 0 } },
      l1_chain_id: l1.chainId,
      l2_chain_id: 4106,
      block_time: 2,
      seq_window_size: 3600,
      l1_system_config_address: deployment.addresses['SystemConfigProxy']?.toLowerCase(),
    });
  });

  test('of a chain that began before its contracts have an L1 origin that is older still', async () => {
    const deployment = await deployContracts(l1, { l2ChainId: 4107 });
    const { rollup } = await makeChainFiles(deployment, { genesisAgeSeconds: 7200 });
    const { l1: origin, l2_time } = rollup['genesis'] as { l1: { hash: Hex; number: number }; l2_time: number };
    expect(l2_time).toBe(deployment.startBlock.timestamp - 7200);
    const block = await jsonRpc<{ timestamp: Hex }>(l1.rpcUrl, 'eth_getBlockByHash', [origin.hash, false]);
    expect(l2_time - Number(block.timestamp)).toBeGreaterThanOrEqual(0);
    expect(l2_time - Number(block.timestamp)).toBeLessThanOrEqual(300);
  });

  test('are refused for a genesis that is older than the L1', async () => {
    const deployment = await deployContracts(l1, { l2ChainId: 4108 });
    await expect(makeChainFiles(deployment, { genesisAgeSeconds: 86_400 })).rejects.toThrow(
      'smaller genesisAgeSeconds',
    );
  });
});
