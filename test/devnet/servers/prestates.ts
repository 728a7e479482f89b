/** Where challengers fetch prestates from. */
import { createServer } from 'node:http';
import { freePort } from './free-port.ts';

/** Not 127.0.0.1: that is a pod itself for the programs in it. */
const HOST = '127.0.1.1';

export interface PrestateServer {
  url: string;
  /** Serves something under the name that a prestate with this hash has. */
  publish(hash: string): void;
  stop(): Promise<void>;
}

export async function startPrestateServer(): Promise<PrestateServer> {
  const published = new Set<string>();
  const port = await freePort(HOST);
  const server = createServer((request, response) => {
    const found = published.has(request.url ?? '');
    response.writeHead(found ? 200 : 404).end(found ? 'a prestate' : '');
  });
  await new Promise<void>((resolve) => server.listen(port, HOST, resolve));
  return {
    url: `http://${HOST}:${port}`,
    publish: (hash) => void published.add(`/${hash}.bin.gz`),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
