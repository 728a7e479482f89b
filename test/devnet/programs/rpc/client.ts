import { Agent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Process } from '../process.ts';
import { connectionError } from './connection-error.ts';
import { RpcError, TransportError } from './errors.ts';

/** Calls one JSON-RPC endpoint. Errors read like those of the Go clients, because they end up in recorded log lines. */
export interface RpcClient {
  readonly url: string;
  call(method: string, params: readonly unknown[]): Promise<unknown>;
  /** GET of a path under the URL; resolves with status and body. */
  get(path: string): Promise<HttpResponse>;
}

/** Answer of a GET; `body` is the text of `bytes`. */
export interface HttpResponse {
  readonly status: number;
  readonly reason: string;
  readonly body: string;
  readonly bytes: Buffer;
}

export interface RpcClientOptions {
  readonly timeoutMs?: number;
  /** Value of the Authorization header, made anew for each request. */
  authorization?(): string;
  /** For https: whom to trust, and what to show; asked for each request, and what changes is for new connections. */
  tls?(): ClientTls;
}

export interface ClientTls {
  readonly ca: Buffer;
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
}

/** @param url as configured: its host is resolved through the pod's DNS for every request */
export function createRpcClient(process: Process, url: string, options: RpcClientOptions = {}): RpcClient {
  const secure = url.startsWith('https:');
  const agent = secure ? new HttpsAgent({ keepAlive: true, minVersion: 'TLSv1.3' }) : new Agent({ keepAlive: true });
  process.onEnd(() => agent.destroy());
  let id = 0;
  const exchange = (method: 'GET' | 'POST', path: string, body?: string) =>
    send(process, {
      url,
      path,
      method,
      body,
      agent,
      timeoutMs: options.timeoutMs ?? 10_000,
      authorization: options.authorization?.(),
      tls: options.tls?.(),
    });
  return {
    url,
    async call(method, params) {
      const body = JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params });
      const answer = await exchange('POST', '', body);
      if (answer.status !== 200) throw new TransportError(`${answer.status} ${answer.reason}: ${answer.body}`);
      return resultOf(answer.body);
    },
    get: (path) => exchange('GET', path),
  };
}

interface Exchange {
  readonly url: string;
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly body: string | undefined;
  readonly agent: Agent;
  readonly timeoutMs: number;
  readonly authorization: string | undefined;
  readonly tls: ClientTls | undefined;
}

async function send(process: Process, exchange: Exchange): Promise<HttpResponse> {
  const url = new URL(exchange.url);
  const verb = exchange.method === 'GET' ? 'Get' : 'Post';
  const fail = (why: string) => new TransportError(`${verb} "${exchange.url}${exchange.path}": ${why}`);
  const host = await process.resolve(url.hostname);
  if (host === undefined) throw fail(`dial tcp: lookup ${url.hostname} on 10.96.0.10:53: no such host`);
  const secure = url.protocol === 'https:';
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  const below = `${url.pathname.replace(/\/$/, '')}${exchange.path}`;
  const path = `${below === '' ? '/' : below}${url.search}`;
  const headers: Record<string, string> = { 'content-type': 'application/json', host: url.host };
  if (exchange.authorization !== undefined) headers['authorization'] = exchange.authorization;
  return new Promise((resolve, reject) => {
    const call = (secure ? httpsRequest : httpRequest)(
      {
        host,
        port,
        path,
        method: exchange.method,
        headers,
        signal: process.ended,
        timeout: exchange.timeoutMs,
        agent: exchange.agent,
        ...exchange.tls,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', () => reject(fail('unexpected EOF')));
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const { statusCode: status = 0, statusMessage: reason = '' } = response;
          resolve({ status, reason, bytes, body: bytes.toString('utf8') });
        });
      },
    );
    call.on('timeout', () => call.destroy(fail('context deadline exceeded')));
    call.on('error', (error: NodeJS.ErrnoException) => {
      // As Go does: a kept connection that the server has closed meanwhile says nothing about the server.
      if (call.reusedSocket && error.code === 'ECONNRESET') send(process, exchange).then(resolve, reject);
      else if (error instanceof TransportError) reject(error);
      else reject(fail(connectionError(error, `${host}:${port}`, url.hostname)));
    });
    call.end(exchange.body);
  });
}

function resultOf(body: string): unknown {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    throw new TransportError(`invalid JSON-RPC answer: ${body.slice(0, 80)}`);
  }
  const record = typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {};
  const error = record['error'];
  if (typeof error === 'object' && error !== null) {
    const { code, message, data } = error as Record<string, unknown>;
    throw new RpcError(typeof code === 'number' ? code : -32000, String(message), data);
  }
  return record['result'];
}
