/** `version()` of the SystemConfig of each release of op-contracts, the newest last. Other versions are of no release. */
const GENERATIONS: ReadonlyMap<string, string> = new Map([
  ['1.11.0', 'v1.2'],
  ['1.12.0', 'v1.3'],
  ['2.2.0', 'v1.4'],
  ['2.3.0', 'v1.8'],
  ['2.4.0', 'v2'],
  ['2.5.0', 'v3'],
  ['3.4.0', 'v4.0'],
  ['3.7.0', 'v4.1'],
  ['3.11.0', 'v5'],
  ['3.13.1', 'v6'],
  ['3.14.2', 'v7'],
  ['4.0.0', 'v8'],
]);

/** The generation that the getters say, unless the version is of a release with other getters: then nobody knows. */
export function agreedGeneration(byGetters: string, version: string): string {
  const byVersion = GENERATIONS.get(version) ?? byGetters;
  return byVersion === byGetters ? byGetters : 'unknown';
}

/** Whether a SystemConfig is younger than all releases that are known. @param version semver, perhaps with a suffix */
export function isUnknownVersion(version: string): boolean {
  const [newestMajor, newestMinor] = majorAndMinor([...GENERATIONS.keys()].at(-1) ?? '');
  const [major, minor] = majorAndMinor(version);
  if (Number.isNaN(major) || Number.isNaN(minor)) return true;
  return major > newestMajor || (major === newestMajor && minor > newestMinor);
}

function majorAndMinor(version: string): readonly [major: number, minor: number] {
  const [major, minor] = version.split('.').map(Number);
  return [major ?? Number.NaN, minor ?? Number.NaN];
}
