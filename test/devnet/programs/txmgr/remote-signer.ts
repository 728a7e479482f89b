import { type TransactionLike, toQuantity } from 'ethers';
import type { SignerClient } from '../signer/signer-client.ts';
import type { TxSigner } from './tx-signer.ts';

/** Has transactions signed by an op-signer. */
export function remoteSigner(signer: SignerClient): TxSigner {
  return {
    address: signer.address,
    signTransaction: async (transaction) =>
      String(await signer.call('eth_signTransaction', signingArguments(transaction, signer.address))),
  };
}

/** The arguments as op-service makes them of a dynamic-fee transaction: `input` and never `data`. */
function signingArguments(transaction: TransactionLike, from: string): object {
  const quantity = (value: bigint | number | string | null | undefined) => toQuantity(value ?? 0);
  return {
    from,
    to: transaction.to ?? null,
    gas: quantity(transaction.gasLimit as bigint | undefined),
    gasPrice: null,
    maxFeePerGas: quantity(transaction.maxFeePerGas as bigint | undefined),
    maxPriorityFeePerGas: quantity(transaction.maxPriorityFeePerGas as bigint | undefined),
    value: quantity(transaction.value as bigint | undefined),
    nonce: quantity(transaction.nonce),
    data: null,
    input: transaction.data ?? '0x',
    accessList: [],
    chainId: quantity(transaction.chainId as bigint | undefined),
  };
}
