/**
 * L1 chains whose configuration and blob schedule the programs bring along: mainnet, Sepolia, Holesky, Hoodi. Which of
 * them a version has dropped is said in the compatibility data (`withoutL1`).
 */
export const KNOWN_L1: readonly number[] = [1, 11_155_111, 17_000, 560_048];
