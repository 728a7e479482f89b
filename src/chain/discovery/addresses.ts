/** Which address counts where several are known: what L1 tells, what the spec names, and what the registry has. */
import { getAddress } from 'ethers';
import type { AddressSource, Contradiction } from './discovery.ts';

/** By the names of `Discovery.addresses`. */
export type Addresses = Readonly<Record<string, string | undefined>>;

export interface GivenAddresses {
  /** Wins over everything. */
  readonly spec?: Addresses;
  /** Fills in what L1 does not tell. */
  readonly registry?: Addresses;
  /** `registry` and `spec`: from there alone, whatever L1 tells. Default `l1`. */
  readonly from?: 'l1' | AddressSource;
}

/**
 * Every address that is known, checksummed.
 * @param onL1 what L1 tells, undefined where it does not
 */
export function resolveAddresses(onL1: Addresses, given: GivenAddresses): Addresses {
  const { spec = {}, registry = {}, from = 'l1' } = given;
  const ranked = from === 'l1' ? [registry, onL1, spec] : from === 'registry' ? [registry, spec] : [spec];
  const known = ranked.flatMap((addresses) => Object.entries(addresses));
  return Object.fromEntries(
    known.flatMap(([contract, address]) => (address === undefined ? [] : [[contract, checksummed(address)]])),
  );
}

/**
 * The same without what the chain does not use any more: registries name the L2OutputOracle of a chain that has dispute
 * games by now.
 * @param gameType that the portal respects; undefined: it has an L2OutputOracle
 */
export function addressesInUse(onL1: Addresses, given: GivenAddresses, gameType: number | undefined): Addresses {
  const unused = gameType === undefined ? 'disputeGameFactory' : 'l2OutputOracle';
  return Object.fromEntries(Object.entries(resolveAddresses(onL1, given)).filter(([contract]) => contract !== unused));
}

/** People write addresses in any case. */
function checksummed(address: string): string {
  return getAddress(address.toLowerCase());
}

/** `l1StandardBridge is 0x… in spec.contracts.addresses and 0x… on L1` */
export function describeContradiction({ contract, source, address, onL1 }: Contradiction): string {
  const where = source === 'spec' ? 'spec.contracts' : 'the registry';
  return `${contract} is ${address} in ${where} and ${onL1} on L1`;
}

/** Where L1 tells another address than the one that counts. Nothing where it tells none. */
export function contradictionsIn(onL1: Addresses, given: GivenAddresses): Contradiction[] {
  const { spec = {} } = given;
  return Object.entries(resolveAddresses(onL1, given)).flatMap(([contract, address]) => {
    const other = onL1[contract];
    if (other === undefined || address === undefined || checksummed(other) === address) return [];
    const source = spec[contract] === undefined ? 'registry' : 'spec';
    return [{ contract, source, address, onL1: checksummed(other) }];
  });
}
