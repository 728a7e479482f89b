import type { L2Block } from '../../ledger/block.ts';

/** Where a server listens, as configured. */
export interface Listener {
  readonly address: string;
  readonly port: number;
}

/** Told of engine requests that the client cannot fulfil. */
export interface EngineWords {
  missingParent(block: L2Block): void;
  unknownHead(hash: string, peers: number): void;
}

/** Settings of an execution client, whichever program it is. */
export interface ExecutionOptions {
  readonly dataDirectory: string;
  readonly http: (Listener & { readonly api: readonly string[] }) | undefined;
  readonly ws: Listener | undefined;
  readonly engine: Listener;
  readonly metrics: (Listener & { readonly path: string }) | undefined;
  /** 32 bytes. */
  readonly jwtSecret: Buffer;
  readonly clientVersion: string;
  readonly maxPeers: number;
  /** `enode://<id>@<host>:<port>` */
  readonly peers: readonly string[];
  readonly p2pPort: number;
  readonly nodeKey: Buffer;
  /** Where transactions go that a user sends to a replica. */
  readonly sequencerHttp: string | undefined;
  /** What a GET of `/` on the public port is answered with: geth 200, reth 405. */
  readonly getStatus: number;
  /** Undefined where its words were never recorded. */
  readonly words?: EngineWords;
}
