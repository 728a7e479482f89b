import { OperatorError } from '../../contract/failures.ts';
import { type BatchResult, jsonRpcBatch, type RpcCall } from '../clients/json-rpc.ts';
import { RpcError } from '../clients/rpc-error.ts';
import type { ContractAnswers, Question } from './contract-answers.ts';

/** L1 for one discovery: batches in, results out, failures of the endpoint as errors that say what to do. */
export interface L1Reader {
  /** All calls in one round trip. @throws OperatorError `L1Unavailable` */
  batch(calls: readonly RpcCall[]): Promise<BatchResult[]>;
}

export function l1Reader(url: string, signal: AbortSignal | undefined): L1Reader {
  return {
    async batch(calls) {
      try {
        return await jsonRpcBatch(url, calls, { timeoutMs: 15_000, ...(signal ? { signal } : {}) });
      } catch (error) {
        throw error instanceof RpcError ? unavailable(error) : error;
      }
    },
  };
}

/** Results of questions into answers. An error that is no revert says nothing about the contract, so it ends discovery. */
export function addAnswers(
  answers: ContractAnswers,
  questions: readonly Question[],
  results: readonly BatchResult[],
  block: number,
): void {
  for (const [index, question] of questions.entries()) {
    const result = results[index];
    if (!result) continue;
    if (!result.ok && !isRevert(result.error)) throw stateUnavailable(result.error, block);
    answers.add(question, result);
  }
}

/** Clients report a revert with code 3 or with its data, if only `0x`. */
function isRevert({ code, data }: RpcError): boolean {
  return code === 3 || typeof data === 'string';
}

/** The head can be read but an earlier block cannot: the state has been pruned, or the provider limits it. */
export function stateUnavailable(error: RpcError, block: number): OperatorError {
  if (error.kind !== 'rpc-error') return unavailable(error);
  return new OperatorError(
    {
      type: 'L1Unavailable',
      message: `L1 does not give the contracts at block ${block}: ${error.message}.`,
      fix: 'Use an L1 endpoint that keeps the state back to the finalized block (at least 128 blocks), or an archive.',
    },
    { cause: error },
  );
}

function unavailable(error: RpcError): OperatorError {
  const fix =
    error.kind === 'unauthorised'
      ? 'Check the key or password in the Secret that spec.l1.rpc refers to.'
      : 'Check spec.l1.rpc, and that the endpoint can be reached from the cluster. It is tried again by itself.';
  return new OperatorError(
    { type: 'L1Unavailable', message: `L1 cannot be read: ${error.message}.`, fix },
    { cause: error },
  );
}
