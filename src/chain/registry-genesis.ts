import type { RegistryChain } from '../catalogue/registry-chain.ts';
import type { RegistryGenesis } from '../catalogue/registry-genesis.ts';
import { registryChainConfig } from './registry-chain-config.ts';

/** genesis.json of a chain, as execution clients take it: the registry's file with the chain configuration in it. */
export function withChainConfig(genesis: RegistryGenesis, chain: RegistryChain): RegistryGenesis {
  return { ...genesis, config: registryChainConfig(chain) };
}
