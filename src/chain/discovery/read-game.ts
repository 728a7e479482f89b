import { AbiCoder, keccak256 } from 'ethers';
import { hexOf } from '../clients/ethereum-values.ts';
import { compact } from '../compact.ts';
import { ContractAnswers, questions } from './contract-answers.ts';
import type { RegisteredGame } from './discovery.ts';
import {
  decodeGameArgs,
  gameByGetters,
  gameKey,
  gameTypeGetters,
  IMPLEMENTATION_GETTERS,
  IMPLEMENTATION_VERSION,
  LIKELY_GAME_TYPES,
} from './dispute-game.ts';
import { getters } from './generations/generation.ts';
import { addAnswers, type L1Reader, seemsAbsent } from './l1-reader.ts';
import { ADMIN_SLOT, addressInSlot, type ChainReading } from './read-chain.ts';

const ORACLE_GETTERS = getters(
  'proposer() view returns (address)',
  'challenger() view returns (address)',
  'version() view returns (string)',
);
const OWNER = getters('owner() view returns (address)');
const VERSION = getters('version() view returns (string)');

/** Contracts that are asked for their version only; the others tell it with everything else. */
const OTHER_CONTRACTS = [
  'anchorStateRegistry',
  'superchainConfig',
  'l1CrossDomainMessenger',
  'l1StandardBridge',
  'l1ERC721Bridge',
  'optimismMintableERC20Factory',
  'ethLockbox',
] as const;

export interface GameReading {
  /** By type, ascending. */
  readonly games: readonly RegisteredGame[];
  readonly addressManager: string | undefined;
  /** Of the SuperchainConfig: mostly another one than the chain's. */
  readonly superchainProxyAdmin: string | undefined;
  readonly answers: ContractAnswers;
  /** What was there but could not be read. */
  readonly unreadable: readonly string[];
}

/** Third round trip: what the addresses of the second lead to. */
export async function readGame(l1: L1Reader, chain: ChainReading): Promise<GameReading> {
  const block = hexOf(chain.number);
  const { l1CrossDomainMessenger: messenger, superchainConfig, l2OutputOracle, proxyAdmin } = chain.addresses;
  const registered = await registrations(l1, chain);
  const asked = [
    // Parameters are in the factory or in the implementation, never in both.
    ...registered.flatMap(({ type, implementation, args }) =>
      questions(
        gameKey(type),
        implementation,
        args ? IMPLEMENTATION_VERSION : [...IMPLEMENTATION_VERSION, ...IMPLEMENTATION_GETTERS],
        block,
      ),
    ),
    ...questions('l2OutputOracle', l2OutputOracle, ORACLE_GETTERS, block),
    ...questions('proxyAdmin', proxyAdmin, OWNER, block),
    ...OTHER_CONTRACTS.flatMap((contract) => questions(contract, chain.addresses[contract], VERSION, block)),
  ];
  const slot = (address: string | undefined, name: string | undefined) =>
    address && name ? [{ method: 'eth_getStorageAt', params: [address, name, block] }] : [];
  const ofMessenger = slot(messenger, messenger && addressManagerSlot(messenger));
  const ofSuperchain = slot(superchainConfig, ADMIN_SLOT);
  const results = await l1.batch([...asked.map(({ call }) => call), ...ofMessenger, ...ofSuperchain]);
  const answers = new ContractAnswers();
  addAnswers(answers, asked, results, chain.number);
  const slots = results.slice(asked.length).map((result) => addressInSlot(result, chain.number));
  const games = registered.map((registration) => ({ registration, parameters: parametersOf(registration, answers) }));
  return {
    games: games.map(({ registration: { type, implementation, initBondWei }, parameters }) => ({
      ...parameters,
      type,
      implementation,
      ...compact({ version: answers.text(`${gameKey(type)}.version()`), initBondWei }),
    })),
    addressManager: ofMessenger.length > 0 ? slots[0] : undefined,
    superchainProxyAdmin: slots[ofMessenger.length],
    answers,
    unreadable: games
      .filter(({ parameters }) => parameters === undefined)
      .map(({ registration: { type } }) => `disputeGameFactory.gameArgs(${type})`),
  };
}

interface Registration {
  readonly type: number;
  readonly implementation: string;
  /** Packed parameters; undefined where the implementation holds them itself, `broken` where the answer is none. */
  readonly args: string | 'broken' | undefined;
  readonly initBondWei: string | undefined;
}

/**
 * What the factory knows about game types. Nothing of one without an implementation: parameters of a type whose
 * implementation was taken away stay behind in the factory.
 */
async function registrations(l1: L1Reader, chain: ChainReading): Promise<Registration[]> {
  const { gameType } = chain;
  const isUnusual = gameType !== undefined && !LIKELY_GAME_TYPES.includes(gameType);
  const more = isUnusual ? await askForType(l1, chain, gameType) : new ContractAnswers();
  return [...LIKELY_GAME_TYPES, ...(isUnusual ? [gameType] : [])]
    .sort((a, b) => a - b)
    .flatMap((type) => {
      const answers = type === gameType && isUnusual ? more : chain.answers;
      const implementation = answers.address(`disputeGameFactory.gameImpls(${type})`);
      if (implementation === undefined) return [];
      const args = argsIn(answers, type);
      const initBondWei = answers.integer(`disputeGameFactory.initBonds(${type})`)?.toString();
      return [{ type, implementation, args, initBondWei }];
    });
}

function argsIn(answers: ContractAnswers, type: number): Registration['args'] {
  const key = `disputeGameFactory.gameArgs(${type})`;
  if (answers.unreadable().includes(key)) return 'broken';
  const args = answers.text(key);
  return args === '0x' ? undefined : args;
}

async function askForType(l1: L1Reader, chain: ChainReading, type: number): Promise<ContractAnswers> {
  const answers = new ContractAnswers();
  const factory = chain.addresses['disputeGameFactory'];
  const asked = questions('disputeGameFactory', factory, gameTypeGetters(type), hexOf(chain.number));
  if (asked.length > 0) addAnswers(answers, asked, await l1.batch(asked.map(({ call }) => call)), chain.number);
  const key = `disputeGameFactory.gameImpls(${type})`;
  if (asked.length > 0 && !answers.has(key)) throw seemsAbsent(l1.host, key, chain.number);
  return answers;
}

function parametersOf({ type, args }: Registration, answers: ContractAnswers): Partial<RegisteredGame> | undefined {
  return args === undefined ? gameByGetters(answers, type) : decodeGameArgs(args);
}

/** The L1CrossDomainMessenger is a ResolvedDelegateProxy: `mapping(address => AddressManager)` in slot 1, by itself. */
function addressManagerSlot(messenger: string): string {
  return keccak256(AbiCoder.defaultAbiCoder().encode(['address', 'uint256'], [messenger, 1]));
}
