/** What came back over HTTP, read as JSON-RPC: a result, or an error of the right kind. */
import { z } from 'zod';
import type { HttpAnswer } from './http.ts';
import { RpcError } from './rpc-error.ts';

/** "Method not found", and "method not supported" of EIP-1474. */
const METHOD_MISSING_CODES = [-32601, -32004];

/** EIP-1474 and Infura; QuickNode; proxyd, which is in front of the public endpoints of the OP Stack; others; Alchemy. */
const RATE_LIMIT_CODES = [-32005, -32007, -32016, -32097, 429];

const errorObject = z.object({ code: z.number().optional(), message: z.string(), data: z.unknown().optional() });
export const answerObject = z.object({
  id: z.union([z.number(), z.string(), z.null()]).optional(),
  result: z.unknown().optional(),
  error: errorObject.nullish(),
});
export type AnswerObject = z.output<typeof answerObject>;

/** The body as JSON; undefined when it is none. */
export function jsonIn({ text }: HttpAnswer): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** No JSON-RPC came back. A gateway that says 408, 429 or 5xx did not reach the program. */
export function unexpected(answer: HttpAnswer, method: string): RpcError {
  const { endpoint, status, text } = answer;
  const unreached = status === 408 || status === 429 || status >= 500;
  const detail = endpoint.redact(text).slice(0, 100);
  return new RpcError(`${endpoint.host} answered ${method} with HTTP ${status}${detail === '' ? '' : `: ${detail}`}`, {
    kind: unreached ? 'unreachable' : status === 404 ? 'method-missing' : 'rpc-error',
    host: endpoint.host,
    method,
    ...waitIn(answer, status === 429),
  });
}

/** A result of another shape than the method has. */
export function unexpectedResult(host: string, method: string, { issues: [issue] }: z.ZodError): RpcError {
  const where = issue && issue.path.length > 0 ? ` at ${issue.path.join('.')}` : '';
  const message = `${host} answered ${method} with something unexpected${where}: ${issue?.message ?? 'wrong type'}`;
  return new RpcError(message, { kind: 'rpc-error', host, method });
}

/** @throws RpcError for an error, and where there is neither result nor error */
export function resultIn(answer: HttpAnswer, method: string, { error, result }: AnswerObject): unknown {
  const { endpoint, status } = answer;
  if (!error) {
    if (result !== undefined) return result;
    throw new RpcError(`${endpoint.host} answered ${method} with neither result nor error`, {
      kind: 'rpc-error',
      host: endpoint.host,
      method,
    });
  }
  const { code, data } = error;
  const rateLimited = status === 429 || (code !== undefined && RATE_LIMIT_CODES.includes(code));
  const kind = code !== undefined && METHOD_MISSING_CODES.includes(code) ? 'method-missing' : 'rpc-error';
  const reason = endpoint.redact(error.message);
  throw new RpcError(`${endpoint.host}: ${method}: ${reason}${code === undefined ? '' : ` (${code})`}`, {
    // The program was not asked.
    kind: rateLimited ? 'unreachable' : kind,
    host: endpoint.host,
    method,
    ...(code === undefined ? {} : { code }),
    data,
    reason,
    ...waitIn(answer, rateLimited),
  });
}

function waitIn({ retryAfterSeconds }: HttpAnswer, rateLimited: boolean) {
  return { ...(rateLimited ? { rateLimited } : {}), ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
}
