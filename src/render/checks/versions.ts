/** Whether the programs exist, and know the forks of the chain. */
import { requirementsOf } from '../../catalogue/compatibility.ts';
import { FORKS, type ForkName, knowsFork, releaseNames } from '../../catalogue/releases.ts';
import { isBelow } from '../../catalogue/version.ts';
import type { RenderInput } from '../input.ts';
import type { ProgramUse } from './programs.ts';
import { problem, type SettingProblem } from './setting-problem.ts';

export function imagesExist({ release }: RenderInput, programs: readonly ProgramUse[]): SettingProblem[] {
  return programs
    .filter(({ image }) => image === undefined)
    .map(({ object, program }) =>
      problem(
        'error',
        'Incompatible',
        object,
        `release ${release.name} has no image for ${program}`,
        `choose a release that has one (there are ${releaseNames.join(', ')}), or set spec.images.${program} of the OptimismNetwork with repository and tag`,
      ),
    );
}

/** Nothing is refused for a tag that says no version: whoever sets one knows what it is. */
export function versionsAreKnown(_: RenderInput, programs: readonly ProgramUse[]): SettingProblem[] {
  return programs
    .filter(({ image, version }) => image !== undefined && version === undefined)
    .map(({ object, name, image }) =>
      problem(
        'warning',
        'Incompatible',
        object,
        `the tag of ${image} is no version: whether this ${name} knows the forks of the chain, and goes with the other programs, is not checked`,
        'give the image a tag like v1.19.8, beside a digest as well',
      ),
    );
}

export function forksAreKnown(
  { network, nodes, chain, release }: RenderInput,
  programs: readonly ProgramUse[],
): SettingProblem[] {
  const forks = chain.forks.filter(({ name }) => isFork(name)).map(({ name }) => name as ForkName);
  const unknown = (newest: ForkName) => forks.find((fork) => !knowsFork(newest, fork));
  const ofRelease = unknown(release.newestFork);
  const ofGeth = unknown(release.newestOpGethFork);
  const clients = programs.filter(({ program }) => program === 'opNode');
  const isUsed = clients.length === 0 || clients.some(({ isOfRelease }) => isOfRelease);
  return [
    ...(ofRelease === undefined || !isUsed
      ? []
      : [
          problem(
            'error',
            'Incompatible',
            `OptimismNetwork/${network.metadata.name}`,
            `the chain has scheduled ${ofRelease}, and release ${release.name} knows forks up to ${release.newestFork}: its nodes would leave the chain at the fork`,
            'set spec.release to one that knows the fork',
          ),
        ]),
    ...nodes
      .filter(({ spec }) => spec.execution.client === 'op-geth' && ofGeth !== undefined)
      .map(({ metadata }) =>
        problem(
          'error',
          'Incompatible',
          `OpNode/${metadata.name}`,
          `the chain has scheduled ${ofGeth}, which op-geth does not know: it would make its own chain there`,
          'create an OpNode with execution.client: op-reth in its place',
        ),
      ),
    // What the release does not know is said above, once for all.
    ...programs
      .filter(({ isOfRelease }) => !isOfRelease || ofRelease === undefined)
      .flatMap((use) => tooOldForForks(use, forks)),
  ];
}

/** The newest fork says it: whoever is too old for an older one is too old for that as well. */
function tooOldForForks({ object, program, name, version }: ProgramUse, forks: readonly ForkName[]): SettingProblem[] {
  const needed = requirementsOf(forks.map((fork) => ({ name: fork }))).findLast(
    ({ minimums }) => version !== undefined && isBelow(version, minimums[program] ?? version.text),
  );
  if (needed === undefined || version === undefined) return [];
  const minimum = needed.minimums[program];
  return [
    problem(
      'error',
      'Incompatible',
      object,
      `the chain has scheduled ${needed.fork}, for which ${name} has to be ${minimum} or later; it is ${version.text}`,
      `use a release or an image with ${name} ${minimum} or later`,
    ),
  ];
}

function isFork(name: string): boolean {
  return (FORKS as readonly string[]).includes(name);
}
