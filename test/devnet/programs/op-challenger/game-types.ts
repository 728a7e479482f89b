import { compareVersions, type Version } from '../version.ts';

/** What an op-challenger needs to play a type of games: the source of the right answers, and a virtual machine. */
export interface GameType {
  readonly name: string;
  readonly number: number;
  /** `rollup`: outputs of an op-node; `superroot`: roots of a set of chains. */
  readonly answers: 'rollup' | 'superroot';
  /** Absent where the game has no virtual machine with a prestate in a file. */
  readonly machine?: 'cannon' | 'cannon-kona';
  /** Only a proposer and a challenger that are known by address take part. */
  readonly permissioned?: true;
}

const GAME_TYPES: readonly GameType[] = [
  { name: 'alphabet', number: 255, answers: 'rollup' },
  { name: 'cannon', number: 0, answers: 'rollup', machine: 'cannon' },
  { name: 'cannon-kona', number: 8, answers: 'rollup', machine: 'cannon-kona' },
  { name: 'permissioned', number: 1, answers: 'rollup', machine: 'cannon', permissioned: true },
  { name: 'fast', number: 254, answers: 'rollup' },
  { name: 'super-cannon-kona', number: 9, answers: 'superroot', machine: 'cannon-kona' },
  { name: 'super-permissioned', number: 5, answers: 'superroot' },
  { name: 'zk', number: 10, answers: 'rollup' },
];

/**
 * True for games that may come to a step of their virtual machine, so that its server and prestate are needed: those of
 * trusted parties do not, which releases before 1.9.4 did not take into account.
 */
export const needsPrestate = ({ machine, permissioned }: GameType, release: Version): boolean =>
  machine !== undefined && (permissioned === undefined || compareVersions(release, '1.9.4') < 0);

/** A name that op-challenger does not know. */
export class UnknownGameType extends Error {}

/** Reads `--game-types`; a name that comes twice counts once. @throws UnknownGameType */
export function parseGameTypes(names: readonly string[]): readonly GameType[] {
  return [...new Set(names)].map((name) => {
    const type = GAME_TYPES.find((known) => known.name === name);
    if (type === undefined) throw new UnknownGameType(`unknown game type: "${name}"`);
    return type;
  });
}
