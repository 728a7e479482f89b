import { getAddress, ZeroAddress } from 'ethers';
import { OperatorError } from '../../contract/failures.ts';
import { block as blockAnswer, hexOf } from '../clients/ethereum-values.ts';
import type { BatchResult, RpcCall } from '../clients/json-rpc.ts';
import { compact } from '../compact.ts';
import { type Addresses, addressesInUse, type GivenAddresses, resolveAddresses } from './addresses.ts';
import { ContractAnswers, questions } from './contract-answers.ts';
import type { Implementations } from './discovery.ts';
import { FACTORY_GETTERS, gameTypeGetters, LIKELY_GAME_TYPES, OTHER_GAME_TYPE_GETTERS } from './dispute-game.ts';
import { PORTAL_GETTERS, SYSTEM_CONFIG_GETTERS } from './generations/index.ts';
import { addAnswers, stateUnavailable } from './l1-reader.ts';
import type { PinnedBlock } from './pinned-block.ts';
import type { PinnedReader } from './pinned-reader.ts';
import { requireTold } from './require-facts.ts';
import { requireSystemConfig } from './require-system-config.ts';

/** Slots of EIP-1967. They are there in every proxy that is used, also where its functions answer only the admin. */
const IMPLEMENTATION_SLOT = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc';
export const ADMIN_SLOT = '0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103';

/** Contracts that nothing else than the SystemConfig tells, by the getter's name. */
const CONTRACTS_OF_SYSTEM_CONFIG = [
  'optimismPortal',
  'l1CrossDomainMessenger',
  'l1StandardBridge',
  'l1ERC721Bridge',
  'optimismMintableERC20Factory',
] as const;

/** SystemConfig, portal and factory at the pinned block; `portal` and `disputeGameFactory` are those of that block. */
export interface ChainReading extends PinnedBlock {
  readonly blockHash: string;
  readonly l1GenesisHash: string | undefined;
  /** Game type that the portal respects; undefined for an L2OutputOracle. */
  readonly gameType: number | undefined;
  /** What L1 tells so far, undefined where it does not. */
  readonly onL1: Addresses;
  /** With what was given. */
  readonly addresses: Addresses;
  readonly implementations: Omit<Implementations, 'game'>;
  readonly batcher: string;
  readonly answers: ContractAnswers;
}

export interface ReadChainOptions {
  readonly systemConfig: string;
  readonly l1GenesisNumber?: number;
  readonly given?: GivenAddresses;
}

/** Second round trip. @throws OperatorError `NotReadyYet` while the SystemConfig is younger than the pinned block */
export async function readChain(
  l1: PinnedReader,
  { systemConfig, l1GenesisNumber, given = {} }: ReadChainOptions,
  pinned: PinnedBlock,
): Promise<ChainReading> {
  const block = hexOf(pinned.number);
  const asked = [
    ...questions('systemConfig', systemConfig, SYSTEM_CONFIG_GETTERS, block),
    ...questions('optimismPortal', pinned.portal, PORTAL_GETTERS, block),
    ...questions('disputeGameFactory', pinned.disputeGameFactory, FACTORY_GETTERS, block),
    ...questions('disputeGameFactory', pinned.disputeGameFactory, LIKELY_GAME_TYPES.flatMap(gameTypeGetters), block),
    ...questions('disputeGameFactory', pinned.disputeGameFactory, OTHER_GAME_TYPE_GETTERS, block),
  ];
  const others: RpcCall[] = [
    { method: 'eth_getStorageAt', params: [systemConfig, IMPLEMENTATION_SLOT, block] },
    { method: 'eth_getStorageAt', params: [systemConfig, ADMIN_SLOT, block] },
    // Zero by definition where the contract is not known: the places of the answers stay the same.
    ...[pinned.portal, pinned.disputeGameFactory].map((proxy) => ({
      method: 'eth_getStorageAt',
      params: [proxy ?? ZeroAddress, IMPLEMENTATION_SLOT, block],
    })),
    ...(l1GenesisNumber === undefined
      ? []
      : [{ method: 'eth_getBlockByNumber', params: [hexOf(l1GenesisNumber), false] }]),
  ];
  const results = await l1.batch([...others, ...asked.map(({ call }) => call)]);
  const [implementation, admin, ofPortal, ofFactory, genesis] = results;
  const answers = new ContractAnswers();
  addAnswers(answers, asked, results.slice(others.length), pinned.number);
  const seen = l1.seen();
  if (!seen?.hasCode) throw tooYoung(systemConfig, pinned.number);
  const onL1 = { ...addressesIn(answers), proxyAdmin: proxyAdminIn(answers, admin, pinned.number) };
  const gameType = numberOf(answers.integer('optimismPortal.respectedGameType()'));
  const addresses = addressesInUse(onL1, given, gameType);
  const portal = addresses['optimismPortal'];
  const found = { implementation: addressInSlot(implementation, pinned.number), portal };
  requireTold(l1.host, answers, { ...found, block: pinned.number });
  const { batcher, implementation: ofSystemConfig } = requireSystemConfig(systemConfig, answers, found);
  return {
    ...pinned,
    portal,
    // Also where the portal of the head has said nothing of games: that of the block may.
    disputeGameFactory: resolveAddresses(onL1, given)['disputeGameFactory'],
    blockHash: seen.hash,
    l1GenesisHash: l1GenesisNumber === undefined ? undefined : hashOf(genesis, l1GenesisNumber),
    gameType,
    onL1,
    addresses,
    implementations: {
      systemConfig: ofSystemConfig,
      ...compact({
        optimismPortal: addressInSlot(ofPortal, pinned.number),
        disputeGameFactory: addressInSlot(ofFactory, pinned.number),
      }),
    },
    batcher,
    answers,
  };
}

