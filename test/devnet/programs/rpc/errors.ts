/** A JSON-RPC error answer. */
export class RpcError extends Error {
  readonly code: number;
  /** What the node adds to the message, e.g. the data of a revert. */
  readonly data: unknown;
  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** What a Go service answers for a failure that has no code of its own. */
export const failure = (message: string): RpcError => new RpcError(-32000, message);

export const missingArgument = (index: number): RpcError =>
  new RpcError(-32602, `missing value for required argument ${index}`);

export const invalidArgument = (index: number, why: string): RpcError =>
  new RpcError(-32602, `invalid argument ${index}: ${why}`);

/** The request did not get an answer; the message is the one that a Go client gives. */
export class TransportError extends Error {}
