/**
 * Releases: versions of all programs that belong together, as data (releases.json). A release is named after the OP
 * Stack upgrade whose L1 contracts it serves. Once published, an entry never changes: a pod template that changed because
 * the operator was updated would be a rollout that nobody asked for. A better set gets a new name.
 */
import { z } from 'zod';
import builtIn from './releases.json' with { type: 'json' };
import { parseVersion } from './version.ts';

/** Programs with an image of their own, by their key in `spec.images`. The name is that of image and container. */
export const PROGRAMS = {
  opNode: 'op-node',
  opGeth: 'op-geth',
  opReth: 'op-reth',
  opBatcher: 'op-batcher',
  opProposer: 'op-proposer',
  opChallenger: 'op-challenger',
} as const;
export type ProgramKey = keyof typeof PROGRAMS;
export const PROGRAM_KEYS = Object.keys(PROGRAMS) as ProgramKey[];

/** The program of a container; undefined for one that only prepares something. */
export function programOf(container: string): ProgramKey | undefined {
  return PROGRAM_KEYS.find((key) => PROGRAMS[key] === container);
}

/**
 * Hard forks of the OP Stack, oldest first. The rollup configuration has a `<fork>_time` for each: seconds since the
 * epoch, 0 for "from genesis", absent for "not scheduled".
 */
export const FORKS = [
  'regolith',
  'canyon',
  'delta',
  'ecotone',
  'fjord',
  'granite',
  'holocene',
  'isthmus',
  'jovian',
  'karst',
  'lagoon',
] as const;
export type ForkName = (typeof FORKS)[number];

/** op-geth (and op-program) end with Jovian: neither has code for Karst (end of support 31 May 2026). */
export const lastOpGethFork: ForkName = 'jovian';

/** Where entries are that name no repository, and the shell of those that name none: entries would change with them. */
const OP_LABS = 'us-docker.pkg.dev/oplabs-tools-artifacts/images';
/** Tag pinned; both of its architectures have a shell and gunzip, and neither needs root. */
const BUSYBOX = { repository: 'docker.io/library/busybox', tag: '1.37.0' };

/** An image by parts, so that a user can replace one of them. `tag` or `digest` (or both) is always there. */
export interface ImageReference {
  readonly repository: string;
  readonly tag?: string | undefined;
  readonly digest?: string | undefined;
}

const repository = z.string().regex(/^[a-z0-9]+([._:/-]+[a-z0-9]+)*$/, 'must be a repository without tag and digest');
const imageParts = {
  tag: z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, 'must be a tag, for example v1.19.8')
    .optional(),
  digest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hexadecimal digits')
    .optional(),
};
const hasContent = ({ tag, digest }: { tag?: string | undefined; digest?: string | undefined }) =>
  tag !== undefined || digest !== undefined;
const NO_CONTENT = 'must have tag, digest or both, for example {tag: v1.19.8}';
const component = z.strictObject({ repository: repository.optional(), ...imageParts }).refine(hasContent, NO_CONTENT);
const shell = z.strictObject({ repository, ...imageParts }).refine(hasContent, NO_CONTENT);

const version = z.string().refine((text) => parseVersion(text) !== undefined, 'must be a version, for example v1.19.8');
/** The least version of each program; one that is not named may be any. */
export const minimums = z.partialRecord(z.enum(PROGRAM_KEYS), version);
export type Minimums = z.output<typeof minimums>;
const fork = z.enum(FORKS);
const contractsRelease = z
  .string()
  .regex(/^op-contracts\/v\d+\.\d+\.\d+$/, 'must be a release of op-contracts, for example op-contracts/v7.0.0');
const releaseName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/, 'must be lower case letters, digits, - and ., for example acme-1');
/** Where something is said: an address, or what was recorded. */
const source = z.string().min(1);

/** An entry as it is written. */
const entry = z.strictObject({
  name: releaseName,
  title: z.string().min(1),
  components: z.partialRecord(z.enum(PROGRAM_KEYS), component),
  /** Image of the init container that unpacks a genesis file: a shell and gunzip, nothing else. */
  initImage: shell.default(BUSYBOX),
  /** What the programs have to be at least that users put in the place of the release's own. */
  minimums: minimums.default({}),
  /** Newest fork that all programs of the release know, but for op-geth. */
  newestFork: fork,
  /** Newest fork that its op-geth knows. */
  newestOpGethFork: fork.default(lastOpGethFork),
  contracts: z.strictObject({
    /** Release of the L1 contracts that it was made for. */
    release: contractsRelease,
    /** The oldest that its programs work with. */
    minimum: contractsRelease.optional(),
  }),
  /** Absolute prestates of the fault proof programs that its challenger plays with on chains of the registry. */
  prestates: z
    .array(
      z.strictObject({
        program: z.string().min(1),
        version: version.optional(),
        vm: z.string().min(1),
        hash: z.string().regex(/^0x[0-9a-f]{64}$/, 'must be 0x and 64 hexadecimal digits'),
        source,
      }),
    )
    .default([]),
  /** Releases of which a network must have one, or a later one that names the same, before it may have this one. */
  requires: z.array(releaseName).default([]),
  notes: z.array(z.strictObject({ text: z.string().min(1), source })).default([]),
  /** Where the versions come from. */
  sources: z.array(source).default([]),
});

/** The form of a catalogue, built in or a user's own. */
export const catalogueFile = z.strictObject({ releases: z.array(entry).min(1) });

export interface Release extends Readonly<Omit<z.output<typeof entry>, 'components'>> {
  /** Absent: the release has no such program (op-geth ended with Karst). */
  readonly images: Partial<Record<ProgramKey, ImageReference>>;
}

/** An entry as the renderer takes it. */
export function releaseOf({ components, ...rest }: z.output<typeof entry>): Release {
  const images: Partial<Record<ProgramKey, ImageReference>> = {};
  for (const program of PROGRAM_KEYS) {
    const found = components[program];
    if (found !== undefined) {
      images[program] = { ...found, repository: found.repository ?? `${OP_LABS}/${PROGRAMS[program]}` };
    }
  }
  return { ...rest, images };
}

/** All releases that are built in, oldest first. */
export const releases: readonly Release[] = catalogueFile.parse(builtIn).releases.map(releaseOf);

/** What a network gets that names neither a release nor images. */
export const defaultRelease = 'u19';

/** Names of all releases, oldest first: for messages that say what may be set. */
export const releaseNames: readonly string[] = releases.map(({ name }) => name);

const byName: ReadonlyMap<string, Release> = new Map(releases.map((release) => [release.name, release]));

/** The release of a name as `spec.release` gives it; undefined when there is none. */
export function release(name: string): Release | undefined {
  return byName.get(name);
}

/** Whether programs that know `newest` can run a chain on which `fork` is scheduled. */
export function knowsFork(newest: ForkName, fork: ForkName): boolean {
  return FORKS.indexOf(fork) <= FORKS.indexOf(newest);
}
