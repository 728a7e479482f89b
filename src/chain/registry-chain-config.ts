import type { RegistryChain } from '../catalogue/registry-chain.ts';

/** The block from which OP Mainnet is an OP Stack chain, with the blocks of what it was before. */
const OP_MAINNET = 10;
const OP_MAINNET_FORKS = {
  berlinBlock: 3_950_000,
  londonBlock: 105_235_063,
  arrowGlacierBlock: 105_235_063,
  grayGlacierBlock: 105_235_063,
  mergeNetsplitBlock: 105_235_063,
  bedrockBlock: 105_235_063,
};

/**
 * `config` of genesis.json as execution clients make it of a registry entry, since the registry's genesis files have none
 * that counts. Source: `LoadOPStackChainConfig` of op-geth v1.101702.2 (params/superchain.go), and for Lagoon, which
 * op-geth does not know, `ChainConfig` in op-core/params of the optimism repository.
 */
export function registryChainConfig({
  chain_id,
  hardforks,
  optimism,
}: RegistryChain): Readonly<Record<string, unknown>> {
  return {
    chainId: chain_id,
    homesteadBlock: 0,
    eip150Block: 0,
    eip155Block: 0,
    eip158Block: 0,
    byzantiumBlock: 0,
    constantinopleBlock: 0,
    petersburgBlock: 0,
    istanbulBlock: 0,
    muirGlacierBlock: 0,
    berlinBlock: 0,
    londonBlock: 0,
    arrowGlacierBlock: 0,
    grayGlacierBlock: 0,
    mergeNetsplitBlock: 0,
    // Forks of Ethereum come with those of the OP Stack.
    shanghaiTime: hardforks.canyon_time,
    cancunTime: hardforks.ecotone_time,
    pragueTime: hardforks.isthmus_time,
    bedrockBlock: 0,
    regolithTime: 0,
    // Delta changes nothing for execution clients.
    canyonTime: hardforks.canyon_time,
    ecotoneTime: hardforks.ecotone_time,
    fjordTime: hardforks.fjord_time,
    graniteTime: hardforks.granite_time,
    holoceneTime: hardforks.holocene_time,
    isthmusTime: hardforks.isthmus_time,
    jovianTime: hardforks.jovian_time,
    karstTime: hardforks.karst_time,
    lagoonTime: hardforks.lagoon_time,
    terminalTotalDifficulty: 0,
    depositContractAddress: `0x${'0'.repeat(40)}`,
    optimism: {
      eip1559Elasticity: optimism.eip1559_elasticity,
      eip1559Denominator: optimism.eip1559_denominator,
      eip1559DenominatorCanyon: optimism.eip1559_denominator_canyon,
    },
    ...(chain_id === OP_MAINNET ? OP_MAINNET_FORKS : {}),
  };
}
