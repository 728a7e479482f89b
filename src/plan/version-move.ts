/** What an upgrade moves: each program of a component whose image becomes another one. */
import { type ProgramKey, programOf } from '../catalogue/releases.ts';
import { compareVersions, type Version, versionOfImage } from '../catalogue/version.ts';

export interface VersionMove {
  readonly program: ProgramKey;
  /** Its container: `op-node`. */
  readonly name: string;
  /** undefined: the tag says no version. */
  readonly from: Version | undefined;
  readonly to: Version | undefined;
  /** `op-node v1.18.2 → v1.19.8`, or with the images where they say no version. */
  readonly text: string;
}

type Images = Readonly<Record<string, string>>;

/** Containers that only prepare something are left out: they have the image of a program, or a shell. */
export function versionMoves(from: Images, to: Images): VersionMove[] {
  return Object.entries(to).flatMap(([name, image]) => {
    const former = from[name];
    const program = programOf(name);
    if (program === undefined || former === undefined || former === image) return [];
    const [before, after] = [versionOfImage(former), versionOfImage(image)];
    const text = before && after ? `${name} ${before.text} → ${after.text}` : `${name} ${former} → ${image}`;
    return [{ program, name, from: before, to: after, text }];
  });
}

/** Negative for a downgrade; undefined when a version is not known. */
export function direction({ from, to }: VersionMove): number | undefined {
  return from && to ? compareVersions(to, from) : undefined;
}
