/** Execution layer of L1: heads, accounts and the transactions of the batch inbox. */
import { z } from 'zod';
import type { BatcherSample, BlockId, ContractsSample, InboxTransaction, L1Sample } from '../samples.ts';
import { address, block, hash, hexAmount, hexNumber, hexOf, syncing } from './ethereum-values.ts';
import type { HttpOptions } from './http.ts';
import { jsonRpc } from './json-rpc.ts';
import { RpcError } from './rpc-error.ts';

const blockByTag = (tag: string) => ({ method: 'eth_getBlockByNumber', params: [tag, false] });

/** What L1 is and where it stands. `safe` and `finalized` are left out where L1 has none yet. */
export async function l1State(url: string, options?: HttpOptions): Promise<L1Sample> {
  const [chainId, head, isSyncing, safe, finalized] = await Promise.all([
    jsonRpc(url, { method: 'eth_chainId', answer: hexNumber }, options),
    jsonRpc(url, { ...blockByTag('latest'), answer: block }, options),
    jsonRpc(url, { method: 'eth_syncing', answer: syncing }, options),
    taggedBlock(url, 'safe', options),
    taggedBlock(url, 'finalized', options),
  ]);
  return { chainId, head, syncing: isSyncing, ...(safe ? { safe } : {}), ...(finalized ? { finalized } : {}) };
}

/** A young chain answers `safe` and `finalized` with null, or with an error about an unknown block. */
async function taggedBlock(url: string, tag: string, options?: HttpOptions): Promise<BlockId | undefined> {
  try {
    const found = await jsonRpc(url, { ...blockByTag(tag), answer: block.nullable() }, options);
    return found ? { number: found.number, hash: found.hash } : undefined;
  } catch (error) {
    if (error instanceof RpcError && error.kind === 'rpc-error') return undefined;
    throw error;
  }
}

/** Hash of the block at a height; undefined when L1 does not have it. */
export async function l1BlockHash(url: string, number: number, options?: HttpOptions): Promise<string | undefined> {
  const found = await jsonRpc(url, { ...blockByTag(hexOf(number)), answer: block.nullable() }, options);
  return found?.hash;
}

/** Account of a sender. `before`: an earlier block, whose nonce is left out where the node no longer knows it. */
export async function senderAccount(
  url: string,
  sender: { readonly address: string; readonly before?: number },
  options?: HttpOptions,
): Promise<Omit<BatcherSample, 'lastInboxTransaction'>> {
  const nonceAt = (tag: string) => ({
    method: 'eth_getTransactionCount',
    params: [sender.address, tag],
    answer: hexNumber,
  });
  const [balanceWei, nonceLatest, noncePending, nonceBefore] = await Promise.all([
    jsonRpc(url, { method: 'eth_getBalance', params: [sender.address, 'latest'], answer: hexAmount }, options),
    jsonRpc(url, nonceAt('latest'), options),
    jsonRpc(url, nonceAt('pending'), options),
    sender.before === undefined ? undefined : earlierNonce(url, sender.address, sender.before, options),
  ]);
  return {
    address: sender.address.toLowerCase(),
    balanceWei,
    nonceLatest,
    noncePending,
    ...(nonceBefore === undefined || sender.before === undefined
      ? {}
      : { nonceBefore: { blockNumber: sender.before, nonce: nonceBefore } }),
  };
}

async function earlierNonce(
  url: string,
  account: string,
  number: number,
  options?: HttpOptions,
): Promise<number | undefined> {
  try {
    const params = [account, hexOf(number)];
    return await jsonRpc(url, { method: 'eth_getTransactionCount', params, answer: hexNumber }, options);
  } catch (error) {
    if (error instanceof RpcError && error.kind === 'rpc-error') return undefined;
    throw error;
  }
}

const blockWithTransactions = z.object({
  number: hexNumber,
  timestamp: hexNumber,
  transactions: z.array(z.object({ hash, from: address, to: address.nullish() })),
});

/** Transactions of one L1 block to the batch inbox. They leave no event, so the whole block has to be read. */
export async function inboxTransactions(
  url: string,
  inbox: string,
  number: number,
  options?: HttpOptions,
): Promise<InboxTransaction[]> {
  const call = { method: 'eth_getBlockByNumber', params: [hexOf(number), true], answer: blockWithTransactions };
  const { timestamp, transactions } = await jsonRpc(url, call, options);
  return transactions
    .filter(({ to }) => to === inbox.toLowerCase())
    .map(({ hash: transaction, from }) => ({ hash: transaction, from, blockNumber: number, timestamp }));
}

/** First 4 bytes of the keccak hash of the signatures. */
const SELECTORS = { batcherHash: '0xe81b2c6d', unsafeBlockSigner: '0x1fd19ee1', optimismPortal: '0x0a49cb03' } as const;
/** A word that holds an address. */
const addressWord = z
  .string()
  .regex(/^0x0{24}[0-9a-fA-F]{40}$/, 'not an address')
  .transform((word) => `0x${word.slice(26).toLowerCase()}`);

/** Roles and portal at the L1 head: what the gates compare, without a whole discovery. */
export async function contractRoles(
  url: string,
  systemConfig: string,
  options?: HttpOptions,
): Promise<ContractsSample> {
  const read = (data: string) =>
    jsonRpc(url, { method: 'eth_call', params: [{ to: systemConfig, data }, 'latest'], answer: addressWord }, options);
  const [batcher, unsafeBlockSigner, portal] = await Promise.all([
    read(SELECTORS.batcherHash),
    read(SELECTORS.unsafeBlockSigner),
    // Contracts before v1.3 have no such getter: the call reverts.
    read(SELECTORS.optimismPortal).catch((error: unknown) => {
      if (error instanceof RpcError && error.kind === 'rpc-error') return undefined;
      throw error;
    }),
  ]);
  return { batcher, unsafeBlockSigner, ...(portal === undefined ? {} : { portal }) };
}
