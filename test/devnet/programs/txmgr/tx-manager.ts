import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import type { RpcClient } from '../rpc/client.ts';
import type { Settings } from '../settings/settings.ts';
import { type ConfirmedTransaction, submit, type TxRequest } from './submission.ts';
import type { TxSigner } from './tx-signer.ts';

/** Sends transactions of one key, one after the other. */
export interface TxManager {
  readonly address: string;
  /**
   * Sends a transaction and waits for its confirmations. Rejects when it gives up or is closed.
   * @param onSigned called with each version of the transaction just before it is published
   */
  send(request: TxRequest, onSigned: (hash: string, nonce: number) => void): Promise<ConfirmedTransaction>;
  /** Gives up what is being sent when it is next looked after; the transaction itself stays in the mempool. */
  close(): void;
  /** Gives it up at once. */
  cancel(): void;
  reopen(): void;
  /** True while the key has no money for a transaction. */
  unfunded(): boolean;
  pending(): number;
  nonce(): number;
  publishErrors(): number;
}

export interface TxManagerOptions {
  /** Name of the service in its log lines: `batcher`, `proposer`, `challenger`. */
  readonly service: string;
  readonly process: Process;
  readonly l1: RpcClient;
  readonly signer: TxSigner;
  readonly chainId: number;
  readonly settings: Settings;
  readonly log: Log;
}

export function createTxManager(options: TxManagerOptions): TxManager {
  let closing = new AbortController();
  let cancelled = new AbortController();
  let lastNonce = 0;
  /** Counted by the manager itself, and read from L1 only at first and after a failure. */
  let nextNonce: number | undefined;
  let unfunded = false;
  let pending = 0;
  let errors = 0;
  return {
    address: options.signer.address,
    async send(request, onSigned) {
      pending += 1;
      try {
        const parts = {
          ...options,
          closing: closing.signal,
          cancelled: cancelled.signal,
          nonce: nextNonce,
          onUnfunded: (now: boolean) => {
            unfunded = now;
          },
          onPublishError: () => {
            errors += 1;
          },
          onSigned: (hash: string, nonce: number) => {
            lastNonce = nonce;
            onSigned(hash, nonce);
          },
        };
        const { hash, l1: block } = await submit(parts, request);
        nextNonce = lastNonce + 1;
        options.log.info('Transaction confirmed', {
          service: options.service,
          tx: hash,
          block: `${block.hash}:${block.number}`,
        });
        return { hash, l1: block };
      } catch (error) {
        nextNonce = undefined;
        throw error;
      } finally {
        pending -= 1;
      }
    },
    close: () => closing.abort(),
    cancel: () => cancelled.abort(),
    reopen() {
      if (closing.signal.aborted) closing = new AbortController();
      if (cancelled.signal.aborted) cancelled = new AbortController();
    },
    unfunded: () => unfunded,
    pending: () => pending,
    nonce: () => lastNonce,
    publishErrors: () => errors,
  };
}
