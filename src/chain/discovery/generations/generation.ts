/** A call that takes no argument from the chain at hand: a function in human-readable ABI, with fixed arguments if any. */
export interface Getter {
  /** `batcherHash() view returns (bytes32)` */
  readonly abi: string;
  readonly args?: readonly unknown[];
}

/**
 * What a generation of the contracts (op-contracts/vX) brought. Discovery asks for the getters of all generations at
 * once and goes on by what answers, never by `version()`: one version number exists with different getters.
 */
export interface Generation {
  readonly name: string;
  /** The generation is the newest one whose SystemConfig has all of `has` and none of `lacks`. */
  readonly recognisedBy: { readonly has: readonly string[]; readonly lacks?: readonly string[] };
  readonly systemConfig: readonly Getter[];
  readonly portal: readonly Getter[];
  /** Names of getters of earlier generations that this one has no more. */
  readonly removed?: readonly string[];
}

/** `owner` of `owner() view returns (address)` */
export function nameOf({ abi }: Getter): string {
  return abi.slice(0, abi.indexOf('('));
}

export function getters(...abis: readonly string[]): readonly Getter[] {
  return abis.map((abi) => ({ abi }));
}
