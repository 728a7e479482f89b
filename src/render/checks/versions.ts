/** Whether the programs exist, and know the forks of the chain. */
import { FORKS, type ForkName, knowsFork, lastOpGethFork, releaseNames } from '../../catalogue/releases.ts';
import { findImage } from '../image.ts';
import type { RenderInput } from '../input.ts';
import { problem, type SettingProblem } from './setting-problem.ts';

export function imagesExist(input: RenderInput): SettingProblem[] {
  const { nodes, batchers, proposers, challengers, release } = input;
  const missing = (object: string, key: Parameters<typeof findImage>[0], own: Parameters<typeof findImage>[2]) => {
    if (findImage(key, input, own) !== undefined) return [];
    return [
      problem(
        'error',
        'Incompatible',
        object,
        `release ${release.name} has no image for ${key}`,
        `choose a release that has one (there are ${releaseNames.join(', ')}), or set spec.images.${key} of the OptimismNetwork with repository and tag`,
      ),
    ];
  };
  return [
    ...nodes.flatMap(({ metadata, spec }) => {
      const client = spec.execution.client === 'op-geth' ? 'opGeth' : 'opReth';
      const object = `OpNode/${metadata.name}`;
      return [...missing(object, client, spec.execution.image), ...missing(object, 'opNode', spec.consensus.image)];
    }),
    ...batchers.flatMap(({ metadata, spec }) => missing(`OpBatcher/${metadata.name}`, 'opBatcher', spec.image)),
    ...proposers.flatMap(({ metadata, spec }) => missing(`OpProposer/${metadata.name}`, 'opProposer', spec.image)),
    ...challengers.flatMap(({ metadata, spec }) =>
      missing(`OpChallenger/${metadata.name}`, 'opChallenger', spec.image),
    ),
  ];
}

export function forksAreKnown({ network, nodes, chain, release }: RenderInput): SettingProblem[] {
  const forks = chain.forks.filter(({ name }) => isFork(name)).map(({ name }) => name as ForkName);
  const unknown = (newest: ForkName) => forks.find((fork) => !knowsFork(newest, fork));
  const ofRelease = unknown(release.newestFork);
  const ofGeth = unknown(lastOpGethFork);
  const ownImages = network.spec.images?.opNode !== undefined;
  return [
    ...(ofRelease === undefined || ownImages
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
  ];
}

function isFork(name: string): boolean {
  return (FORKS as readonly string[]).includes(name);
}
