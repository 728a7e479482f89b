import { OperatorError, type Problem } from '../../contract/failures.ts';
import { type BatchResult, jsonRpcBatch, type RpcCall } from '../clients/json-rpc.ts';
import { revertData } from '../clients/revert-data.ts';
import { RpcError } from '../clients/rpc-error.ts';
import { checkedResults } from './checked-results.ts';
import type { ContractAnswers, Question } from './contract-answers.ts';

/** L1 for one discovery: batches in, results out, failures of the endpoint as errors that say what to do. */
export interface L1Reader {
  /** Host and port of the endpoint: all of its URL that may be shown. */
  readonly host: string;
  /** All calls in one round trip. @throws OperatorError `L1Unavailable` */
  batch(calls: readonly RpcCall[]): Promise<readonly BatchResult[]>;
}

const LONGEST_WAIT_SECONDS = 300;

export function l1Reader(url: string, signal: AbortSignal | undefined): L1Reader {
  const host = URL.parse(url)?.host ?? 'the L1 endpoint';
  return {
    host,
    async batch(calls) {
      try {
        const results = await jsonRpcBatch(url, calls, { timeoutMs: 15_000, ...(signal ? { signal } : {}) });
        return checkedResults(host, calls, results);
      } catch (error) {
        throw error instanceof RpcError ? unavailable(error) : error;
      }
    },
  };
}

/**
 * Answers that do not belong together, or not to the block that is read: L1 was reorganised, or the nodes behind one
 * endpoint differ. Reading everything anew may help at once.
 */
export class UnsteadyL1 extends OperatorError {
  constructor(message: string, fix: string, cause?: unknown) {
    super({ type: 'L1Unavailable', message, fix }, { cause });
  }
}

/**
 * A getter that is absent in an answer may be one that the endpoint failed to ask: both look the same. For what must be
 * there by what else was answered.
 * @param what the getters: `systemConfig.owner()`
 */
export function seemsAbsent(host: string, what: string, block: number): UnsteadyL1 {
  return new UnsteadyL1(
    `${host} answered eth_call for ${what} at block ${block} of L1 like contracts that do not have it, but those contracts have it.`,
    'It is tried again by itself. If it lasts, use another L1 endpoint: this one does not give the whole state of the block. If that says the same, the contracts are not those of one chain, or not fully deployed.',
  );
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
    if (!result.ok && revertData(result.error) === undefined) throw stateUnavailable(result.error, block, question.key);
    answers.add(question, result);
  }
}

/**
 * The head can be read but a block can not: the state has been pruned, the provider limits it, or the node that was
 * asked this time does not have the block yet.
 * @param what was asked for, `systemConfig.owner()`
 */
export function stateUnavailable(error: RpcError, block: number, what?: string): OperatorError {
  if (error.kind !== 'rpc-error' || error.code === undefined) return unavailable(error, what);
  return new UnsteadyL1(
    `L1 does not give the contracts at block ${block}: ${what === undefined ? '' : `${what}: `}${error.message}.`,
    'Use an L1 endpoint that keeps the state back to the finalized block (at least 128 blocks) on all of its nodes, or an archive.',
    error,
  );
}

/** The endpoint can not be asked, or does not answer like one of L1. */
export function unavailable(error: RpcError, what?: string): OperatorError {
  const { retryAfterSeconds: asked } = error;
  const message = `L1 cannot be read: ${what === undefined ? '' : `${what}: `}${error.message}.`;
  return new OperatorError(
    { type: 'L1Unavailable', message, fix: fixFor(error) },
    {
      cause: error,
      ...(asked === undefined ? {} : { retryAfterSeconds: Math.min(Math.max(asked, 1), LONGEST_WAIT_SECONDS) }),
    },
  );
}

function fixFor({ kind, rateLimited }: RpcError): Problem['fix'] {
  if (kind === 'unauthorised') return 'Check the key or password in the Secret that spec.l1.rpc refers to.';
  if (rateLimited) {
    return 'Use an endpoint or a plan that takes 100 calls at once. It is tried again by itself.';
  }
  return kind === 'unreachable'
    ? 'Check spec.l1.rpc, and that the endpoint can be reached from the cluster. It is tried again by itself.'
    : 'Check that spec.l1.rpc is the Ethereum JSON-RPC of an L1 node. It is tried again by itself.';
}
