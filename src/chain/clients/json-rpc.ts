import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';
import { type HttpAnswer, type HttpOptions, httpRequest } from './http.ts';
import { RpcError } from './rpc-error.ts';

/** "Method not found", and "method not supported" of EIP-1474. */
const METHOD_MISSING_CODES = [-32601, -32004];

export interface RpcCall {
  readonly method: string;
  readonly params?: readonly unknown[];
}

export interface TypedRpcCall<Schema extends z.ZodType> extends RpcCall {
  /** What the method promises to answer. */
  readonly answer: Schema;
}

const errorObject = z.object({ code: z.number().optional(), message: z.string(), data: z.unknown().optional() });
const answerObject = z.object({
  id: z.union([z.number(), z.string(), z.null()]).optional(),
  result: z.unknown().optional(),
  error: errorObject.nullish(),
});
type AnswerObject = z.output<typeof answerObject>;

/**
 * One JSON-RPC call.
 * @throws RpcError with the kind of the failure; its message shows of the URL only the host
 */
export async function jsonRpc<Schema extends z.ZodType>(
  url: string,
  call: TypedRpcCall<Schema>,
  options: HttpOptions = {},
): Promise<z.output<Schema>> {
  const body = JSON.stringify(requestObject(call, 1));
  const answer = await httpRequest(url, call.method, { body }, options);
  const { endpoint } = answer;
  const parsed = answerObject.safeParse(jsonOf(answer, call.method));
  if (!parsed.success) throw unexpected(answer, call.method);
  return parseResult(endpoint, call, resultOf(endpoint, call.method, parsed.data));
}

/** Result of one call of a batch: raw, since each caller knows best what is absent and what is wrong. */
export type BatchResult =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: RpcError };

/** Providers limit batches; 100 is accepted by all that are known. */
const LARGEST_BATCH = 100;

/**
 * Many calls in one round trip, in the order in which they were asked. Single calls at once where the endpoint does not
 * take batches.
 * @throws RpcError only when the whole request fails
 */
export async function jsonRpcBatch(
  url: string,
  calls: readonly RpcCall[],
  options: HttpOptions = {},
): Promise<BatchResult[]> {
  const chunks = Array.from({ length: Math.ceil(calls.length / LARGEST_BATCH) }, (_, index) =>
    calls.slice(index * LARGEST_BATCH, (index + 1) * LARGEST_BATCH),
  );
  return (await Promise.all(chunks.map((chunk) => oneBatch(url, chunk, options)))).flat();
}

async function oneBatch(url: string, calls: readonly RpcCall[], options: HttpOptions): Promise<BatchResult[]> {
  const what = `batch of ${calls.length} calls`;
  const answer = await httpRequest(url, what, { body: JSON.stringify(calls.map(requestObject)) }, options);
  const { endpoint } = answer;
  const parsed = z.array(answerObject).safeParse(jsonOf(answer, what));
  if (!parsed.success) return Promise.all(calls.map((call) => single(url, call, options)));
  const byId = new Map(parsed.data.map((item) => [item.id, item]));
  return calls.map(({ method }, id) => {
    const item = byId.get(id);
    return item ? settle(() => resultOf(endpoint, method, item)) : failure(missing(endpoint, method));
  });
}

async function single(url: string, call: RpcCall, options: HttpOptions): Promise<BatchResult> {
  try {
    return { ok: true, result: await jsonRpc(url, { ...call, answer: z.unknown() }, options) };
  } catch (error) {
    if (error instanceof RpcError && error.kind !== 'unreachable' && error.kind !== 'unauthorised')
      return failure(error);
    throw error;
  }
}

function requestObject({ method, params = [] }: RpcCall, id: number) {
  return { jsonrpc: '2.0', id, method, params };
}

function jsonOf(answer: HttpAnswer, method: string): unknown {
  try {
    return JSON.parse(answer.text);
  } catch {
    throw unexpected(answer, method);
  }
}

/** No JSON-RPC came back. A gateway that says 429 or 5xx did not reach the program. */
function unexpected({ endpoint, status, text }: HttpAnswer, method: string): RpcError {
  const kind = status === 429 || status >= 500 ? 'unreachable' : status === 404 ? 'method-missing' : 'rpc-error';
  const detail = endpoint.redact(text).slice(0, 100);
  return new RpcError(`${endpoint.host} answered ${method} with HTTP ${status}${detail === '' ? '' : `: ${detail}`}`, {
    kind,
    host: endpoint.host,
    method,
  });
}

function resultOf(endpoint: Endpoint, method: string, { error, result }: AnswerObject): unknown {
  if (!error) {
    if (result === undefined) throw missing(endpoint, method);
    return result;
  }
  const { code, data } = error;
  const kind = code !== undefined && METHOD_MISSING_CODES.includes(code) ? 'method-missing' : 'rpc-error';
  const number = code === undefined ? '' : ` (${code})`;
  throw new RpcError(`${endpoint.host}: ${method}: ${endpoint.redact(error.message)}${number}`, {
    kind,
    host: endpoint.host,
    method,
    ...(code === undefined ? {} : { code }),
    data,
  });
}

function parseResult<Schema extends z.ZodType>(
  endpoint: Endpoint,
  { method, answer }: TypedRpcCall<Schema>,
  result: unknown,
): z.output<Schema> {
  const parsed = answer.safeParse(result);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue && issue.path.length > 0 ? ` at ${issue.path.join('.')}` : '';
  throw new RpcError(
    `${endpoint.host} answered ${method} with something unexpected${where}: ${issue?.message ?? 'wrong type'}`,
    {
      kind: 'rpc-error',
      host: endpoint.host,
      method,
    },
  );
}

function missing(endpoint: Endpoint, method: string): RpcError {
  return new RpcError(`${endpoint.host} answered ${method} with neither result nor error`, {
    kind: 'rpc-error',
    host: endpoint.host,
    method,
  });
}

function settle(read: () => unknown): BatchResult {
  try {
    return { ok: true, result: read() };
  } catch (error) {
    if (error instanceof RpcError) return failure(error);
    throw error;
  }
}

function failure(error: RpcError): BatchResult {
  return { ok: false, error };
}
