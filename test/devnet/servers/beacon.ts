/**
 * The beacon API that anvil lacks. anvil serves blobs itself, but neither the version nor the spec, and its
 * genesis time changes with every restart; an op-node that misses the first two waits 15 s at every start.
 */
import { createServer, type ServerResponse } from 'node:http';
import { freePort } from './free-port.ts';
import { jsonRpc } from './json-rpc.ts';

export interface BeaconApi {
  url: string;
  stop(): Promise<void>;
}

/** Serves the beacon API of the chain behind `rpcUrl`; what it does not know itself is asked of anvil. */
export async function startBeaconApi(options: { rpcUrl: string; secondsPerSlot: number }): Promise<BeaconApi> {
  const { rpcUrl, secondsPerSlot } = options;
  let genesisTime: number | undefined;
  const timestampOf = async (block: string): Promise<number> =>
    Number((await jsonRpc<{ timestamp: string }>(rpcUrl, 'eth_getBlockByNumber', [block, false])).timestamp);
  const genesis = async (): Promise<number> => {
    genesisTime ??= await timestampOf('0x0');
    return genesisTime;
  };
  const answers: Record<string, () => Promise<unknown>> = {
    '/eth/v1/node/version': async () => ({ version: 'op-stack-operator-devnet/1' }),
    '/eth/v1/config/spec': async () => ({ SECONDS_PER_SLOT: `${secondsPerSlot}`, SLOTS_PER_EPOCH: '32' }),
    '/eth/v1/beacon/genesis': async () => ({
      genesis_time: `${await genesis()}`,
      genesis_validators_root: `0x${'0'.repeat(64)}`,
      genesis_fork_version: '0x00000000',
    }),
    '/eth/v1/node/syncing': async () => ({
      head_slot: `${Math.floor(((await timestampOf('latest')) - (await genesis())) / secondsPerSlot)}`,
      sync_distance: '0',
      is_syncing: false,
      is_optimistic: false,
      el_offline: false,
    }),
  };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', rpcUrl);
    const own = answers[path.pathname];
    const answered = own === undefined ? forward(path, response) : own().then((data) => send(response, 200, { data }));
    answered.catch((error: Error) => send(response, 502, { code: 502, message: error.message }));
  });
  const host = new URL(rpcUrl).hostname;
  const port = await freePort(host);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    url: `http://${host}:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function forward(url: URL, response: ServerResponse): Promise<void> {
  const upstream = await fetch(url, { signal: AbortSignal.timeout(30_000) });
  response.writeHead(upstream.status, { 'content-type': upstream.headers.get('content-type') ?? 'application/json' });
  response.end(Buffer.from(await upstream.arrayBuffer()));
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
