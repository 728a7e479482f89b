import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Process } from '../process.ts';
import { RpcError } from './errors.ts';

export type RpcMethod = (params: readonly unknown[]) => unknown;
export type RpcMethods = Readonly<Record<string, RpcMethod>>;

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  readonly contentType: string;
}

export interface RpcServerOptions extends RpcHandling {
  /** Address and port as configured; the pod runner says where that is. */
  readonly address: string;
  readonly port: number;
}

/** What requests are answered with. */
export interface RpcHandling {
  readonly methods: RpcMethods;
  /** Answers a GET; undefined is 404. */
  get(path: string): HttpAnswer | undefined;
  /** Plain-text reason of a 401, for the engine port; also asked for GET. */
  refuse?(authorization: string | undefined): string | undefined;
  /** While true, requests are accepted and never answered. */
  hanging(): boolean;
  /** Told of each call that is answered with an error. */
  failed?(method: string, message: string): void;
}

interface Answer {
  readonly jsonrpc: '2.0';
  readonly id: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** Serves JSON-RPC over HTTP as go-ethereum's server does. Rejects with the error of `listen`, e.g. EADDRINUSE. */
export async function serveRpc(process: Process, options: RpcServerOptions): Promise<void> {
  await listen(
    process,
    createServer((request, response) => answerRequest(request, response, options)),
    options,
  );
}

/** Answers one request as go-ethereum's server does. */
export function answerRequest(request: IncomingMessage, response: ServerResponse, handling: RpcHandling): void {
  handle(request, response, handling).catch(() => response.destroy()); // the caller went away
}

/** Has a server listen where the pod runner says, until the process ends. Rejects with the error of `listen`. */
export async function listen(
  process: Process,
  server: Server,
  { address, port }: { readonly address: string; readonly port: number },
): Promise<void> {
  server.keepAliveTimeout = 60_000;
  // All of them: the server itself does not know those whose TLS handshake is not over.
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const where = process.context.listen(address, port);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(where.port, where.host, resolve);
  });
  process.onEnd(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
}

async function handle(request: IncomingMessage, response: ServerResponse, options: RpcHandling): Promise<void> {
  if (options.hanging()) return;
  const refusal = options.refuse?.(request.headers.authorization);
  if (refusal !== undefined) return send(response, text(401, `${refusal}\n`));
  if (request.method !== 'POST')
    return send(response, options.get(request.url ?? '/') ?? text(404, '404 page not found\n'));
  const answer = await answerBody(await readBody(request), options);
  if (options.hanging() || response.destroyed) return;
  send(response, json(answer));
}

async function answerBody(body: string, options: RpcHandling): Promise<unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return { jsonrpc: '2.0', id: null, error: { code: -32700, message: 'parse error' } };
  }
  if (!Array.isArray(parsed)) return answerOne(parsed, options);
  return Promise.all(parsed.map((request) => answerOne(request, options)));
}

async function answerOne(request: unknown, { methods, failed }: RpcHandling): Promise<Answer> {
  const call = typeof request === 'object' && request !== null ? (request as Record<string, unknown>) : {};
  const id = call['id'] ?? null;
  const name = call['method'];
  if (typeof name !== 'string') return { jsonrpc: '2.0', id, error: { code: -32600, message: 'invalid request' } };
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  try {
    if (method === undefined) throw new RpcError(-32601, `the method ${name} does not exist/is not available`);
    const params = Array.isArray(call['params']) ? call['params'] : [];
    return { jsonrpc: '2.0', id, result: (await method(params)) ?? null };
  } catch (error) {
    const code = error instanceof RpcError ? error.code : -32000;
    const message = error instanceof Error ? error.message : String(error);
    failed?.(name, message);
    const added = error instanceof RpcError && error.data !== undefined ? { data: error.data } : {};
    return { jsonrpc: '2.0', id, error: { code, message, ...added } };
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** The `rpc_modules` answer for a set of methods, as go-ethereum's server gives it. */
export function withModules(methods: RpcMethods): RpcMethods {
  const names = new Set(Object.keys(methods).map((method) => method.slice(0, method.indexOf('_'))));
  const modules = Object.fromEntries([...names, 'rpc'].sort().map((name) => [name, '1.0']));
  return { ...methods, rpc_modules: () => modules };
}

export const text = (status: number, body: string): HttpAnswer => ({
  status,
  body,
  contentType: 'text/plain; charset=utf-8',
});

export const json = (value: unknown): HttpAnswer => ({
  status: 200,
  body: JSON.stringify(value),
  contentType: 'application/json',
});

function send(response: ServerResponse, answer: HttpAnswer): void {
  response.writeHead(answer.status, { 'content-type': answer.contentType });
  response.end(answer.body);
}
