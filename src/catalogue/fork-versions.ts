/**
 * The first version of each program that knows a fork. They say less than a release does: a node may run images of the
 * user's own.
 */
import { compatibility } from './compatibility.ts';
import { type ForkName, knowsFork, lastOpGethFork, type ProgramKey } from './releases.ts';
import { compareVersions, parseVersion, type Version } from './version.ts';

export type NodeProgram = Extract<ProgramKey, 'opNode' | 'opGeth' | 'opReth'>;

/** undefined: nobody has written down which version is the first, or there is no such version. */
export function firstVersionWith(program: ProgramKey, fork: ForkName): string | undefined {
  return compatibility.forks.find((item) => item.fork === fork)?.minimums[program];
}

/**
 * @param version as the program tells it, with more around it; a candidate counts as its release
 * @returns undefined where it can not be told: a build without a version, or a fork that is not in the notices
 */
export function versionKnowsFork(program: ProgramKey, version: string, fork: ForkName): boolean | undefined {
  if (program === 'opGeth' && !knowsFork(lastOpGethFork, fork)) return false;
  const [own, first] = [version, firstVersionWith(program, fork) ?? ''].map(numbersIn);
  // A build from sources calls itself v0.0.0.
  if (!own || !first || own.numbers.every((number) => number === 0)) return undefined;
  return compareVersions(own, first) >= 0;
}

function numbersIn(text: string): Version | undefined {
  return parseVersion(/\d+\.\d+\.\d+/.exec(text)?.[0] ?? '');
}
