/**
 * Pooled connections. The stock client opens a TLS connection for every call (measured: 500 GETs, 500 handshakes); here
 * requests share at most {@link REQUEST_CONNECTIONS}, and each watch has one of its own so that long streams never
 * starve requests.
 */
import type { ConnectionOptions } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import type { DispatcherOptions } from '@kubernetes/client-node';
import { Agent, type buildConnector, type Dispatcher, ProxyAgent, Socks5ProxyAgent } from 'undici';

/** Connections for requests; more at once wait their turn. */
const REQUEST_CONNECTIONS = 64;
/** Idle connections are kept this long; the API server closes them after more than a minute. */
const KEEP_ALIVE_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;

export type PoolKind = 'requests' | 'streams';
type Pools = Record<PoolKind, Dispatcher>;

export interface PoolKeeper {
  /** The pools for these credentials: the same ones until CA, client certificate or proxy change. */
  of(connection: DispatcherOptions): Pools;
  /** Ends everything that runs on any of them. */
  close(): Promise<void>;
}

/** Keeps one pair of pools, and makes a new pair when the CA or the client certificate has changed. */
export function createPools(): PoolKeeper {
  let current: { connection: DispatcherOptions; pools: Pools } | undefined;
  const open = new Set<Dispatcher>();
  const make = (connection: DispatcherOptions, connections: number | null): Dispatcher => {
    const pool = createDispatcher(connection, connections);
    open.add(pool);
    return pool;
  };
  return {
    of(connection: DispatcherOptions): Pools {
      if (current !== undefined && isDeepStrictEqual(current.connection, connection)) return current.pools;
      const retired = current?.pools;
      current = {
        connection,
        pools: { requests: make(connection, REQUEST_CONNECTIONS), streams: make(connection, null) },
      };
      // What still runs on the old certificate ends by itself: watches within their server time-out.
      for (const pool of Object.values(retired ?? {})) {
        pool.close().then(
          () => open.delete(pool),
          () => open.delete(pool),
        );
      }
      return current.pools;
    },
    async close(): Promise<void> {
      await Promise.all([...open].map((pool) => pool.destroy()));
      open.clear();
    },
  };
}

function createDispatcher(connection: DispatcherOptions, connections: number | null): Dispatcher {
  const limits = {
    connections,
    allowH2: false, // long watches over HTTP/2 leak in undici (kubernetes-fluent-client, ADR 0015)
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
  };
  switch (connection.type) {
    case 'agent':
      return new Agent({ ...limits, connect: { ...tlsOptions(connection.connect), timeout: CONNECT_TIMEOUT_MS } });
    case 'none':
      return new Agent({ ...limits, connect: { timeout: CONNECT_TIMEOUT_MS } });
    case 'proxy':
      return new ProxyAgent({ ...limits, uri: connection.uri, requestTls: tlsOptions(connection.requestTls) });
    case 'socks':
      return new Socks5ProxyAgent(connection.uri, { ...limits, requestTls: tlsOptions(connection.requestTls) });
  }
}

/** Node's options and undici's are the same at run time; their declarations differ in optional callbacks. */
function tlsOptions(options: ConnectionOptions): buildConnector.BuildOptions {
  return options as buildConnector.BuildOptions;
}
