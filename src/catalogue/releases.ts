/**
 * Releases: versions of all programs that belong together, as data. A release is named after the OP Stack upgrade whose
 * L1 contracts it serves. Once published, an entry never changes: a pod template that changed because the operator was
 * updated would be a rollout that nobody asked for. A better set gets a new name.
 */

/** Programs with an image of their own, by their key in `spec.images`. */
const REPOSITORIES = {
  opNode: 'op-node',
  opGeth: 'op-geth',
  opReth: 'op-reth',
  opBatcher: 'op-batcher',
  opProposer: 'op-proposer',
  opChallenger: 'op-challenger',
} as const;
export type ProgramKey = keyof typeof REPOSITORIES;

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

/** An image by parts, so that a user can replace one of them. `tag` or `digest` (or both) is always there. */
export interface ImageReference {
  readonly repository: string;
  readonly tag?: string | undefined;
  readonly digest?: string | undefined;
}

export interface Release {
  readonly name: string;
  readonly title: string;
  /** Absent: the release has no such program (op-geth ended with Karst). */
  readonly images: Partial<Record<ProgramKey, ImageReference>>;
  /** Image of the init container that unpacks a genesis file: a shell and gunzip, nothing else. */
  readonly initImage: ImageReference;
  /** Newest fork that all programs of the release know. op-geth knows them up to {@link lastOpGethFork}. */
  readonly newestFork: ForkName;
  /** Release of the L1 contracts that it was made for. */
  readonly contracts: string;
  /** Where the versions come from. */
  readonly sources: readonly string[];
}

/** op-geth (and op-program) end with Jovian: neither has code for Karst (end of support 31 May 2026). */
export const lastOpGethFork: ForkName = 'jovian';

const OP_LABS = 'us-docker.pkg.dev/oplabs-tools-artifacts/images';

/** Tag pinned; both of its architectures have a shell and gunzip, and neither needs root. */
const busybox: ImageReference = { repository: 'docker.io/library/busybox', tag: '1.37.0' };

function opLabsImages(tags: Partial<Record<ProgramKey, string>>): Release['images'] {
  const images: Partial<Record<ProgramKey, ImageReference>> = {};
  for (const [program, repository] of Object.entries(REPOSITORIES) as [ProgramKey, string][]) {
    const tag = tags[program];
    if (tag !== undefined) images[program] = { repository: `${OP_LABS}/${repository}`, tag };
  }
  return images;
}

const releases: readonly Release[] = [
  {
    name: 'u17',
    title: 'Upgrade 17: Jovian, the last line of op-node 1.16',
    images: opLabsImages({
      opNode: 'v1.16.11',
      opGeth: 'v1.101701.0',
      opBatcher: 'v1.16.7',
      opProposer: 'v1.16.2',
      opChallenger: 'v1.7.0',
    }),
    initImage: busybox,
    newestFork: 'jovian',
    contracts: 'op-contracts/v5.0.0',
    sources: [
      'https://docs.optimism.io/notices/upgrade-17',
      'https://github.com/ethereum-optimism/optimism/releases/tag/op-node%2Fv1.16.11',
    ],
  },
  {
    name: 'u18',
    title: 'Upgrade 18: contracts v6; the last release with op-geth',
    images: opLabsImages({
      opNode: 'v1.18.2',
      opGeth: 'v1.101702.2',
      opReth: 'v2.2.2',
      opBatcher: 'v1.16.7',
      opProposer: 'v1.16.2',
      opChallenger: 'v1.8.0',
    }),
    initImage: busybox,
    newestFork: 'jovian',
    contracts: 'op-contracts/v6.0.0',
    sources: [
      'https://docs.optimism.io/notices/upgrade-18',
      'https://github.com/ethereum-optimism/optimism/releases/tag/op-node%2Fv1.18.2',
    ],
  },
  {
    name: 'u19',
    title: 'Upgrade 19: Karst, op-reth only; knows Glamsterdam on L1',
    images: opLabsImages({
      opNode: 'v1.19.7',
      opReth: 'v2.4.4',
      opBatcher: 'v1.17.0',
      opProposer: 'v1.16.3',
      opChallenger: 'v1.9.3',
    }),
    initImage: busybox,
    newestFork: 'karst',
    contracts: 'op-contracts/v7.0.0',
    sources: [
      'https://docs.optimism.io/notices/upgrade-19',
      'https://github.com/ethereum-optimism/optimism/releases/tag/op-node%2Fv1.19.7',
    ],
  },
];

/** What a network gets that names neither a release nor images. */
export const defaultRelease = 'u19';

/** Names of all releases, oldest first: for messages that say what may be set. */
export const releaseNames: readonly string[] = releases.map(({ name }) => name);

const byName: ReadonlyMap<string, Release> = new Map(releases.map((entry) => [entry.name, entry]));

/** The release of a name as `spec.release` gives it; undefined when there is none. */
export function release(name: string): Release | undefined {
  return byName.get(name);
}

/** Whether programs that know `newest` can run a chain on which `fork` is scheduled. */
export function knowsFork(newest: ForkName, fork: ForkName): boolean {
  return FORKS.indexOf(fork) <= FORKS.indexOf(newest);
}
