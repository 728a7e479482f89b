import { id } from 'ethers';
import { discover } from '../../src/chain/discovery/discover.ts';
import type { Discovery } from '../../src/chain/discovery/discovery.ts';
import { type AnsweringServer, answering, type Answer as HttpAnswer } from './answering-server.ts';
import { type Recording, replayL1 } from './l1-replay.ts';

/** Of a block that is not the recorded one. */
export const OTHER_HASH = `0x${'ab'.repeat(32)}`;

export interface Call {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** `{id, result}` or `{id, error}`, or whatever a provider makes of it. */
export type Item = Readonly<Record<string, unknown>>;

/** What a provider does to what L1 answered. `request` counts HTTP requests from 1. */
export interface Fault {
  /** Answers instead of L1. */
  readonly http?: (at: {
    readonly calls: readonly Call[];
    readonly request: number;
    readonly isBatch: boolean;
  }) => HttpAnswer | undefined;
  /** Changes the answer to one call. */
  readonly answer?: (
    item: Item,
    at: { readonly call: Call; readonly request: number; readonly isBatch: boolean },
  ) => Item;
  /** Changes the answers to a batch. */
  readonly batch?: (items: readonly Item[], at: { readonly request: number }) => unknown;
  /** Changes the whole answer. */
  readonly body?: (body: unknown) => HttpAnswer;
}

export interface FaultyProvider extends AsyncDisposable {
  /** With a user, a password and a key in its path, as providers have it. */
  readonly url: string;
  readonly host: string;
  readonly asked: AnsweringServer['asked'];
}

export const CANARY = 'c4n4ry-s3cret';

/** A provider in front of the recorded L1. */
export async function faultyProvider(recording: Recording, fault: Fault): Promise<FaultyProvider> {
  const l1 = await replayL1(recording);
  const server = await answering(async ({ body }) => {
    const request = server.asked.length;
    const isBatch = Array.isArray(body);
    const calls = (isBatch ? body : [body]) as readonly Call[];
    const instead = fault.http?.({ calls, request, isBatch });
    if (instead) return instead;
    const response = await fetch(l1.url, { method: 'POST', body: JSON.stringify(calls) });
    const answers = (await response.json()) as readonly Item[];
    const items = answers.map((item, index) => {
      const call = calls[index];
      return call && fault.answer ? fault.answer(item, { call, request, isBatch }) : item;
    });
    const answered = isBatch ? (fault.batch?.(items, { request }) ?? items) : items[0];
    return fault.body?.(answered) ?? { body: answered };
  });
  return {
    url: `http://me:${CANARY}@127.0.0.1:${server.port}/v2/${CANARY}`,
    host: `127.0.0.1:${server.port}`,
    asked: server.asked,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await l1[Symbol.asyncDispose]();
    },
  };
}

/** `eth_call` of a getter at a block, not at a tag: after the first round trip. */
export function asks({ method, params }: Call, signature: string, to?: string): boolean {
  if (method !== 'eth_call' || params[1] === 'latest') return false;
  const { to: address, data } = params[0] as { readonly to: string; readonly data: string };
  return data.startsWith(id(signature).slice(0, 10)) && (to ?? address).toLowerCase() === address.toLowerCase();
}

/** Asks for the pinned block. */
export function isHeader({ method, params }: Call): boolean {
  return method === 'eth_getBlockByNumber' && /^0x/.test(String(params[0]));
}

/** The recorded contracts, as this provider shows them. */
export function findOn(url: string, { systemConfig }: Recording): Promise<Discovery> {
  return discover({ l1: url, systemConfig, expected: { l1ChainId: 900, l2ChainId: 901 } });
}

export function failed(callId: unknown, code: number, message: string, data?: unknown): Item {
  return { jsonrpc: '2.0', id: callId, error: { code, message, ...(data === undefined ? {} : { data }) } };
}

/** Batches of more than so many calls are answered like this. */
export function refusing(most: number, answer: (calls: readonly Call[]) => HttpAnswer): NonNullable<Fault['http']> {
  return ({ calls, isBatch }) => (isBatch && calls.length > most ? answer(calls) : undefined);
}

/** Answers to such calls, in all requests or in one. */
export function changing(
  which: (call: Call) => boolean,
  change: (item: Item) => Item,
  only?: number,
): NonNullable<Fault['answer']> {
  return (item, { call, request }) => (which(call) && (only === undefined || request === only) ? change(item) : item);
}

export function withResult(result: unknown): (item: Item) => Item {
  return ({ jsonrpc, id: callId }) => ({ jsonrpc, id: callId, result });
}

export function withError(code: number, message: string, data?: unknown): (item: Item) => Item {
  return ({ id: callId }) => failed(callId, code, message, data);
}

/** A getter that is not there. */
export const absent = withError(3, 'execution reverted', '0x');
