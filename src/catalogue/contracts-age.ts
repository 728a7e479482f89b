/** Generations of L1 contracts, as discovery names them, against releases of op-contracts. Pure. */

/**
 * Whether contracts are certainly older than a release.
 * @param generation `v7`, which is any 7.x, or `v4.1`; undefined or `unknown` when nobody knows it: then false
 * @param release `op-contracts/v5.0.0`
 */
export function areContractsOlder(generation: string | undefined, release: string): boolean {
  const [major, minor] = numbersIn(/^v([\d.]+)$/.exec(generation ?? ''));
  const [leastMajor, leastMinor] = numbersIn(/\/v([\d.]+)/.exec(release));
  if (major === undefined || leastMajor === undefined) return false;
  if (major !== leastMajor) return major < leastMajor;
  return minor !== undefined && leastMinor !== undefined && minor < leastMinor;
}

function numbersIn(match: RegExpExecArray | null): readonly (number | undefined)[] {
  return match?.[1]?.split('.').map(Number) ?? [];
}
