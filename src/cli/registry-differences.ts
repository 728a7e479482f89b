/** What L1 says of a chain, held against what the superchain registry has. Pure. */

import type { NamedChain } from '../catalogue/registry.ts';
import type { RegistryChain } from '../catalogue/registry-chain.ts';
import type { DiscoveredRoles, Discovery } from '../chain/discovery/discovery.ts';

export interface Difference {
  /** In the words of discovery: `addresses.delayedWETH`, `roles.batcher`. */
  readonly field: string;
  readonly registry: string;
  readonly l1: string;
  /** Why the two may differ with nothing wrong. */
  readonly note?: string;
}

export interface Comparison {
  /** Name of the chain in the registry. */
  readonly network: string;
  /** How many values both have. */
  readonly compared: number;
  readonly differences: readonly Difference[];
}

/** Roles by their names in the registry. Everything else that it has under `addresses` is a contract. */
const ROLES: Readonly<Record<string, keyof DiscoveredRoles>> = {
  BatchSubmitter: 'batcher',
  Challenger: 'challenger',
  Guardian: 'guardian',
  Proposer: 'proposer',
  ProxyAdminOwner: 'proxyAdminOwner',
  SystemConfigOwner: 'owner',
  UnsafeBlockSigner: 'unsafeBlockSigner',
};

/** Compares every address that both have: neither has all. */
export function compareWithRegistry({ name, chain }: NamedChain, discovery: Discovery): Comparison {
  const found = new Map([...prefixed('addresses', discovery.addresses), ...prefixed('roles', discovery.roles)]);
  const both = [...valuesOf(chain)].flatMap(([field, known]): Difference[] => {
    const l1 = found.get(field);
    // What L1 does not tell is the registry's own.
    const isTold = !discovery.given.some((contract) => field === `addresses.${contract}`);
    return l1 === undefined || !isTold ? [] : [{ field, ...known, l1 }];
  });
  const differences = both.filter(({ registry, l1 }) => registry.toLowerCase() !== l1.toLowerCase());
  return { network: name, compared: both.length, differences };
}

function valuesOf({ addresses, genesis }: RegistryChain): Map<string, Omit<Difference, 'field' | 'l1'>> {
  const listed = Object.entries(addresses).map(([name, registry]) => [fieldOf(name), { registry }] as const);
  const atGenesis = { registry: genesis.system_config.batcherAddress, note: 'the registry has the one of genesis' };
  return new Map([['roles.batcher', atGenesis], ...listed]);
}

/** `L1StandardBridgeProxy` → `addresses.l1StandardBridge` */
function fieldOf(name: string): string {
  const role = ROLES[name];
  return role ? `roles.${role}` : `addresses.${name.charAt(0).toLowerCase()}${name.slice(1).replace(/Proxy$/, '')}`;
}

function prefixed(prefix: string, values: object): [string, string][] {
  return Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, String(value)]);
}
