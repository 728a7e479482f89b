/**
 * Whether a component may go from the images that run to those that are wished, and what whoever approves it has to
 * know. Only about the way: whether the wish fits the chain and itself is checked wherever it is rendered
 * (render/checks/versions.ts). Each rule is a function of one move; the two lists read like the specification.
 */
import { compatibility, contractsUpgradesOf, requirementsOf } from '../catalogue/compatibility.ts';
import { FORKS, type ForkName, knowsFork, type Release } from '../catalogue/releases.ts';
import { isBelow, parseVersion, versionOfImage } from '../catalogue/version.ts';
import type { Problem } from '../contract/failures.ts';
import { type ComponentRef, componentKey } from '../contract/plan.ts';
import { direction, type VersionMove, versionMoves } from './version-move.ts';

export interface UpgradeInput {
  readonly component: ComponentRef;
  /** Image of each container that runs, as in `verified.images` or `lost.images` of an ObservedComponent. */
  readonly from: Readonly<Record<string, string>>;
  /** Image of each container that is wished, as in `images` of a DesiredComponent. */
  readonly to: Readonly<Record<string, string>>;
  /** Forks that the chain has scheduled. Active: their time is past at the unsafe head. */
  readonly forks: readonly { readonly name: string; readonly active: boolean }[];
  /** Release that was rolled out last, and the wished one; undefined where nobody knows it any more. */
  readonly formerRelease: Release | undefined;
  readonly wishedRelease: Release | undefined;
  /** Generation of the contracts on L1 as discovery names it, `v7`; undefined or `unknown` when nobody knows it. */
  readonly generation: string | undefined;
}

