import type { RegistryChain } from '../catalogue/registry-chain.ts';
import type { ChainFacts } from './input.ts';

/** What rendering needs to know of a chain from the registry. Without one it is a chain of the user's own. */
export function registryFacts(
  registryName: string | undefined,
  chain: RegistryChain | undefined,
): Pick<ChainFacts, 'custom' | 'registryName' | 'sequencerRpc' | 'altDA'> {
  if (registryName === undefined || chain === undefined) return { custom: true };
  const { sequencer_rpc, data_availability_type } = chain;
  return {
    custom: false,
    registryName,
    ...(sequencer_rpc === undefined ? {} : { sequencerRpc: sequencer_rpc }),
    ...(data_availability_type === 'alt-da' ? { altDA: true } : {}),
  };
}
