/**
 * The first version of each program that knows a fork, by the notice of that fork. They say less than a release does:
 * a node may run images of the user's own.
 */
import { type ForkName, knowsFork, lastOpGethFork, type ProgramKey } from './releases.ts';

export type NodeProgram = Extract<ProgramKey, 'opNode' | 'opGeth' | 'opReth'>;

const FIRST: Partial<Record<ForkName, Partial<Record<NodeProgram, string>>>> = {
  isthmus: { opNode: 'v1.13.2', opGeth: 'v1.101503.4' },
  jovian: { opNode: 'v1.16.2', opGeth: 'v1.101603.5', opReth: 'v1.9.2' },
  karst: { opNode: 'v1.19.1', opReth: 'v2.3.3' },
};

/** undefined: nobody has written down which version is the first, or there is no such version. */
export function firstVersionWith(program: NodeProgram, fork: ForkName): string | undefined {
  return FIRST[fork]?.[program];
}

/**
 * @param version as the program tells it; its numbers count
 * @returns undefined where it can not be told: a build without a version, or a fork that is not in the notices
 */
export function versionKnowsFork(program: NodeProgram, version: string, fork: ForkName): boolean | undefined {
  if (program === 'opGeth' && !knowsFork(lastOpGethFork, fork)) return false;
  const [own, first] = [version, firstVersionWith(program, fork) ?? ''].map(numbersOf);
  // A build from sources calls itself v0.0.0.
  if (!own || !first || own.every((number) => number === 0)) return undefined;
  const different = own.findIndex((number, index) => number !== first[index]);
  return different === -1 || (own[different] ?? 0) > (first[different] ?? 0);
}

function numbersOf(version: string): readonly number[] | undefined {
  return /(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
}
