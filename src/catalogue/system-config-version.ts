/** `version()` of the newest SystemConfig that is known, without its patch: that of op-contracts v8. */
const NEWEST_VERSION = [4, 0] as const;

/** Whether a SystemConfig is younger than what is known here. @param version semver, perhaps with a suffix */
export function isUnknownVersion(version: string): boolean {
  const [major, minor] = version.split('.').map(Number);
  if (major === undefined || minor === undefined || Number.isNaN(major) || Number.isNaN(minor)) return true;
  const [newestMajor, newestMinor] = NEWEST_VERSION;
  return major > newestMajor || (major === newestMajor && minor > newestMinor);
}
