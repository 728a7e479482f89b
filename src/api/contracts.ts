/** Which contracts on L1 make the chain. */
import { z } from 'zod';
import { address, patterned } from './text-fields.ts';

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

const upgrade = z.object({
  gameType: z
    .int()
    .min(0)
    .max(4_294_967_295)
    .meta({
      description:
        'Type of game that the portal respects afterwards, and that has an implementation then, e.g. 8 (cannon-kona).',
      examples: [8],
    }),
  absolutePrestate: patterned(
    { pattern: '^0x[0-9a-fA-F]{64}$', maxLength: 66, expected: '0x and 64 hexadecimal digits' },
    {
      description:
        'Prestate of that implementation. It has to be at `prestatesUrl` of the challengers before anything is stopped. Absent: any.',
      example: '0x0337ecb3604c0b40c352e0c7711beb17a212d583f4fe956fd8d66e29ad5f9025',
    },
  ).optional(),
  generation: patterned(
    { pattern: '^v[0-9]+([.][0-9]+)?$', maxLength: 16, expected: 'a generation of the contracts, such as v7' },
    {
      description: 'Generation of the contracts afterwards, as in `status.contracts.generation`. Absent: any.',
      example: 'v7',
    },
  ).optional(),
});
export type ContractsUpgrade = z.output<typeof upgrade>;

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
  upgrade: upgrade
    .optional()
    .describe(
      'What the owners of the contracts are about to upgrade L1 to. A plan of the kind upgrade makes the challengers ready, stops the proposer, waits until L1 is in this state, and starts the proposer with the new type of game; the operator sends nothing. As long as it is here its game type wins over what L1 respects: take it out when the upgrade is done.',
    ),
});
