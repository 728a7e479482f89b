/** The one thing that the API server asks a kubelet for here: the log of a container, for `kubectl logs`. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { createAuthority } from '../servers/pki.ts';
import type { ContainerLog, LogLine } from './container-log.ts';

export const KUBELET_PORT = 10_250;

export interface KubeletServer {
  stop(): Promise<void>;
}

export interface KubeletServerOptions {
  readonly ip: string;
  readonly namespace: string;
  /** undefined when there was no such instance. @throws when there is no such pod or container */
  readonly log: (pod: string, container: string, previous: boolean) => ContainerLog | undefined;
}

/** Listens on loopback without authentication, as everything else of the devnet. */
export async function startKubeletServer(options: KubeletServerOptions): Promise<KubeletServer> {
  const authority = await createAuthority('devnet kubelet');
  const { certificate, key } = await authority.server('devnet kubelet', { dns: [], ip: [options.ip] });
  const server = createServer({ cert: certificate, key }, (request, response) => answer(request, response, options));
  server.listen(KUBELET_PORT, options.ip);
  await once(server, 'listening');
  return {
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function answer(request: IncomingMessage, response: ServerResponse, options: KubeletServerOptions): void {
  const url = new URL(request.url ?? '', 'https://kubelet');
  const [, endpoint, namespace, pod, container] = url.pathname.split('/');
  if (endpoint !== 'containerLogs' || namespace !== options.namespace || !pod || !container) {
    response.writeHead(404).end('the pod runner serves the logs of its own namespace and nothing else\n');
    return;
  }
  try {
    const query = url.searchParams;
    const previous = query.get('previous') === 'true';
    const log = options.log(pod, container, previous);
    if (log) sendLog(log, query, response);
    else if (previous)
      response.writeHead(400).end(`previous terminated container "${container}" in pod "${pod}" not found`);
    else response.writeHead(400).end(`container "${container}" in pod "${pod}" is waiting to start`);
  } catch (error) {
    response.writeHead(404).end(error instanceof Error ? error.message : String(error));
  }
}

function sendLog(log: ContainerLog, query: URLSearchParams, response: ServerResponse): void {
  const format = ({ time, text }: LogLine) =>
    query.get('timestamps') === 'true' ? `${time.toISOString()} ${text}\n` : `${text}\n`;
  const since = Date.now() - Number(query.get('sinceSeconds') ?? Number.POSITIVE_INFINITY) * 1000;
  const from = Date.parse(query.get('sinceTime') ?? '') || since;
  const lines = log.lines().filter(({ time }) => time.getTime() >= from);
  const tail = query.get('tailLines');
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
  response.write((tail === null ? lines : lines.slice(lines.length - Number(tail))).map(format).join(''));
  if (query.get('follow') !== 'true') {
    response.end();
    return;
  }
  const unfollow = log.follow(
    (line) => response.write(format(line)),
    () => response.end(),
  );
  response.on('close', unfollow);
}
