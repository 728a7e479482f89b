import { describe, expect, test } from 'vitest';
import { registryChain, similarRegistryChains, superchains } from '../../src/catalogue/registry-chains.ts';

describe('the names of the superchain registry', () => {
  test.each([
    ['mainnet/op', 1, 10],
    ['sepolia/op', 11_155_111, 11_155_420],
    ['sepolia/unichain', 11_155_111, 1301],
  ])('%s is chain %i/%i', (name, l1ChainId, l2ChainId) => {
    expect(registryChain(name)).toEqual({ l1ChainId, l2ChainId });
  });

  test.each([
    ['sepolia/unichian', ['sepolia/unichain']],
    ['sepollia/op', ['mainnet/op', 'sepolia/op']],
    ['op/sepolia', ['mainnet/op', 'sepolia/op']],
    ['sepolia/zorra', ['sepolia/zora']],
    ['acme/nothing-like-it', []],
  ])('%s is unknown, and %j may be meant', (name, similar) => {
    expect(registryChain(name)).toBeUndefined();
    expect(similarRegistryChains(name)).toEqual(similar);
  });

  test('come in groups', () => {
    expect(superchains()).toEqual(['mainnet', 'sepolia', 'sepolia-devnet-2']);
  });
});
