import { OperatorError } from '../../contract/failures.ts';
import { block, hexNumber } from '../clients/ethereum-values.ts';
import type { BatchResult, RpcCall } from '../clients/json-rpc.ts';
import { ContractAnswers, question } from './contract-answers.ts';
import { addAnswers, type L1Reader, stateUnavailable, UnsteadyL1, unavailable } from './l1-reader.ts';
import { hasCode, keepsState, taggedBlock } from './tagged-block.ts';

/** Blocks that are waited for where L1 has neither finalized nor safe blocks. */
const DEFAULT_CONFIRMATIONS = 4;

export interface PinnedBlock {
  readonly chainId: number;
  readonly number: number;
  /** Undefined where it was not asked for by a tag. */
  readonly hash: string | undefined;
  /** Whether the SystemConfig was seen there. */
  readonly hasCode: boolean;
  /** Addresses at the L1 head, to be confirmed at the pinned block: they save a round trip. */
  readonly portal: string | undefined;
  readonly disputeGameFactory: string | undefined;
}

export interface PinOptions {
  /** Blocks below the head, where L1 has no finalized and no safe block. */
  readonly confirmations?: number;
  /** L1 block that the chain begins at: below it there is nothing to be found. */
  readonly l1GenesisNumber?: number;
}

const TAGS = ['finalized', 'safe', 'latest'] as const;

const SEEDS = [
  'optimismPortal() view returns (address)',
  'disputeGameFactory() view returns (address)',
  'startBlock() view returns (uint256)',
];

/**
 * First round trip: the chain id, and the block at which everything is read: the finalized one, else the safe one, else
 * some below the head; the first at which the SystemConfig exists. Where that can not be told, no other block is taken.
 * @throws OperatorError `ChainMismatch` for another chain and for an address without code; `L1Unavailable`
 */
export async function pinBlock(
  l1: L1Reader,
  systemConfig: string,
  expectedChainId: number | undefined,
  { confirmations = DEFAULT_CONFIRMATIONS, l1GenesisNumber = 0 }: PinOptions = {},
): Promise<PinnedBlock> {
  const seeds = SEEDS.map((abi) => question('systemConfig', systemConfig, { abi }, 'latest'));
  const results = await l1.batch([
    { method: 'eth_chainId' },
    ...TAGS.flatMap(callsAtTag(systemConfig)),
    ...seeds.map(({ call }) => call),
  ]);
  const [chainId, finalized, finalizedCode, safe, safeCode, latest, latestCode, ...seedResults] = results;

  const id = chainIdIn(l1.host, chainId);
  if (expectedChainId !== undefined && id !== expectedChainId) {
    throw new OperatorError({
      type: 'ChainMismatch',
      message: `the L1 endpoint serves chain ${id}, the network settles on chain ${expectedChainId}.`,
      fix: 'Correct spec.l1.rpc, or the chain that the spec names.',
    });
  }
  const head = headIn(l1.host, latest);
  if (head < l1GenesisNumber) throw notSynced(l1.host, head, l1GenesisNumber);
  if (latestCode && !latestCode.ok) throw stateUnavailable(latestCode.error, head);
  const answers = new ContractAnswers();
  addAnswers(answers, seeds, seedResults, head);
  const portal = answers.address('systemConfig.optimismPortal()');
  if (!hasCode(latestCode) && (portal !== undefined || hasCode(finalizedCode))) {
    throw new UnsteadyL1(
      `${l1.host} answered eth_getCode with no code at ${systemConfig} at the head ${head} of L1, but it is there.`,
      keepsState(head, head),
    );
  }
  if (!hasCode(latestCode)) {
    throw new OperatorError({
      type: 'ChainMismatch',
      message: `there is no contract at ${systemConfig} on L1 chain ${id}: the address has no code at block ${head}.`,
      fix: 'Set spec.contracts.systemConfig to the SystemConfigProxy of the chain, and spec.l1.rpc to its L1.',
    });
  }
  // A SystemConfig that tells of a portal also tells in which block it was made.
  const made = answers.integer('systemConfig.startBlock()') ?? (portal === undefined ? undefined : 0n);
  const final =
    taggedBlock(l1.host, { tag: 'finalized', header: finalized, code: finalizedCode }, { head, made }) ??
    taggedBlock(l1.host, { tag: 'safe', header: safe, code: safeCode }, { head, made });
  return {
    ...(final ?? { number: Math.max(0, head - confirmations), hash: undefined, hasCode: false }),
    chainId: id,
    portal,
    disputeGameFactory: answers.address('systemConfig.disputeGameFactory()'),
  };
}

function callsAtTag(systemConfig: string): (tag: string) => RpcCall[] {
  return (tag) => [
    { method: 'eth_getBlockByNumber', params: [tag, false] },
    { method: 'eth_getCode', params: [systemConfig, tag] },
  ];
}

function notSynced(host: string, head: number, l1GenesisNumber: number): OperatorError {
  return new OperatorError({
    type: 'L1Unavailable',
    message: `L1 cannot be read: ${host} is not synced, its head is block ${head} and the chain begins at L1 block ${l1GenesisNumber}.`,
    fix: 'Wait until it is synced, or use another endpoint.',
  });
}

function chainIdIn(host: string, result: BatchResult | undefined): number {
  if (result && !result.ok) throw unavailable(result.error);
  const id = hexNumber.safeParse(result?.result).data;
  if (id !== undefined) return id;
  throw new OperatorError({
    type: 'L1Unavailable',
    message: `L1 cannot be read: ${host} answered eth_chainId with no chain id.`,
    fix: 'Use an endpoint of an execution client of L1.',
  });
}

function headIn(host: string, result: BatchResult | undefined): number {
  if (result && !result.ok) throw unavailable(result.error);
  const head = block.safeParse(result?.result).data;
  if (head) return head.number;
  throw new OperatorError({
    type: 'L1Unavailable',
    message: `L1 cannot be read: ${host} answered eth_getBlockByNumber with no block for the head.`,
    fix: 'Wait until it is synced, or use another endpoint.',
  });
}
