import type { TransactionLike } from 'ethers';

/** What signs the transactions of a service: a key of its own, or a remote signer. */
export interface TxSigner {
  readonly address: string;
  /** @returns the signed transaction, serialised */
  signTransaction(transaction: TransactionLike): Promise<string>;
}
