import type { BaseWallet } from 'ethers';
import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import type { RpcClient } from '../rpc/client.ts';
import type { Settings } from '../settings/settings.ts';
import { type ConfirmedTransaction, submit } from './submission.ts';

/** Sends transactions of one key, one after the other. */
export interface TxManager {
  readonly address: string;
  /**
   * Sends data to an address and waits for its confirmations. Rejects when it gives up or is closed.
   * @param onSigned called with each version of the transaction just before it is published
   */
  send(to: string, data: string, onSigned: (hash: string, nonce: number) => void): Promise<ConfirmedTransaction>;
  /** Gives up what is being sent; the transaction itself stays in the mempool. */
  close(): void;
  reopen(): void;
  /** True while the key has no money for a transaction. */
  unfunded(): boolean;
  pending(): number;
  nonce(): number;
  publishErrors(): number;
}

export function createTxManager(
  process: Process,
  l1: RpcClient,
  wallet: BaseWallet,
  chainId: number,
  settings: Settings,
  log: Log,
): TxManager {
  let closing = new AbortController();
  let lastNonce = 0;
  let unfunded = false;
  let pending = 0;
  let errors = 0;
  return {
    address: wallet.address,
    async send(to, data, onSigned) {
      pending += 1;
      try {
        const parts = {
          process,
          l1,
          wallet,
          chainId,
          settings,
          log,
          closing: closing.signal,
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
        const { hash, l1: block } = await submit(parts, to, data);
        log.info('Transaction confirmed', { service: 'batcher', tx: hash, block: `${block.hash}:${block.number}` });
        return { hash, l1: block };
      } finally {
        pending -= 1;
      }
    },
    close: () => closing.abort(),
    reopen() {
      if (closing.signal.aborted) closing = new AbortController();
    },
    unfunded: () => unfunded,
    pending: () => pending,
    nonce: () => lastNonce,
    publishErrors: () => errors,
  };
}
