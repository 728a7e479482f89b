import type { ReadingFailure } from '../samples.ts';

export interface RpcErrorDetails {
  readonly kind: ReadingFailure;
  /** Host and port of the endpoint: all of its URL that may be shown. */
  readonly host: string;
  /** Method or path that was asked for. */
  readonly method: string;
  /** JSON-RPC error code. */
  readonly code?: number;
  /** JSON-RPC error data: the revert data of an `eth_call`. */
  readonly data?: unknown;
  /** Message of the JSON-RPC error, in the program's own words. */
  readonly reason?: string;
  /** The endpoint answers, but not that many questions. */
  readonly rateLimited?: boolean;
  /** When to ask again, as the endpoint wishes (`Retry-After`). */
  readonly retryAfterSeconds?: number;
}

/** A question to a program that brought no usable answer. The message is fit for status: it holds no credential. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly kind: ReadingFailure;
  readonly host: string;
  readonly method: string;
  readonly code: number | undefined;
  readonly data: unknown;
  readonly reason: string | undefined;
  readonly rateLimited: boolean;
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, details: RpcErrorDetails) {
    super(message);
    this.kind = details.kind;
    this.host = details.host;
    this.method = details.method;
    this.code = details.code;
    this.data = details.data;
    this.reason = details.reason;
    this.rateLimited = details.rateLimited ?? false;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}
