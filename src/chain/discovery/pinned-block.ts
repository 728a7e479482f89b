import { OperatorError } from '../../contract/failures.ts';
import { block, hexNumber } from '../clients/ethereum-values.ts';
import type { BatchResult, RpcCall } from '../clients/json-rpc.ts';
import type { RpcError } from '../clients/rpc-error.ts';
import { ContractAnswers, question } from './contract-answers.ts';
import { addAnswers, type L1Reader, stateUnavailable, UnsteadyL1, unavailable } from './l1-reader.ts';

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
  expectedChainId: number,
  confirmations = DEFAULT_CONFIRMATIONS,
): Promise<PinnedBlock> {
  const seeds = SEEDS.map((abi) => question('systemConfig', systemConfig, { abi }, 'latest'));
  const results = await l1.batch([
    { method: 'eth_chainId' },
    ...TAGS.flatMap(callsAtTag(systemConfig)),
    ...seeds.map(({ call }) => call),
  ]);
  const [chainId, finalized, finalizedCode, safe, safeCode, latest, latestCode, ...seedResults] = results;

  const id = chainIdIn(chainId);
  if (id !== expectedChainId) {
    throw new OperatorError({
      type: 'ChainMismatch',
      message: `the L1 endpoint serves chain ${id}, the network settles on chain ${expectedChainId}.`,
      fix: 'Correct spec.l1.rpc, or the chain that the spec names.',
    });
  }
  const head = headIn(l1.host, latest);
  if (latestCode && !latestCode.ok) throw stateUnavailable(latestCode.error, head);
  if (!hasCode(latestCode)) {
    throw new OperatorError({
      type: 'ChainMismatch',
      message: `there is no contract at ${systemConfig} on L1 chain ${id}: the address has no code at block ${head}.`,
      fix: 'Set spec.contracts.systemConfig to the SystemConfigProxy of the chain, and spec.l1.rpc to its L1.',
    });
  }
  const answers = new ContractAnswers();
  addAnswers(answers, seeds, seedResults, head);
  const portal = answers.address('systemConfig.optimismPortal()');
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

function chainIdIn(result: BatchResult | undefined): number | undefined {
  if (result && !result.ok) throw unavailable(result.error);
  return hexNumber.safeParse(result?.result).data;
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

interface Tagged {
  readonly tag: string;
  readonly header: BatchResult | undefined;
  readonly code: BatchResult | undefined;
}

/**
 * The block with a tag, if the SystemConfig is there; undefined where L1 has no such block, or made the contract later.
 * @param made block of the head's `startBlock()`
 */
function taggedBlock(
  host: string,
  { tag, header, code }: Tagged,
  { head, made }: { readonly head: number; readonly made: bigint | undefined },
): Pick<PinnedBlock, 'number' | 'hash' | 'hasCode'> | undefined {
  if (header && !header.ok) {
    if (isUnknownBlock(header.error)) return undefined;
    throw unavailable(header.error, `the ${tag} block`);
  }
  const found = block.safeParse(header?.result).data;
  if (!found) return undefined;
  const { number, hash } = found;
  if (code && !code.ok) throw pruned(code.error, tag, { number, head });
  if (hasCode(code)) return { number, hash, hasCode: true };
  // Some nodes answer "nothing" for a state that they do not have (erigon #5274, #18912).
  if (made !== undefined && made <= number) {
    throw new UnsteadyL1(
      `${host} answered eth_getCode with no code at the ${tag} block ${number} of L1 for a SystemConfig that was made in block ${made} or before.`,
      keepsState(number, head),
    );
  }
  return undefined;
}

/**
 * A node without such a block answers null, or one of these: -39001 of the specification (Besu, Erigon), -32000
 * "finalized block not found" of geth, "not supported" before the merge (execution-apis #879).
 */
function isUnknownBlock({ kind, code, reason = '' }: RpcError): boolean {
  if (kind !== 'rpc-error') return false;
  return code === -39001 || /\b(?:safe|finalized)\b.*\bnot (?:found|supported)|unknown block/i.test(reason);
}

/** Reading at another block instead would show what may still change, and nobody would know. */
function pruned(error: RpcError, tag: string, { number, head }: { number: number; head: number }): OperatorError {
  if (error.kind !== 'rpc-error' || error.code === undefined) return unavailable(error);
  return new UnsteadyL1(
    `L1 does not give the contracts at its ${tag} block ${number}, ${head - number} blocks below its head ${head}: ${error.message}.`,
    keepsState(number, head),
    error,
  );
}

function keepsState(number: number, head: number): string {
  return `Use an L1 endpoint whose nodes are synced and keep the state of ${Math.max(128, head - number)} blocks or more, or an archive.`;
}

/** Whether `eth_getCode` found any. */
export function hasCode(result: BatchResult | undefined): boolean {
  return result?.ok === true && typeof result.result === 'string' && result.result.length > 2;
}
