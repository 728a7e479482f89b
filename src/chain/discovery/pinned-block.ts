import { OperatorError } from '../../contract/failures.ts';
import { block, hexNumber } from '../clients/ethereum-values.ts';
import type { BatchResult, RpcCall } from '../clients/json-rpc.ts';
import { ContractAnswers, type Question, question } from './contract-answers.ts';
import { addAnswers, type L1Reader, stateUnavailable } from './l1-reader.ts';

/** Blocks that are waited for where L1 has neither finalized nor safe blocks. */
const DEFAULT_CONFIRMATIONS = 4;

export interface PinnedBlock {
  readonly chainId: number;
  readonly number: number;
  /** Addresses at the L1 head, to be confirmed at the pinned block: they save a round trip. */
  readonly portal: string | undefined;
  readonly disputeGameFactory: string | undefined;
}

const TAGS = ['finalized', 'safe', 'latest'] as const;

/**
 * First round trip: the chain id, and the block at which everything is read: the finalized one, else the safe one, else
 * some below the head; the first at which the SystemConfig exists.
 * @throws OperatorError `ChainMismatch` for another chain and for an address without code; `L1Unavailable`
 */
export async function pinBlock(
  l1: L1Reader,
  systemConfig: string,
  expectedChainId: number | undefined,
  confirmations = DEFAULT_CONFIRMATIONS,
): Promise<PinnedBlock> {
  const seeds = ['optimismPortal', 'disputeGameFactory'].map((name) =>
    question('systemConfig', systemConfig, { abi: `${name}() view returns (address)` }, 'latest'),
  );
  const results = await l1.batch([
    { method: 'eth_chainId' },
    ...TAGS.flatMap(callsAtTag(systemConfig)),
    ...seeds.map(({ call }) => call),
  ]);
  const [chainId, finalized, finalizedCode, safe, safeCode, latest, latestCode, ...addresses] = results;

  const id = numberIn(chainId);
  if (id === undefined) throw new OperatorError(noChainId());
  if (expectedChainId !== undefined && id !== expectedChainId) {
    throw new OperatorError({
      type: 'ChainMismatch',
      message: `the L1 endpoint serves chain ${id}, the network settles on chain ${expectedChainId}.`,
      fix: 'Correct spec.l1.rpc, or the chain that the spec names.',
    });
  }
  const head = heightIn(latest);
  if (head === undefined) throw new OperatorError(noHead(id));
  if (latestCode && !latestCode.ok) throw stateUnavailable(latestCode.error, head);
  if (!hasCode(latestCode)) {
    throw new OperatorError({
      type: 'ChainMismatch',
      message: `there is no contract at ${systemConfig} on L1 chain ${id}: the address has no code at block ${head}.`,
      fix: 'Set spec.contracts.systemConfig to the SystemConfigProxy of the chain, and spec.l1.rpc to its L1.',
    });
  }
  const number =
    (hasCode(finalizedCode) ? heightIn(finalized) : undefined) ??
    (hasCode(safeCode) ? heightIn(safe) : undefined) ??
    Math.max(0, head - confirmations);
  return { chainId: id, number, ...seedAddresses(seeds, addresses, head) };
}

function callsAtTag(systemConfig: string): (tag: string) => RpcCall[] {
  return (tag) => [
    { method: 'eth_getBlockByNumber', params: [tag, false] },
    { method: 'eth_getCode', params: [systemConfig, tag] },
  ];
}

function seedAddresses(seeds: readonly Question[], results: readonly BatchResult[], head: number) {
  const answers = new ContractAnswers();
  addAnswers(answers, seeds, results, head);
  return {
    portal: answers.address('systemConfig.optimismPortal()'),
    disputeGameFactory: answers.address('systemConfig.disputeGameFactory()'),
  };
}

function numberIn(result: BatchResult | undefined): number | undefined {
  if (result && !result.ok) throw stateUnavailable(result.error, 0);
  return hexNumber.safeParse(result?.result).data;
}

/** Height of a tagged block; undefined where L1 has none, which some nodes say with an error. */
function heightIn(result: BatchResult | undefined): number | undefined {
  return result?.ok ? block.safeParse(result.result).data?.number : undefined;
}

/** Whether `eth_getCode` found any. */
export function hasCode(result: BatchResult | undefined): boolean {
  return result?.ok === true && typeof result.result === 'string' && result.result.length > 2;
}

function noChainId() {
  return {
    type: 'L1Unavailable',
    message: 'the L1 endpoint does not tell its chain id.',
    fix: 'Use an endpoint of an execution client of L1.',
  } as const;
}

function noHead(chainId: number) {
  return {
    type: 'L1Unavailable',
    message: `the L1 node of chain ${chainId} does not tell its head.`,
    fix: 'Wait until it is synced, or use another endpoint.',
  } as const;
}
