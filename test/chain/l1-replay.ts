import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface RecordedError {
  readonly code: number;
  readonly message: string;
  readonly data?: string;
}

export interface Recording {
  readonly chainId: number;
  readonly block: { readonly number: number; readonly hash: string; readonly timestamp: number };
  readonly systemConfig: string;
  readonly others?: {
    readonly noCode: string | null;
    readonly implementation: string | null;
    readonly emptyProxy: string | null;
  };
  readonly storage: readonly RecordedSlot[];
  readonly calls: readonly RecordedCall[];
  /** Later moments of the same chain, with what was asked again then. */
  readonly phases?: Readonly<Record<string, Phase>>;
}

interface RecordedSlot {
  readonly address: string;
  readonly slot: string;
  readonly value: string;
}

interface RecordedCall {
  readonly to: string;
  readonly data: string;
  readonly result?: string;
  readonly error?: RecordedError;
}

export interface Phase {
  readonly block: number;
  readonly expected?: Readonly<Record<string, string | number>>;
  readonly calls: readonly RecordedCall[];
  readonly storage: readonly RecordedSlot[];
}

/** The chain as it was in a phase: what was asked again then counts. */
export function inPhase<T extends Recording>(recording: T, { block, calls, storage }: Phase): T {
  return {
    ...recording,
    block: { ...recording.block, number: block },
    calls: [...recording.calls, ...calls],
    storage: [...recording.storage, ...storage],
  };
}

interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

type Answer = { readonly result: unknown } | { readonly error: RecordedError };

export interface L1Replay extends AsyncDisposable {
  readonly url: string;
  /** HTTP requests so far: a batch is one. */
  requests: number;
  /** `to:selector` of calls that the recording does not have, which were answered like a missing getter. */
  readonly notRecorded: Set<string>;
}

export function readRecording<T extends Recording>(name: string): T {
  return JSON.parse(readFileSync(new URL(`fixtures/l1-contracts/${name}.json`, import.meta.url), 'utf8')) as T;
}

const ABSENT: RecordedError = { code: 3, message: 'execution reverted', data: '0x' };
/** Selector of `gameImpls(uint32)`, and the type that every factory has been asked for. */
const GAME_IMPLS = '0x1b685b9e';
const PERMISSIONED = '1'.padStart(64, '0');
const ZERO_WORD = `0x${'00'.repeat(32)}`;

/** A JSON-RPC server that answers with what an L1 with real contracts was recorded to answer, at one block. */
export async function replayL1(
  recording: Recording,
  overrides: (request: Request) => Answer | undefined = () => undefined,
  { batches = true }: { readonly batches?: boolean } = {},
): Promise<L1Replay> {
  const calls = new Map(recording.calls.map((call) => [`${call.to.toLowerCase()}${call.data}`, call]));
  const storage = new Map(recording.storage.map(({ address, slot, value }) => [`${address}${slot}`, value]));
  const withCode = new Set(recording.calls.map(({ to }) => to.toLowerCase()));
  withCode.delete(recording.others?.noCode ?? '');
  const { block } = recording;
  const header = {
    number: `0x${block.number.toString(16)}`,
    hash: block.hash,
    timestamp: `0x${block.timestamp.toString(16)}`,
  };
  const notRecorded = new Set<string>();

  const answer = (request: Request): Answer => {
    const overridden = overrides(request);
    if (overridden) return overridden;
    const { params = [] } = request;
    switch (request.method) {
      case 'eth_chainId':
        return { result: `0x${recording.chainId.toString(16)}` };
      case 'eth_getBlockByNumber':
        return { result: /^0x/.test(String(params[0])) ? { ...header, number: params[0] } : header };
      case 'eth_getCode':
        return { result: withCode.has(String(params[0]).toLowerCase()) ? '0x6080' : '0x' };
      case 'eth_getStorageAt':
        return { result: storage.get(`${String(params[0]).toLowerCase()}${params[1]}`) ?? ZERO_WORD };
      case 'eth_call': {
        const { to, data } = params[0] as { to: string; data: string };
        const call = calls.get(`${to.toLowerCase()}${data}`);
        if (!call) notRecorded.add(`${to.toLowerCase()}:${data.slice(0, 10)}`);
        // A mapping answers for every key.
        if (
          !call &&
          data.startsWith(GAME_IMPLS) &&
          calls.get(`${to.toLowerCase()}${GAME_IMPLS}${PERMISSIONED}`)?.result
        )
          return { result: ZERO_WORD };
        return call?.result === undefined ? { error: call?.error ?? ABSENT } : { result: call.result };
      }
      default:
        return { error: { code: -32601, message: `the method ${request.method} does not exist/is not available` } };
    }
  };

  const server = createServer((incoming, outgoing) => {
    let body = '';
    incoming.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    incoming.on('end', () => {
      replay.requests++;
      const parsed = JSON.parse(body) as Request | Request[];
      const respond = (request: Request) => ({ jsonrpc: '2.0', id: request.id, ...answer(request) });
      outgoing.setHeader('content-type', 'application/json');
      if (Array.isArray(parsed) && !batches)
        outgoing.end(JSON.stringify({ id: null, error: { code: -32600, message: 'no batches' } }));
      else outgoing.end(JSON.stringify(Array.isArray(parsed) ? parsed.map(respond) : respond(parsed)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const replay: L1Replay = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: 0,
    notRecorded,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return replay;
}
