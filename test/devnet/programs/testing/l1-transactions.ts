/** Transactions of single keys on the test's L1. */
import { Wallet } from 'ethers';
import { jsonRpc, jsonRpcBatch } from '../../servers/json-rpc.ts';
import { eventually } from './eventually.ts';

export interface L1Call {
  /** Private key of the sender. */
  readonly key: string;
  readonly to: string;
  readonly data: string;
  /** Wei that go along. */
  readonly value?: bigint;
}

export interface MinedTransaction {
  readonly hash: string;
  readonly block: number;
}

const FEE = 10n ** 11n;

/**
 * Sends one transaction of each key in one request and waits until all are mined. The first ones pay more and stand
 * first in a block that holds several.
 */
export async function sendL1(
  l1: { readonly l1RpcUrl: string; readonly l1ChainId: number },
  calls: readonly L1Call[],
): Promise<readonly MinedTransaction[]> {
  const ask = <T>(method: string, params: unknown[]) => jsonRpc<T>(l1.l1RpcUrl, method, params);
  const signed = await Promise.all(
    calls.map(async ({ key, to, data, value = 0n }, index) => {
      const wallet = new Wallet(key);
      const nonce = Number(await ask<string>('eth_getTransactionCount', [wallet.address, 'latest']));
      const fees = { maxFeePerGas: FEE, maxPriorityFeePerGas: FEE / 2n ** BigInt(index) };
      const call = { to, data, value, gasLimit: 1_000_000 };
      return wallet.signTransaction({ type: 2, chainId: l1.l1ChainId, nonce, ...call, ...fees });
    }),
  );
  // Just after a block there is a whole block time for all of them to get into the next one.
  const before = await ask<string>('eth_blockNumber', []);
  await eventually('a new L1 block', async () => (await ask<string>('eth_blockNumber', [])) !== before);
  const hashes = await jsonRpcBatch<string>(
    l1.l1RpcUrl,
    signed.map((raw) => ['eth_sendRawTransaction', [raw]]),
  );
  return Promise.all(
    hashes.map(async (hash) => {
      const receipt = await eventually(
        'a receipt',
        async () => (await ask<{ blockNumber: string } | null>('eth_getTransactionReceipt', [hash])) ?? undefined,
      );
      return { hash, block: Number(receipt.blockNumber) };
    }),
  );
}
