import { createServer } from 'node:net';

/**
 * Below the ephemeral range of Linux (32768) and macOS (49152): while a server is down for a test, nobody's outgoing
 * connection can take its port, and a client that redials a loopback port cannot end up connected to itself.
 */
const FIRST = 20_000;
/**
 * Each worker of vitest has ports of its own: seconds pass until a server listens on what it was given, and while one
 * is down for a test nobody does.
 */
const WORKERS = 8;
const COUNT = 12_000 / WORKERS;

const handedOut = new Set<number>();

/** A port of a loopback address that nobody listens on and that this process has not handed out before. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const first = FIRST + (Number(process.env['VITEST_POOL_ID'] ?? 0) % WORKERS) * COUNT;
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = first + Math.floor(Math.random() * COUNT);
    if (handedOut.has(port) || !(await canListen(host, port))) continue;
    handedOut.add(port);
    return port;
  }
  throw new Error(`no free port between ${first} and ${first + COUNT - 1}: are servers of former runs still there?`);
}

async function canListen(host: string, port: number): Promise<boolean> {
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, host, () => resolve(true));
  });
  if (free) await new Promise((resolve) => server.close(resolve));
  return free;
}
