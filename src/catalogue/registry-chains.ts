/**
 * Chains of the superchain registry (https://github.com/ethereum-optimism/superchain-registry, MIT License, copyright
 * 2023 Optimism): their names, and the chain ids of L1 and L2. So an unknown name is told from a known one.
 */

import { isNear } from '../api/near-name.ts';

export interface RegistryChain {
  readonly l1ChainId: number;
  readonly l2ChainId: number;
}

/** By name, `<superchain>/<chain>`. */
const CHAINS: ReadonlyMap<string, RegistryChain> = new Map(
  (
    [
      ['mainnet/automata', 1, 65_536],
      ['mainnet/bob', 1, 60_808],
      ['mainnet/boba', 1, 288],
      ['mainnet/celo', 1, 42_220],
      ['mainnet/cyber', 1, 7560],
      ['mainnet/ethernity', 1, 183],
      ['mainnet/fraxtal', 1, 252],
      ['mainnet/funki', 1, 33_979],
      ['mainnet/hashkeychain', 1, 177],
      ['mainnet/ink', 1, 57_073],
      ['mainnet/lisk', 1, 1135],
      ['mainnet/lyra', 1, 957],
      ['mainnet/metal', 1, 1750],
      ['mainnet/mint', 1, 185],
      ['mainnet/mode', 1, 34_443],
      ['mainnet/op', 1, 10],
      ['mainnet/orderly', 1, 291],
      ['mainnet/polynomial', 1, 8008],
      ['mainnet/race', 1, 6805],
      ['mainnet/redstone', 1, 690],
      ['mainnet/settlus-mainnet', 1, 5371],
      ['mainnet/shape', 1, 360],
      ['mainnet/silent-data-mainnet', 1, 380_929],
      ['mainnet/soneium', 1, 1868],
      ['mainnet/sseed', 1, 5330],
      ['mainnet/swan', 1, 254],
      ['mainnet/tbn', 1, 624],
      ['mainnet/unichain', 1, 130],
      ['mainnet/worldchain', 1, 480],
      ['mainnet/xterio-eth', 1, 2_702_128],
      ['mainnet/zora', 1, 7_777_777],
      ['sepolia/boba', 11_155_111, 28_882],
      ['sepolia/camp', 11_155_111, 325_000],
      ['sepolia/celo-sep', 11_155_111, 11_142_220],
      ['sepolia/cyber', 11_155_111, 111_557_560],
      ['sepolia/funki', 11_155_111, 3_397_901],
      ['sepolia/ink', 11_155_111, 763_373],
      ['sepolia/lisk', 11_155_111, 4202],
      ['sepolia/metal', 11_155_111, 1740],
      ['sepolia/mode', 11_155_111, 919],
      ['sepolia/op', 11_155_111, 11_155_420],
      ['sepolia/ozean', 11_155_111, 7_849_306],
      ['sepolia/pivotal', 11_155_111, 16_481],
      ['sepolia/race', 11_155_111, 6806],
      ['sepolia/radius_testnet', 11_155_111, 863],
      ['sepolia/settlus-sepolia', 11_155_111, 5373],
      ['sepolia/shape', 11_155_111, 11_011],
      ['sepolia/soneium-minato', 11_155_111, 1946],
      ['sepolia/tbn', 11_155_111, 625],
      ['sepolia/unichain', 11_155_111, 1301],
      ['sepolia/worldchain', 11_155_111, 4801],
      ['sepolia/zora', 11_155_111, 999_999_999],
      ['sepolia-devnet-2/sepolia-devnet-2', 11_155_111, 420_130_015],
    ] as const
  ).map(([name, l1ChainId, l2ChainId]) => [name, { l1ChainId, l2ChainId }]),
);

export function registryChain(name: string): RegistryChain | undefined {
  return CHAINS.get(name);
}

/** Names that may be meant by one that is not in the registry: the same chain elsewhere, parts swapped, a slip of the pen. */
export function similarRegistryChains(name: string): string[] {
  const parts = name.toLowerCase().split(/[/-]/);
  const resembles = (known: string) => {
    const [superchain = '', chain = ''] = known.split('/');
    return (
      isNear(known, name) ||
      (isNear(superchain, parts[0] ?? '') && isNear(chain, parts[1] ?? '')) ||
      parts.includes(chain)
    );
  };
  return [...CHAINS.keys()].filter(resembles);
}

/** Names of the registry's groups of chains: `mainnet`, `sepolia`. */
export function superchains(): string[] {
  return [...new Set([...CHAINS.keys()].map((name) => name.split('/')[0] ?? ''))];
}
