/** Which games a network's proposer and challengers are about: from their specs, and from what L1 says. */
import { GAME_TYPE_NAMES, GAME_TYPES, GAMES_WITHOUT_PROGRAM, type GameTypeName } from '../api/game-type.ts';
import type { OpChallengerSpec } from '../api/op-challenger.ts';
import type { OpProposerSpec } from '../api/op-proposer.ts';
import type { ContractsUpgrade } from '../contract/plan.ts';
import type { ContractFacts } from './input.ts';

/**
 * What L1 is to be by then: proposer and challengers are rendered for it before L1 is there, and are the same afterwards.
 * @param upgrade what the owners of the contracts are about to upgrade L1 to
 */
export function afterUpgrade(contracts: ContractFacts, upgrade: ContractsUpgrade | undefined): ContractFacts {
  if (!upgrade) return contracts;
  const { gameType, registeredGameTypes } = contracts;
  return {
    ...contracts,
    gameType: upgrade.gameType,
    // There may be games of the former type for long: where only the status is known it is not among the registered.
    registeredGameTypes: [...new Set([...registeredGameTypes, ...(gameType === undefined ? [] : [gameType])])],
  };
}

/** Type of the games that are proposed; undefined on a chain whose outputs go to an L2OutputOracle. */
export function proposedGameType(
  { gameType }: Pick<OpProposerSpec, 'gameType'>,
  contracts: ContractFacts,
): number | undefined {
  if (contracts.l2OutputOracle !== undefined) return undefined;
  return gameType === 'Auto' ? contracts.gameType : gameType;
}

/**
 * Types that a challenger plays, by name. `Auto`: the respected one and every other that is registered, because anybody
 * may make a game of it. While there is one of a type that it does not play, op-challenger goes on with the others, but
 * the L1 block up to which it has acted stands still (op-stack-observed.md 2.27), and nobody can see whether it follows.
 * So a type that a challenger has played is never dropped by itself: games of it stay in its window long after the type
 * was taken off the factory (docs/decisions/0012).
 * @param former types that it plays already
 */
export function challengedGameTypes(
  { gameTypes }: Pick<OpChallengerSpec, 'gameTypes'>,
  contracts: ContractFacts,
  former: readonly GameTypeName[] = [],
): GameTypeName[] {
  const named = GAME_TYPE_NAMES.filter((name) => gameTypes.includes(name));
  if (!gameTypes.includes('Auto')) return named;
  const onChain = [...contracts.registeredGameTypes, ...(contracts.gameType === undefined ? [] : [contracts.gameType])];
  return GAME_TYPE_NAMES.filter((name) => onChain.includes(GAME_TYPES[name]) || former.includes(name));
}

/** Types on L1 that op-challenger has no name for: their games are defended by other programs. */
export function unplayableGameTypes({ registeredGameTypes }: ContractFacts): number[] {
  const known: readonly number[] = Object.values(GAME_TYPES);
  return registeredGameTypes.filter((type) => !known.includes(type));
}

/** Whether a game of the type is decided by a program whose prestate has to be fetched. */
export function needsPrestate(name: GameTypeName): boolean {
  return !GAMES_WITHOUT_PROGRAM.includes(name);
}
