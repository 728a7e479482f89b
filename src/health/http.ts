/**
 * `/healthz`, `/readyz` and `/metrics` of a process on one HTTP server.
 *
 * Liveness says "a restart would help", readiness "it can do its work now". Both answer with one line for each check, so
 * that `curl` explains what a probe only counts.
 */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

export interface HealthCheck {
  /** Short name, e.g. `temporal`. */
  readonly name: string;
  /** What is wrong, in a sentence; undefined when it is fine. Must not do I/O: probes come every few seconds. */
  problem(): string | undefined;
}

export interface HealthServerOptions {
  /** Address to listen on. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly live: readonly HealthCheck[];
  readonly ready: readonly HealthCheck[];
  readonly metrics: Registry;
}

export interface HealthServer {
  /** The port that it listens on. */
  readonly port: number;
  close(): Promise<void>;
}

/** @throws when the address is taken or may not be used; the message names it */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const { host, metrics } = options;
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://health').pathname;
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, 'only GET\n');
    if (path === '/healthz') return report(response, options.live);
    if (path === '/readyz') return report(response, options.ready);
    if (path !== '/metrics') return answer(response, 404, 'try /healthz, /readyz or /metrics\n');
    metrics.metrics().then(
      (text) => answer(response, 200, text, metrics.contentType),
      (error: unknown) => answer(response, 500, `metrics could not be collected: ${String(error)}\n`),
    );
  });
  server.listen(options.port, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function report(response: ServerResponse, checks: readonly HealthCheck[]): void {
  const results = checks.map(({ name, problem }) => ({ name, problem: problem() }));
  const lines = results.map(({ name, problem }) => (problem === undefined ? `[+] ${name}` : `[-] ${name}: ${problem}`));
  const status = results.every(({ problem }) => problem === undefined) ? 200 : 503;
  answer(response, status, `${[...lines, status === 200 ? 'ok' : 'not ok'].join('\n')}\n`);
}

function answer(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type }).end(text);
}
