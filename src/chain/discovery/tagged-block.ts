import type { OperatorError } from '../../contract/failures.ts';
import { block } from '../clients/ethereum-values.ts';
import type { BatchResult } from '../clients/json-rpc.ts';
import type { RpcError } from '../clients/rpc-error.ts';
import { UnsteadyL1, unavailable } from './l1-reader.ts';

interface Tagged {
  readonly tag: string;
  readonly header: BatchResult | undefined;
  readonly code: BatchResult | undefined;
}

/**
 * The block with a tag, if the SystemConfig is there; undefined where L1 has no such block, or made the contract later.
 * @param made block of the head's `startBlock()`
 */
export function taggedBlock(
  host: string,
  { tag, header, code }: Tagged,
  { head, made }: { readonly head: number; readonly made: bigint | undefined },
): { readonly number: number; readonly hash: string; readonly hasCode: true } | undefined {
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

export function keepsState(number: number, head: number): string {
  return `Use an L1 endpoint whose nodes are synced and keep the state of ${Math.max(128, head - number)} blocks or more, or an archive.`;
}

/** Whether `eth_getCode` found any. */
export function hasCode(result: BatchResult | undefined): boolean {
  return result?.ok === true && typeof result.result === 'string' && result.result.length > 2;
}
