import { dataSlice, getAddress, isHexString, toBigInt, ZeroAddress, ZeroHash } from 'ethers';
import { compact } from '../compact.ts';
import type { ContractAnswers } from './contract-answers.ts';
import type { RegisteredGame } from './discovery.ts';
import { type Getter, getters } from './generations/generation.ts';

/**
 * Game types whose registration is read before it is known which one the portal respects: cannon, permissioned,
 * cannon-kona, the super games, and zk. Any other costs one more round trip.
 */
export const LIKELY_GAME_TYPES: readonly number[] = [0, 1, 4, 5, 8, 9, 10];

/** Types that are only asked whether they are registered: those of other proof systems, and of tests. */
const OTHER_GAME_TYPES: readonly number[] = [2, 3, 6, 254, 255, 1337];

/** Types of which it is known whether the factory has an implementation. */
export const ASKED_GAME_TYPES: readonly number[] = [...LIKELY_GAME_TYPES, ...OTHER_GAME_TYPES].sort((a, b) => a - b);

export const FACTORY_GETTERS: readonly Getter[] = getters(
  'version() view returns (string)',
  'owner() view returns (address)',
);

export const OTHER_GAME_TYPE_GETTERS: readonly Getter[] = OTHER_GAME_TYPES.map((type) => ({
  abi: 'gameImpls(uint32) view returns (address)',
  args: [type],
}));

export function gameTypeGetters(type: number): readonly Getter[] {
  return [
    { abi: 'gameImpls(uint32) view returns (address)', args: [type] },
    { abi: 'initBonds(uint32) view returns (uint256)', args: [type] },
    { abi: 'gameArgs(uint32) view returns (bytes)', args: [type] },
  ];
}

/** Getters of an implementation that has its parameters as immutables: up to v5. */
export const IMPLEMENTATION_GETTERS: readonly Getter[] = getters(
  'absolutePrestate() view returns (bytes32)',
  'vm() view returns (address)',
  'weth() view returns (address)',
  'anchorStateRegistry() view returns (address)',
  'l2ChainId() view returns (uint256)',
  'proposer() view returns (address)',
  'challenger() view returns (address)',
);
export const IMPLEMENTATION_VERSION: readonly Getter[] = getters('version() view returns (string)');

/**
 * Packed parameters of a game type, which the factory keeps for its clones from v6 on; `0x` in older ones. From then on
 * the getters of the bare implementation answer zeros. Layouts by length; source: LibGameArgs.sol, and recordings of all
 * but the zero-knowledge games (172 bytes).
 * @param args hex data
 * @returns undefined for a layout that is not known
 */
export function decodeGameArgs(args: string): Partial<RegisteredGame> | undefined {
  if (!isHexString(args)) return undefined;
  const address = (from: number) => nonZero(getAddress(dataSlice(args, from, from + 20)));
  const chainId = (from: number) => chainIdOf(toBigInt(dataSlice(args, from, from + 32)));
  switch ((args.length - 2) / 2) {
    // Super permissioned games.
    case 40:
      return compact({ anchorStateRegistry: address(0), proposer: address(20) });
    case 124:
    case 164:
      return compact({
        absolutePrestate: nonZero(dataSlice(args, 0, 32)),
        vm: address(32),
        anchorStateRegistry: address(52),
        delayedWETH: address(72),
        l2ChainId: chainId(92),
        ...((args.length - 2) / 2 === 164 ? { proposer: address(124), challenger: address(144) } : {}),
      });
    // Zero-knowledge games. Between verifier and registry: two durations of 8 bytes, and the challenger's bond.
    case 172:
      return compact({
        absolutePrestate: nonZero(dataSlice(args, 0, 32)),
        verifier: address(32),
        anchorStateRegistry: address(100),
        delayedWETH: address(120),
        l2ChainId: chainId(140),
      });
    default:
      return undefined;
  }
}

/** What questions to the implementation of a game type are asked under. */
export function gameKey(type: number): string {
  return `game${type}`;
}

/** The same from the getters of the implementation. */
export function gameByGetters(answers: ContractAnswers, type: number): Partial<RegisteredGame> {
  const game = gameKey(type);
  return compact({
    absolutePrestate: nonZero(answers.text(`${game}.absolutePrestate()`)),
    vm: answers.address(`${game}.vm()`),
    delayedWETH: answers.address(`${game}.weth()`),
    anchorStateRegistry: answers.address(`${game}.anchorStateRegistry()`),
    l2ChainId: chainIdOf(answers.integer(`${game}.l2ChainId()`)),
    proposer: answers.address(`${game}.proposer()`),
    challenger: answers.address(`${game}.challenger()`),
  });
}

/** 0 is nobody's: super games are about several chains. */
function chainIdOf(id: bigint | undefined): string | undefined {
  return id ? id.toString() : undefined;
}

function nonZero(value: string | undefined): string | undefined {
  return value === ZeroAddress || value === ZeroHash ? undefined : value;
}
