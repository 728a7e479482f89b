import { getAddress, ZeroAddress } from 'ethers';
import { OperatorError } from '../../contract/failures.ts';
import { block as blockAnswer, hexOf } from '../clients/ethereum-values.ts';
import type { BatchResult, RpcCall } from '../clients/json-rpc.ts';
import { ContractAnswers, questions } from './contract-answers.ts';
import { FACTORY_GETTERS, gameTypeGetters, LIKELY_GAME_TYPES, OTHER_GAME_TYPE_GETTERS } from './dispute-game.ts';
import { PORTAL_GETTERS, SYSTEM_CONFIG_GETTERS } from './generations/index.ts';
import { addAnswers, type L1Reader, stateUnavailable } from './l1-reader.ts';
import type { PinnedBlock } from './pinned-block.ts';
import { requireSystemConfig } from './require-system-config.ts';
import { hasCode } from './tagged-block.ts';

/** Slots of EIP-1967. They are there in every proxy that is used, also where its functions answer only the admin. */
const IMPLEMENTATION_SLOT = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc';
const ADMIN_SLOT = '0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103';

/** SystemConfig, portal and factory at the pinned block; `portal` and `disputeGameFactory` are those of that block. */
export interface ChainReading extends PinnedBlock {
  readonly blockHash: string;
  readonly l1GenesisHash: string | undefined;
  readonly proxyAdmin: string | undefined;
  readonly batcher: string;
  readonly answers: ContractAnswers;
}

/** Second round trip. @throws OperatorError `NotReadyYet` while the SystemConfig is younger than the pinned block */
export async function readChain(
  l1: L1Reader,
  { systemConfig, l1GenesisNumber }: { readonly systemConfig: string; readonly l1GenesisNumber?: number },
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
    { method: 'eth_getBlockByNumber', params: [block, false] },
    { method: 'eth_getCode', params: [systemConfig, block] },
    { method: 'eth_getStorageAt', params: [systemConfig, IMPLEMENTATION_SLOT, block] },
    { method: 'eth_getStorageAt', params: [systemConfig, ADMIN_SLOT, block] },
    ...(l1GenesisNumber === undefined
      ? []
      : [{ method: 'eth_getBlockByNumber', params: [hexOf(l1GenesisNumber), false] }]),
  ];
  const results = await l1.batch([...others, ...asked.map(({ call }) => call)]);
  const [header, code, implementation, admin, genesis] = results;
  const answers = new ContractAnswers();
  addAnswers(answers, asked, results.slice(others.length), pinned.number);
  if (!hasCode(code)) throw tooYoung(systemConfig, pinned.number);
  const batcher = requireSystemConfig(systemConfig, answers, addressInSlot(implementation, pinned.number));
  return {
    ...pinned,
    portal: answers.address('systemConfig.optimismPortal()'),
    disputeGameFactory: answers.address('systemConfig.disputeGameFactory()'),
    blockHash: hashOf(header, pinned.number),
    l1GenesisHash: l1GenesisNumber === undefined ? undefined : hashOf(genesis, l1GenesisNumber),
    proxyAdmin: answers.address('systemConfig.proxyAdmin()') ?? addressInSlot(admin, pinned.number),
    batcher,
    answers,
  };
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
