/** Versions as the tags of images spell them: `v1.16.11`, `v1.101702.2`, `v2.4.4-rc.1`. */

export interface Version {
  /** Without anything behind the numbers but the candidate: `v1.16.11`, `v1.16.11-rc.1`. */
  readonly text: string;
  readonly numbers: readonly [major: number, minor: number, patch: number];
  /** Number of a release candidate, which comes before its release. */
  readonly candidate?: number;
}

/**
 * A suffix that is no candidate's (`v1.16.11-acme.2`, `v1.16.11+fix`) is somebody's own build of that version.
 * @returns undefined for what is no version, `latest` for example
 */
export function parseVersion(text: string): Version | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)(-(?:rc|alpha|beta)\.?(\d+))?(?:$|[-+_])/.exec(text);
  if (match === null) return undefined;
  const [, major, minor, patch, suffix = '', candidate] = match;
  return {
    text: `v${major}.${minor}.${patch}${suffix}`,
    numbers: [Number(major), Number(minor), Number(patch)],
    ...(candidate === undefined ? {} : { candidate: Number(candidate) }),
  };
}

/** The version that the tag of an image name says, `<repository>:<tag>@<digest>`; undefined where it says none. */
export function versionOfImage(image: string | undefined): Version | undefined {
  const [, tag] = /:([^:/]+)$/.exec(image?.split('@')[0] ?? '') ?? [];
  return tag === undefined ? undefined : parseVersion(tag);
}

/** Negative when `a` is older than `b`. */
export function compareVersions(a: Version, b: Version): number {
  const index = a.numbers.findIndex((number, position) => number !== b.numbers[position]);
  if (index >= 0) return (a.numbers[index] ?? 0) - (b.numbers[index] ?? 0);
  if (a.candidate === b.candidate) return 0;
  return (a.candidate ?? Number.POSITIVE_INFINITY) < (b.candidate ?? Number.POSITIVE_INFINITY) ? -1 : 1;
}

/** @param other a version of the catalogue's data */
export function isBelow(version: Version, other: string): boolean {
  const parsed = parseVersion(other);
  return parsed !== undefined && compareVersions(version, parsed) < 0;
}

/** @param other a version of the catalogue's data */
export function isAbove(version: Version, other: string): boolean {
  const parsed = parseVersion(other);
  return parsed !== undefined && compareVersions(version, parsed) > 0;
}
