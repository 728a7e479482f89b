import { type Endpoint, parseEndpoint } from './endpoint.ts';
import { RpcError } from './rpc-error.ts';

const DEFAULT_TIMEOUT_MS = 5_000;

export interface HttpOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly endpoint: Endpoint;
  readonly status: number;
  readonly text: string;
  /** `Retry-After` of the answer. */
  readonly retryAfterSeconds?: number;
}

/**
 * One HTTP request with a deadline.
 * @param what method or path, for messages
 * @param request with a `range` only the status is of interest: a server that does not know ranges would send everything
 * @throws RpcError `unreachable` when no answer came, `unauthorised` for 401 and 403
 */
export async function httpRequest(
  url: string,
  what: string,
  request: { readonly path?: string; readonly body?: string; readonly method?: 'HEAD'; readonly range?: string },
  { timeoutMs = DEFAULT_TIMEOUT_MS, signal }: HttpOptions,
): Promise<HttpAnswer> {
  const endpoint = endpointOf(url, what);
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(request.path === undefined ? endpoint.url : joined(endpoint.url, request.path), {
      ...(request.method === undefined ? {} : { method: request.method }),
      ...(request.body === undefined ? {} : { method: 'POST', body: request.body }),
      headers: {
        ...endpoint.headers,
        'content-type': 'application/json',
        accept: 'application/json',
        ...(request.range === undefined ? {} : { range: request.range }),
      },
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    });
    if (request.range !== undefined) await response.body?.cancel();
    const text = request.range === undefined ? await response.text() : '';
    if (response.status === 401 || response.status === 403) {
      const reason = endpoint.redact(text);
      throw new RpcError(
        `${endpoint.host} refused ${what}: HTTP ${response.status}${reason === '' ? '' : ` ${reason}`}`,
        {
          kind: 'unauthorised',
          host: endpoint.host,
          method: what,
        },
      );
    }
    const retryAfterSeconds = secondsOf(response.headers.get('retry-after'));
    return {
      endpoint,
      status: response.status,
      text,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    };
  } catch (error) {
    if (error instanceof RpcError) throw error;
    const reason = deadline.aborted
      ? `no answer within ${timeoutMs} ms`
      : signal?.aborted
        ? 'cancelled'
        : networkReason(error);
    throw new RpcError(`${endpoint.host}: ${what}: ${endpoint.redact(reason)}`, {
      kind: 'unreachable',
      host: endpoint.host,
      method: what,
    });
  }
}

/** Seconds, or an HTTP date. */
function secondsOf(retryAfter: string | null): number | undefined {
  if (retryAfter === null || retryAfter.trim() === '') return undefined;
  const seconds = Number(retryAfter);
  const wait = Number.isNaN(seconds) ? (Date.parse(retryAfter) - Date.now()) / 1000 : seconds;
  return Number.isFinite(wait) && wait >= 0 ? Math.ceil(wait) : undefined;
}

function endpointOf(url: string, what: string): Endpoint {
  try {
    return parseEndpoint(url);
  } catch {
    // The URL may be a secret, so it is not repeated.
    throw new RpcError(`the endpoint for ${what} is not a http or https URL`, {
      kind: 'unreachable',
      host: 'unknown host',
      method: what,
    });
  }
}

/** Beacon endpoints may have a path and a query that hold the key of a provider. */
function joined(base: string, path: string): string {
  const url = new URL(base);
  url.pathname = url.pathname.replace(/\/+$/, '') + path;
  return url.href;
}

/** fetch hides the reason in the cause: `connect ECONNREFUSED 10.0.0.1:8545`. */
function networkReason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) return cause.errors[0].message;
  return cause instanceof Error && cause.message !== '' ? cause.message : 'no connection';
}