export interface UpgradeVerdict {
  /** Why it is refused. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/** Nothing where no image changes, and for what has not run before. */
export function checkUpgrade(input: UpgradeInput): UpgradeVerdict {
  const moves = versionMoves(input.from, input.to);
  const object = componentKey(input.component);
  const refusals = [
    ...clientStays(input),
    ...(moves.length > 0 ? intermediateIsNotSkipped(input, moves) : []),
    ...moves.flatMap((move) => REFUSALS.flatMap((rule) => rule(move, input))),
  ];
  return {
    problems: refusals.map(({ message, fix }) => ({ type: 'Incompatible', message, fix, object })),
    warnings: [
      ...(moves.length > 0 ? intermediateIsUnknown(input) : []),
      ...moves.flatMap((move) => WARNINGS.flatMap((rule) => rule(move, input))),
    ].map((text) => `${object}: ${text}`),
  };
}

interface Refusal {
  readonly message: string;
  readonly fix: string;
}

const REFUSALS: readonly ((move: VersionMove, input: UpgradeInput) => Refusal[])[] = [
  // A program that does not know a fork which the chain has behind it makes a chain of its own.
  activeForksAreKnown,
  // Games that nobody answers, or proposals that revert.
  gamesAreKnown,
];

const WARNINGS: readonly ((move: VersionMove, input: UpgradeInput) => string[])[] = [
  // Nobody can say which of the rules it breaks.
  versionsAreUnknown,
  contractsAreUnknown,
  // Better than before, and still not enough.
  gamesAreStillUnknown,
  // What is written down is written down in the newer form.
  databaseGoesBack,
  // What a version on the way does otherwise.
  somethingChanges,
  // What is seen on the chain.
  batchesPause,
];

const CLIENTS = ['op-geth', 'op-reth'] as const;

/** The databases have nothing in common: the other client would begin at genesis, in the place of a node that runs. */
function clientStays({ component, from, to }: UpgradeInput): Refusal[] {
  const [before, after] = [CLIENTS.find((name) => from[name]), CLIENTS.find((name) => to[name])];
  if (before === undefined || after === undefined || before === after) return [];
  return [
    {
      message: `the execution client of a node that runs can not become another one (${before} ${shown(from[before])} → ${after} ${shown(to[after])}): its database is of ${before}`,
      fix: `set execution.client back to ${before}, create another OpNode with ${after}, and delete ${component.name} when that has caught up`,
    },
  ];
}

function shown(image: string | undefined): string {
  return versionOfImage(image)?.text ?? image ?? '';
}

function activeForksAreKnown(move: VersionMove, { forks, wishedRelease }: UpgradeInput): Refusal[] {
  const { program, name, from, to, text } = move;
  const active = FORKS.filter((fork) => forks.some((scheduled) => scheduled.name === fork && scheduled.active));
  const needed = requirementsOf(active.map((fork) => ({ name: fork }))).findLast(
    ({ minimums }) => to && isBelow(to, minimums[program] ?? to.text),
  );
  const minimum = needed?.minimums[program];
  if (needed && minimum) {
    const back = from && !isBelow(from, minimum) ? ': nothing leads back before a fork' : '';
    return [
      {
        message: `${text}: ${needed.fork} is active on the chain, and ${to?.text} does not know it${back}`,
        fix: `use ${name} ${minimum} or later`,
      },
    ];
  }
  const newest = wishedRelease && newestForkOf(move, wishedRelease);
  const unknown = newest && active.find((fork) => !knowsFork(newest, fork));
  if (unknown === undefined) return [];
  return [
    {
      message: `${text}: ${unknown} is active on the chain, and ${name} of release ${wishedRelease?.name} knows forks up to ${newest}`,
      fix: `use a release that knows ${unknown}`,
    },
  ];
}

/** Of an image of the user's own only op-geth's is known: it ends with a fork, whatever its version. */
function newestForkOf({ program, to }: VersionMove, release: Release): ForkName | undefined {
  if (program === 'opGeth') return release.newestOpGethFork;
  const ofRelease = parseVersion(release.images[program]?.tag ?? '');
  return to && to.text === ofRelease?.text ? release.newestFork : undefined;
}

/** The newest upgrade of the contracts that changed the types of games and needs more than is wished. */
function unservedContracts({ program, to }: VersionMove, { generation }: UpgradeInput) {
  return contractsUpgradesOf(generation ?? 'unknown').findLast(
    ({ minimums }) => to && isBelow(to, minimums[program] ?? to.text),
  );
}

function gamesAreKnown(move: VersionMove, input: UpgradeInput): Refusal[] {
  const upgrade = unservedContracts(move, input);
  const minimum = upgrade?.minimums[move.program];
  if (!upgrade || !minimum || (move.from && isBelow(move.from, minimum))) return [];
  return [
    {
      message: `${move.text}: the chain has the contracts of ${upgrade.release} or later, which ${upgrade.games}, and ${move.to?.text} is older than that`,
      fix: `use ${move.name} ${minimum} or later`,
    },
  ];
}

function gamesAreStillUnknown(move: VersionMove, input: UpgradeInput): string[] {
  const upgrade = unservedContracts(move, input);
  const minimum = upgrade?.minimums[move.program];
  if (!upgrade || !minimum || !move.from || !isBelow(move.from, minimum)) return [];
  return [
    `${move.text}: the chain has the contracts of ${upgrade.release} or later, for which ${minimum} is the least`,
  ];
}

/** Which of the releases that must come before the wished one is missing; undefined: none, or nobody knows. */
function intermediateIsNotSkipped({ formerRelease, wishedRelease }: UpgradeInput, moves: VersionMove[]): Refusal[] {
  if (!formerRelease || !wishedRelease || formerRelease.name === wishedRelease.name) return [];
  const { requires } = wishedRelease;
  const goesBack = moves.every((move) => (direction(move) ?? 1) < 0);
  const isThere = [formerRelease.name, ...formerRelease.requires].some((name) => requires.includes(name));
  if (requires.length === 0 || goesBack || isThere) return [];
  const versions = moves.map(({ text }) => text).join(', ');
  return [
    {
      message: `release ${formerRelease.name} → ${wishedRelease.name} (${versions}) skips ${requires.join(' or ')}, which has to be rolled out before`,
      fix: `set spec.release to ${requires.join(' or ')} first`,
    },
  ];
}

function intermediateIsUnknown({ formerRelease, wishedRelease }: UpgradeInput): string[] {
  if (formerRelease || !wishedRelease || wishedRelease.requires.length === 0) return [];
  return [
    `release ${wishedRelease.name} wants ${wishedRelease.requires.join(' or ')} before it, and nobody knows which release ran last`,
  ];
}

function versionsAreUnknown({ from, to, text }: VersionMove): string[] {
  return from && to ? [] : [`${text}: the tag is no version, so what it goes back behind, or skips, is not checked`];
}

/** What an older version of these plays or proposes depends on the contracts. */
function contractsAreUnknown(move: VersionMove, { generation }: UpgradeInput): string[] {
  const isAboutGames = compatibility.contracts.some(({ minimums }) => minimums[move.program] !== undefined);
  const isKnown = generation !== undefined && generation !== 'unknown';
  if (isKnown || !isAboutGames || (direction(move) ?? 0) >= 0) return [];
  return [
    `${move.text}: which contracts the chain has is not known, so whether it still goes with them is not checked`,
  ];
}

function databaseGoesBack(move: VersionMove): string[] {
  const isClient = move.program === 'opGeth' || move.program === 'opReth';
  if (!isClient || (direction(move) ?? 0) >= 0) return [];
  return [
    `${move.text} goes back: an older client may not read the database that a newer one has written, and then has to sync anew. Copy the volume first`,
  ];
}

function somethingChanges({ program, from, to, text: move }: VersionMove): string[] {
  return compatibility.changes
    .filter(
      (change) =>
        change.program === program && from && to && isBelow(from, change.version) && !isBelow(to, change.version),
    )
    .map(({ version, text }) => `${move}: from ${version} on ${text}`);
}

/** Seen: 2 to 10 s, the longer with a transaction on its way. */
function batchesPause({ program, text }: VersionMove): string[] {
  return program === 'opBatcher' ? [`${text}: op-batcher restarts, and the safe head stands still for 2 to 10 s`] : [];
}
