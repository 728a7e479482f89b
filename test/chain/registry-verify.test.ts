/** All chains are verified by test/cli/registry.test.ts; here is what a verdict says. */
import { describe, expect, test } from 'vitest';
import { loadRegistry } from '../../src/catalogue/registry.ts';
import type { RegistryChain } from '../../src/catalogue/registry-chain.ts';
import { builtInGenesis } from '../../src/catalogue/registry-genesis.ts';
import { verifyRegistryChain } from '../../src/chain/registry-verify.ts';

const registry = loadRegistry();

const verify = async (name: string, changed: Partial<RegistryChain> = {}) => {
  const chain = registry.find(name) ?? expect.fail(`no ${name}`);
  return verifyRegistryChain({ name, chain: { ...chain, ...changed } }, await builtInGenesis(name));
};

describe('the genesis block of a chain', () => {
  test('is the one that op-node starts from', async () => {
    expect(await verify('sepolia/op')).toEqual({
      kind: 'verified',
      what: 'block 0 is 0x102de6ffb001480cc9b8b548fd05c34cd4f46ae4aa91759393db90ea0409887d',
    });
  });

  test('of OP Mainnet, which is older, is the one that op-geth knows', async () => {
    expect(await verify('mainnet/op')).toEqual({
      kind: 'verified',
      what: 'block 0 is 0x7ca38a1916c42007829c55e69d3e9a73265554b586a499015373241b8a3fa48b, as op-geth knows it; it starts at block 105235063 of an older chain, whose state the registry does not have',
    });
  });

  test('of others that are older is known to nobody', async () => {
    expect(await verify('sepolia/boba')).toEqual({
      kind: 'unknown',
      reason: 'it starts at block 511 of an older chain, whose state the registry does not have',
    });
  });
});

describe('a chain whose entry does not hold', () => {
  const unichain = registry.find('sepolia/unichain') ?? expect.fail();
  const { genesis, hardforks } = unichain;
  test.each<[string, Partial<RegistryChain>, RegExp]>([
    [
      'another hash',
      { genesis: { ...genesis, l2: { ...genesis.l2, hash: `0x${'ab'.repeat(32)}` } } },
      /^.*hash of block 0 of the genesis is 0xb7fe0bc9\w+, genesis\.l2\.hash is 0xabab/,
    ],
    [
      'another time',
      { genesis: { ...genesis, l2_time: 1 } },
      /timestamp of the genesis is 1726852428, genesis\.l2_time is 1/,
    ],
    [
      'a fork at genesis that was none',
      { hardforks: { ...hardforks, holocene_time: 0, isthmus_time: 0 } },
      /hash of block 0 of the genesis is 0x/,
    ],
    [
      'forks out of order',
      { hardforks: { ...hardforks, fjord_time: undefined } },
      /granite_time is set \(0\) but fjord_time is not/,
    ],
  ])('%s: both values are named', async (_, changed, reason) => {
    expect(await verify('sepolia/unichain', changed)).toEqual({ kind: 'wrong', reason: expect.stringMatching(reason) });
  });

  test('OP Mainnet with a genesis that is not its own', async () => {
    const name = 'mainnet/op';
    const chain = registry.find(name) ?? expect.fail();
    const other = await builtInGenesis('mainnet/boba');
    expect(await verifyRegistryChain({ name, chain }, other)).toMatchObject({
      kind: 'wrong',
      reason: expect.stringMatching(/^block 0 is 0x\w{64}, and op-geth knows it as 0x7ca38a19/),
    });
  });

  test('without a genesis nothing can be told', async () => {
    expect(await verifyRegistryChain({ name: 'acme/one', chain: unichain })).toEqual({
      kind: 'unknown',
      reason: 'no genesis file of it is built in',
    });
  });
});
