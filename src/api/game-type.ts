/** Types of dispute games: a number on L1, a name in op-challenger. */

export const GAME_TYPES = {
  cannon: 0,
  permissioned: 1,
  'super-permissioned': 5,
  'cannon-kona': 8,
  'super-cannon-kona': 9,
  zk: 10,
  fast: 254,
  alphabet: 255,
} as const;

export type GameTypeName = keyof typeof GAME_TYPES;
export const GAME_TYPE_NAMES = Object.keys(GAME_TYPES) as [GameTypeName, ...GameTypeName[]];

/** Games that no program of the fault proof decides: nothing is fetched for them. */
export const GAMES_WITHOUT_PROGRAM: readonly GameTypeName[] = ['super-permissioned', 'zk', 'fast', 'alphabet'];
