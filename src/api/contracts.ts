/** Which contracts on L1 make the chain. */
import { z } from 'zod';
import { address } from './text-fields.ts';

/** L1 contracts that can be named, by the registry's names in camel case and without `Proxy`. */
const CONTRACTS = {
  addressManager: 'AddressManager',
  anchorStateRegistry: 'AnchorStateRegistryProxy',
  delayedWETH: 'DelayedWETHProxy',
  disputeGameFactory: 'DisputeGameFactoryProxy',
  l1CrossDomainMessenger: 'L1CrossDomainMessengerProxy',
  l1ERC721Bridge: 'L1ERC721BridgeProxy',
  l1StandardBridge: 'L1StandardBridgeProxy',
  l2OutputOracle: 'L2OutputOracleProxy',
  optimismMintableERC20Factory: 'OptimismMintableERC20FactoryProxy',
  optimismPortal: 'OptimismPortalProxy',
  proxyAdmin: 'ProxyAdmin',
  superchainConfig: 'SuperchainConfig',
} as const;

/** Something for each contract that can be named. */
export function perContract<V>(make: (contract: string) => V): Record<keyof typeof CONTRACTS, V> {
  return Object.fromEntries(Object.entries(CONTRACTS).map(([name, contract]) => [name, make(contract)])) as Record<
    keyof typeof CONTRACTS,
    V
  >;
}

/** Addresses by the registry's names, under those that a contract can be named with. */
export function fromRegistryNames(addresses: Readonly<Record<string, string>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(CONTRACTS).map(([name, registryName]) => [name, addresses[registryName]]));
}

export const contracts = z.object({
  discovery: z
    .enum(['Auto', 'Registry', 'Manual'])
    .default('Auto')
    .describe(
      'Where addresses come from. Auto: read from SystemConfig on L1, then from the registry. Registry: from the registry alone. Manual: from `addresses` alone.',
    ),
  systemConfig: address(
    'Address of the SystemConfig proxy on L1; everything else is found from it. Absent: the one of `network`.',
  ).optional(),
  l1StandardBridge: address(
    'Address of the L1StandardBridge proxy: the start of discovery for chains older than op-contracts v1.3, whose SystemConfig has no getters.',
  ).optional(),
  addresses: z
    .object(perContract((contract) => address(`Address of ${contract}.`).optional()))
    .optional()
    .describe('Addresses that win over discovered ones. A contradiction is shown in `ContractsDiscovered`.'),
});
