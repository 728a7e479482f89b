/** Numbers of a release; candidates (`-rc.1`) count as their release. */
export type Version = readonly [major: number, minor: number, patch: number];

/** Behaviour of the newest release that was recorded, for images without a version tag. */
const NEWEST_RECORDED: Version = [1, 18, 2];

export function versionOfTag(tag: string): Version {
  return parse(tag) ?? NEWEST_RECORDED;
}

/** Negative when `a` is older than `b`. */
export function compareVersions(a: Version, b: string): number {
  const other = parse(b) ?? NEWEST_RECORDED;
  return a[0] - other[0] || a[1] - other[1] || a[2] - other[2];
}

function parse(text: string): Version | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)/.exec(text);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])];
}
