import type { z } from 'zod';
import { type HttpAnswer, type HttpOptions, httpRequest } from './http.ts';
import { inParallel } from './in-parallel.ts';
import { type AnswerObject, answerObject, jsonIn, resultIn, unexpected, unexpectedResult } from './rpc-answer.ts';
import { RpcError } from './rpc-error.ts';

export interface RpcCall {
  readonly method: string;
  readonly params?: readonly unknown[];
}

export interface TypedRpcCall<Schema extends z.ZodType> extends RpcCall {
  /** What the method promises to answer. */
  readonly answer: Schema;
}

/**
 * One JSON-RPC call.
 * @throws RpcError with the kind of the failure; its message shows of the URL only the host
 */
export async function jsonRpc<Schema extends z.ZodType>(
  url: string,
  call: TypedRpcCall<Schema>,
  options: HttpOptions = {},
): Promise<z.output<Schema>> {
  const { host, result } = await rawCall(url, call, options);
  const parsed = call.answer.safeParse(result);
  if (parsed.success) return parsed.data;
  throw unexpectedResult(host, call.method, parsed.error);
}

async function rawCall(url: string, call: RpcCall, options: HttpOptions): Promise<{ host: string; result: unknown }> {
  const { method } = call;
  const answer = await httpRequest(url, method, { body: JSON.stringify(requestObject(call, 1)) }, options);
  const { host } = answer.endpoint;
  const parsed = answerObject.safeParse(jsonIn(answer));
  if (!parsed.success) throw unexpected(answer, method);
  const { id, error } = parsed.data;
  if (!error && id !== undefined && id !== null && String(id) !== '1') {
    throw new RpcError(`${host} answered ${method} with the answer to another call`, {
      kind: 'rpc-error',
      host,
      method,
    });
  }
  return { host, result: resultIn(answer, method, parsed.data) };
}

/** Result of one call of a batch: raw, since each caller knows best what is absent and what is wrong. */
export type BatchResult =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: RpcError };

/** Calls in one request, the largest first: most endpoints take 100, many public ones 10, some no batch at all. */
const BATCH_SIZES = [100, 10, 1];

/** Requests that are under way at once where a batch has to be split. */
const REQUESTS_AT_ONCE = 8;

/** Errors in a batch that are about the batch and not about the call, in geth: invalid, timed out, response too large. */
const BATCH_CODES = [-32600, -32002, -32003];

interface NumberedCall extends RpcCall {
  /** Id in the request, and place in the results. */
  readonly id: number;
}

/**
 * Many calls in one round trip, in the order in which they were asked. What an endpoint does not answer in a batch, it
 * is asked again for in smaller ones, and at last one by one.
 * @throws RpcError when the endpoint can not be asked: unreachable, unauthorised, over its rate limit, no JSON-RPC
 */
export async function jsonRpcBatch(
  url: string,
  calls: readonly RpcCall[],
  options: HttpOptions = {},
): Promise<BatchResult[]> {
  const results = new Map<number, BatchResult>();
  let left: readonly NumberedCall[] = calls.map((call, id) => ({ ...call, id }));
  let tried = Number.POSITIVE_INFINITY;
  for (const size of BATCH_SIZES) {
    // A batch that was not answered is not sent a second time.
    if (size > 1 && Math.min(size, left.length) >= tried) continue;
    tried = Math.min(size, left.length);
    const ask = size === 1 ? oneByOne : oneBatch;
    const answers = await inParallel(chunksOf(left, size), REQUESTS_AT_ONCE, (chunk) => ask(url, chunk, options));
    for (const [id, result] of answers.flat()) results.set(id, result);
    left = left.filter(({ id }) => !results.has(id));
  }
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}

function chunksOf<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

type Answered = readonly (readonly [id: number, result: BatchResult])[];

/** Results by id, of the calls that were answered: none when the batch was refused. */
async function oneBatch(url: string, calls: readonly NumberedCall[], options: HttpOptions): Promise<Answered> {
  const what = `a batch of ${calls.length} calls`;
  const body = JSON.stringify(calls.map((call) => requestObject(call, call.id)));
  const answer = await httpRequest(url, what, { body }, options);
  const items = jsonIn(answer);
  if (!Array.isArray(items)) {
    refuse(answer, what, items);
    return [];
  }
  const byId = answersById(items);
  return calls.flatMap(({ id, method }) => {
    const item = byId.get(String(id));
    if (!item || (item.error?.code !== undefined && BATCH_CODES.includes(item.error.code))) return [];
    return [[id, settle(() => resultIn(answer, method, item))] as const];
  });
}

/** By id as text: some proxies make text of it. Two different answers to one call are none. */
function answersById(items: readonly unknown[]): ReadonlyMap<string, AnswerObject | undefined> {
  const byId = new Map<string, AnswerObject | undefined>();
  for (const item of items) {
    const parsed = answerObject.safeParse(item);
    if (!parsed.success) continue;
    const id = String(parsed.data.id);
    const isSame = !byId.has(id) || JSON.stringify(byId.get(id)) === JSON.stringify(parsed.data);
    byId.set(id, isSame ? parsed.data : undefined);
  }
  return byId;
}

/** A batch that was answered as a whole. @throws RpcError unless smaller ones may fare better */
function refuse(answer: HttpAnswer, what: string, json: unknown): void {
  const { status } = answer;
  const parsed = answerObject.safeParse(json);
  if (parsed.success && parsed.data.error) settle(() => resultIn(answer, what, parsed.data));
  // dRPC says 500 to a batch that is too large for it.
  const isRefused = json === undefined ? status >= 400 && status < 500 : status <= 500;
  if (!isRefused || [404, 408, 429].includes(status)) throw unexpected(answer, what);
}

async function oneByOne(url: string, calls: readonly NumberedCall[], options: HttpOptions): Promise<Answered> {
  return Promise.all(
    calls.map(async (call) => {
      const result = await rawCall(url, call, options).then(({ result }) => ({ ok: true, result }) as const, failure);
      return [call.id, result] as const;
    }),
  );
}

function settle(read: () => unknown): BatchResult {
  try {
    return { ok: true, result: read() };
  } catch (error) {
    return failure(error);
  }
}

/** @throws what is about the endpoint and not about the call */
function failure(error: unknown): BatchResult {
  const isOfCall = error instanceof RpcError && error.kind !== 'unreachable' && error.kind !== 'unauthorised';
  if (!isOfCall) throw error;
  return { ok: false, error };
}

function requestObject({ method, params = [] }: RpcCall, id: number) {
  return { jsonrpc: '2.0', id, method, params };
}
