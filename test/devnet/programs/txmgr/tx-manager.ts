import type { Delays } from '../../ledger/delays.ts';
import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import type { RpcClient } from '../rpc/client.ts';
import type { Settings } from '../settings/settings.ts';
import type { TxRequest } from './prepare-gas.ts';
import { type ConfirmedTransaction, submit } from './submission.ts';
import type { TxSigner } from './tx-signer.ts';

/** Sends the transactions of one key. Those that are sent at the same time get nonces one after the other. */
export interface TxManager {
  readonly address: string;
  /**
   * Sends a transaction and waits for its confirmations. Rejects when it gives up or is closed.
   * @param onSigned called with each version of the transaction just before it is published
   * @param cancelled aborted when the sender does not want it any more; what is published stays so
   */
  send(
    request: TxRequest,
    onSigned: (hash: string, nonce: number) => void,
    cancelled?: AbortSignal,
  ): Promise<ConfirmedTransaction>;
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
  readonly delays: Delays;
  readonly log: Log;
}

export function createTxManager(options: TxManagerOptions): TxManager {
  let closing = new AbortController();
  let cancelling = new AbortController();
  const inFlight = new Set<number>();
  let lastNonce = 0;
  /** Counted by the manager itself, and read from L1 only at first and after a failure. */
  let nextNonce: number | undefined;
  let unfunded = false;
  let pending = 0;
  let errors = 0;
  return {
    address: options.signer.address,
    async send(request, onSigned, cancelled) {
      pending += 1;
      let taken: number | undefined;
      try {
        const parts = {
          ...options,
          retryDelayMs: options.delays.transactionRetry,
          closing: closing.signal,
          cancelled: cancelled ? AbortSignal.any([cancelled, cancelling.signal]) : cancelling.signal,
          async takeNonce(latest: () => Promise<number>) {
            taken = nextNonce ?? (await latest());
            while (inFlight.has(taken)) taken += 1;
            inFlight.add(taken);
            nextNonce = taken + 1;
            return taken;
          },
          isInFlight: (nonce: number) => inFlight.has(nonce),
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
        const confirmed = await submit(parts, request);
        options.log.info('Transaction confirmed', {
          service: options.service,
          tx: confirmed.hash,
          block: `${confirmed.l1.hash}:${confirmed.l1.number}`,
          effectiveGasPrice: confirmed.effectiveGasPrice,
        });
        return confirmed;
      } catch (error) {
        nextNonce = undefined;
        throw error;
      } finally {
        pending -= 1;
        if (taken !== undefined) inFlight.delete(taken);
      }
    },
    close: () => closing.abort(),
    cancel: () => cancelling.abort(),
    reopen() {
      if (closing.signal.aborted) closing = new AbortController();
      if (cancelling.signal.aborted) cancelling = new AbortController();
    },
    unfunded: () => unfunded,
    pending: () => pending,
    nonce: () => lastNonce,
    publishErrors: () => errors,
  };
}