function numberOf(integer: bigint | undefined): number | undefined {
  return integer === undefined ? undefined : Number(integer);
}

function addressesIn(answers: ContractAnswers): Addresses {
  const first = (...keys: readonly string[]) => keys.map((key) => answers.address(key)).find(Boolean);
  const ofSystemConfig = (contract: string) => [contract, answers.address(`systemConfig.${contract}()`)] as const;
  return {
    ...Object.fromEntries(CONTRACTS_OF_SYSTEM_CONFIG.map(ofSystemConfig)),
    l2OutputOracle: first('systemConfig.l2OutputOracle()', 'optimismPortal.l2Oracle()'),
    disputeGameFactory: first('systemConfig.disputeGameFactory()', 'optimismPortal.disputeGameFactory()'),
    superchainConfig: first('systemConfig.superchainConfig()', 'optimismPortal.superchainConfig()'),
    anchorStateRegistry: answers.address('optimismPortal.anchorStateRegistry()'),
    ethLockbox: answers.address('optimismPortal.ethLockbox()'),
    opcm: answers.address('systemConfig.lastUsedOPCM()'),
  };
}

function proxyAdminIn(answers: ContractAnswers, slot: BatchResult | undefined, block: number): string | undefined {
  return answers.address('systemConfig.proxyAdmin()') ?? addressInSlot(slot, block);
}

function tooYoung(systemConfig: string, block: number): OperatorError {
  return new OperatorError({
    type: 'NotReadyYet',
    message: `the SystemConfig ${systemConfig} was deployed after L1 block ${block}, the last one that is deep enough to be read.`,
    fix: 'Wait some blocks; it is looked at again by itself.',
  });
}

/** The address in a storage word; undefined when it is zero. */
export function addressInSlot(result: BatchResult | undefined, block: number): string | undefined {
  if (result && !result.ok) throw stateUnavailable(result.error, block);
  const word = result?.result;
  if (typeof word !== 'string' || !/^0x[0-9a-fA-F]{64}$/.test(word)) return undefined;
  const address = getAddress(`0x${word.slice(-40)}`);
  return address === ZeroAddress ? undefined : address;
}

function hashOf(result: BatchResult | undefined, number: number): string {
  if (result && !result.ok) throw stateUnavailable(result.error, number);
  const header = blockAnswer.safeParse(result?.result);
  if (header.success) return header.data.hash;
  throw new OperatorError({
    type: 'L1Unavailable',
    message: `L1 has no block ${number}.`,
    fix: 'Use an L1 endpoint that is synced and keeps all blocks; check genesis.l1.number of the rollup configuration.',
  });
}
