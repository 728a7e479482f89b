/** HTTP to one API server: credentials, time-outs, and errors that say what is known. */
import type { Dispatcher } from 'undici';
import type { CredentialSource } from './credentials.ts';
import { type Deadline, startDeadline, untilAborted } from './deadline.ts';
import { KubeApiError, KubeUnreachableError, kubeApiError } from './errors.ts';
import { createPools, type PoolKind } from './pools.ts';

/** The server takes it for the field manager where a write names none, so it must not be the operator's own. */
const USER_AGENT = 'opstack-kube-client';

export interface TransportRequest {
  readonly method: Dispatcher.HttpMethod;
  /** Path with leading slash, without query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  /** The request in words, for messages; default: method and path. */
  readonly what?: string;
}

export interface TransportResponse {
  readonly status: number;
  readonly text: string;
}

/** One finished request, for metrics. `status` is 0 when nobody answered. */
export interface RequestSample {
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
}

export interface Transport {
  readonly server: string;
  /** @throws KubeApiError for statuses from 400, KubeUnreachableError without an answer, the signal's reason if aborted */
  request(request: TransportRequest): Promise<TransportResponse>;
  /** Like `request`, but hands out the body as it comes. The time-out covers the wait for the answer's headers only. */
  stream(request: TransportRequest): Promise<AsyncIterable<Uint8Array>>;
  /** Ends all requests and streams. */
  close(): Promise<void>;
}

export function createTransport(options: {
  readonly credentials: CredentialSource;
  readonly timeoutMs: number;
  readonly onRequest?: ((sample: RequestSample) => void) | undefined;
}): Transport {
  const { credentials, timeoutMs, onRequest } = options;
  const pools = createPools();
  const { origin, pathname } = new URL(credentials.server);
  const base = pathname.replace(/\/$/, '');
  /** For messages: without user and password, should the kubeconfig's URL have them. */
  const server = `${origin}${base}`;

  async function send(
    request: TransportRequest,
    kind: PoolKind,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    // A plugin that gives credentials may hang.
    const { headers, connection } = await untilAborted(credentials.current(), signal);
    return pools.of(connection)[kind].request({
      origin,
      path: `${base}${request.path}${queryString(request.query)}`,
      method: request.method,
      headers: {
        accept: request.accept ?? 'application/json',
        'user-agent': USER_AGENT,
        ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
        ...headers,
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      signal,
      headersTimeout: 0, // the deadline below covers headers and body
      bodyTimeout: 0,
    });
  }

  /** Sends, once more with fresh credentials when the server did not know the ones that were kept. */
  async function sendAuthorized(request: TransportRequest, kind: PoolKind, signal: AbortSignal) {
    const response = await send(request, kind, signal);
    if (response.statusCode !== 401) return response;
    await response.body.dump();
    credentials.invalidate();
    return send(request, kind, signal);
  }

  async function failIfRefused(request: TransportRequest, response: Dispatcher.ResponseData): Promise<void> {
    if (response.statusCode < 400) return;
    const retryAfter = response.headers['retry-after'];
    throw kubeApiError(
      describe(request),
      response.statusCode,
      await response.body.text(),
      Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
    );
  }

  /** Runs `work` under a deadline and the caller's signal, and turns "no answer" into a KubeUnreachableError. */
  async function guarded<T>(
    request: TransportRequest,
    work: (deadline: Deadline, onStatus: (status: number) => void) => Promise<T>,
  ): Promise<T> {
    const started = performance.now();
    let status = 0;
    const deadline = startDeadline(request.timeoutMs ?? timeoutMs, request.signal);
    try {
      return await work(deadline, (seen) => {
        status = seen;
      });
    } catch (error) {
      if (request.signal?.aborted === true) throw request.signal.reason;
      if (error instanceof KubeApiError || error instanceof KubeUnreachableError) throw error;
      throw unreachable(request, server, error, deadline.expired);
    } finally {
      deadline.clear();
      onRequest?.({ method: request.method, status, seconds: (performance.now() - started) / 1000 });
    }
  }

  return {
    server,
    request: (request) =>
      guarded(request, async (deadline, onStatus) => {
        const response = await sendAuthorized(request, 'requests', deadline.signal);
        onStatus(response.statusCode);
        await failIfRefused(request, response);
        return { status: response.statusCode, text: await response.body.text() };
      }),
    stream: (request) =>
      guarded(request, async (deadline, onStatus) => {
        const response = await sendAuthorized(request, 'streams', deadline.signal);
        onStatus(response.statusCode);
        await failIfRefused(request, response);
        deadline.keepForStream();
        return response.body;
      }),
    close: () => pools.close(),
  };
}

function unreachable(request: TransportRequest, server: string, cause: unknown, expired: boolean): Error {
  const why = expired ? 'it did not answer in time' : rootMessage(cause);
  return new KubeUnreachableError(
    `${describe(request)}: the API server ${server} could not be reached: ${why}. Retrying helps if it is restarting; ` +
      'else check address, network and certificates in the kubeconfig.',
    { cause },
  );
}

function rootMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
  return `${error.message === '' ? error.name : error.message}${code}`;
}

function describe(request: TransportRequest): string {
  return request.what ?? `${request.method} ${request.path}`;
}

function queryString(query: TransportRequest['query']): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) parameters.append(name, String(value));
  }
  return parameters.size === 0 ? '' : `?${parameters}`;
}
