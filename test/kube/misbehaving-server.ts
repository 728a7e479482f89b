/**
 * An API server for one collection of ConfigMaps that does what a test tells it, right or wrong: each list and each
 * watch is answered by the next entry of a script, and the last entry stays in force.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { kubeconfigFor } from './kubeconfig-file.ts';

export interface Watch {
  readonly url: URL;
  readonly response: ServerResponse;
  /** Sends one watch event. */
  send(type: string, object: object): void;
  /** Ends the stream as the server's time-out does. */
  end(): void;
  /** Cuts the connection. */
  reset(): void;
}

export type ListAnswer = (request: { url: URL; response: ServerResponse }) => void;
export type WatchAnswer = (watch: Watch) => void;

export interface MisbehavingServer {
  readonly url: string;
  readonly kubeconfigPath: string;
  /** All requests as they came, `list?…` or `watch?…`. */
  readonly requests: string[];
  readonly watches: Watch[];
  /** TCP connections that were opened since the start. */
  connections(): number;
  onList(...answers: ListAnswer[]): void;
  onWatch(...answers: WatchAnswer[]): void;
  /** Refuses connections until `start`; open ones are cut. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export function configMap(
  name: string,
  resourceVersion: number,
  data: Record<string, string> = {},
  uid = `uid-${name}`,
) {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'ns', uid, resourceVersion: String(resourceVersion) },
    data,
  };
}

/** Answers a list with these objects. */
export function items(resourceVersion: number, ...objects: object[]): ListAnswer {
  return ({ response }) => {
    json(response, 200, {
      kind: 'ConfigMapList',
      metadata: { resourceVersion: String(resourceVersion) },
      items: objects,
    });
  };
}

/** Answers with an error status. */
export function refuse(code: number, reason: string, headers: Record<string, string> = {}): ListAnswer & WatchAnswer {
  return ({ response }) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    json(response, code, { kind: 'Status', code, reason, message: `refused by the test: ${reason}` });
  };
}

/** Leaves a watch open and silent. */
export const quiet: WatchAnswer = ({ response }) => {
  response.writeHead(200).flushHeaders();
};

export async function startMisbehavingServer(): Promise<MisbehavingServer> {
  let lists: ListAnswer[] = [items(1)];
  let watchAnswers: WatchAnswer[] = [quiet];
  let opened = 0;
  const requests: string[] = [];
  const watches: Watch[] = [];

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '/', 'http://test');
    if (url.searchParams.get('watch') !== 'true') {
      requests.push(`list${url.search}`);
      const answer = lists.length > 1 ? lists.shift() : lists[0];
      answer?.({ url, response });
      return;
    }
    requests.push(`watch${url.search}`);
    const watch: Watch = {
      url,
      response,
      send: (type, object) => {
        if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/json' });
        response.write(`${JSON.stringify({ type, object })}\n`);
      },
      end: () => {
        if (!response.headersSent) response.writeHead(200);
        response.end();
      },
      reset: () => request.socket.resetAndDestroy(),
    };
    watches.push(watch);
    const answer = watchAnswers.length > 1 ? watchAnswers.shift() : watchAnswers[0];
    answer?.(watch);
  };

  let server: Server;
  let port = 0;
  const start = async (): Promise<void> => {
    server = createServer(handle).on('connection', () => {
      opened += 1;
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  };
  await start();
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    kubeconfigPath: await kubeconfigFor(url),
    requests,
    watches,
    connections: () => opened,
    onList: (...answers) => {
      lists = answers;
    },
    onWatch: (...answers) => {
      watchAnswers = answers;
    },
    start,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
