import { AbiCoder, keccak256 } from 'ethers';
import { hexOf } from '../clients/ethereum-values.ts';
import { ContractAnswers, questions } from './contract-answers.ts';
import type { RespectedGame } from './discovery.ts';
import {
  compact,
  decodeGameArgs,
  gameByGetters,
  gameTypeGetters,
  IMPLEMENTATION_GETTERS,
  IMPLEMENTATION_VERSION,
  LIKELY_GAME_TYPES,
} from './dispute-game.ts';
import { getters } from './generations/generation.ts';
import { addAnswers, type L1Reader } from './l1-reader.ts';
import { addressInSlot, type ChainReading } from './read-chain.ts';

const ORACLE_GETTERS = getters('proposer() view returns (address)', 'challenger() view returns (address)');
const OWNER = getters('owner() view returns (address)');

export interface GameReading {
  /** Game type that the portal respects; undefined for an L2OutputOracle. */
  readonly gameType: number | undefined;
  /** Undefined also while no implementation is registered for the type. */
  readonly game: RespectedGame | undefined;
  readonly addressManager: string | undefined;
  readonly answers: ContractAnswers;
  /** What was there but could not be read. */
  readonly unreadable: readonly string[];
}

/** Third round trip: what the addresses of the second lead to. */
export async function readGame(l1: L1Reader, chain: ChainReading): Promise<GameReading> {
  const block = hexOf(chain.number);
  const respected = chain.answers.integer('optimismPortal.respectedGameType()');
  const gameType = respected === undefined ? undefined : Number(respected);
  const registered = gameType === undefined ? undefined : await registration(l1, chain, gameType);
  const messenger = chain.answers.address('systemConfig.l1CrossDomainMessenger()');
  // Parameters are in the factory or in the implementation, never in both.
  const implementationGetters = registered?.args
    ? IMPLEMENTATION_VERSION
    : [...IMPLEMENTATION_VERSION, ...IMPLEMENTATION_GETTERS];
  const asked = [
    ...questions('game', registered?.implementation, implementationGetters, block),
    ...questions('l2OutputOracle', chain.answers.address('systemConfig.l2OutputOracle()'), ORACLE_GETTERS, block),
    ...questions('proxyAdmin', chain.proxyAdmin, OWNER, block),
  ];
  const slots = messenger
    ? [{ method: 'eth_getStorageAt', params: [messenger, addressManagerSlot(messenger), block] }]
    : [];
  const results = await l1.batch([...asked.map(({ call }) => call), ...slots]);
  const answers = new ContractAnswers();
  addAnswers(answers, asked, results, chain.number);
  const parameters = registered?.args ? decodeGameArgs(registered.args) : gameByGetters(answers);
  return {
    gameType,
    game:
      registered && gameType !== undefined
        ? {
            ...parameters,
            type: gameType,
            implementation: registered.implementation,
            ...compact({ version: answers.text('game.version()'), initBondWei: registered.initBondWei }),
          }
        : undefined,
    addressManager: messenger ? addressInSlot(results[asked.length], chain.number) : undefined,
    answers,
    unreadable: parameters ? [] : [`disputeGameFactory.gameArgs(${gameType})`],
  };
}

interface Registration {
  readonly implementation: string;
  /** Packed parameters; undefined where the implementation holds them itself. */
  readonly args: string | undefined;
  readonly initBondWei: string | undefined;
}

/**
 * What the factory knows about a game type. Nothing without an implementation: parameters of a type whose implementation
 * was taken away stay behind in the factory.
 */
async function registration(l1: L1Reader, chain: ChainReading, type: number): Promise<Registration | undefined> {
  const answers = LIKELY_GAME_TYPES.includes(type) ? chain.answers : await askForType(l1, chain, type);
  const implementation = answers.address(`disputeGameFactory.gameImpls(${type})`);
  if (implementation === undefined) return undefined;
  const args = answers.text(`disputeGameFactory.gameArgs(${type})`);
  return {
    implementation,
    args: args === '0x' ? undefined : args,
    initBondWei: answers.integer(`disputeGameFactory.initBonds(${type})`)?.toString(),
  };
}

async function askForType(l1: L1Reader, chain: ChainReading, type: number): Promise<ContractAnswers> {
  const answers = new ContractAnswers();
  const asked = questions('disputeGameFactory', chain.disputeGameFactory, gameTypeGetters(type), hexOf(chain.number));
  if (asked.length > 0) addAnswers(answers, asked, await l1.batch(asked.map(({ call }) => call)), chain.number);
  return answers;
}

/** The L1CrossDomainMessenger is a ResolvedDelegateProxy: `mapping(address => AddressManager)` in slot 1, by itself. */
function addressManagerSlot(messenger: string): string {
  return keccak256(AbiCoder.defaultAbiCoder().encode(['address', 'uint256'], [messenger, 1]));
}
