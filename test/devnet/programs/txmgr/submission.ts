import { Transaction, type TransactionLike } from 'ethers';
import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import type { RpcClient } from '../rpc/client.ts';
import type { Settings } from '../settings/settings.ts';
import { bumped, type Fees, suggestFees } from './fees.ts';
import type { TxSigner } from './tx-signer.ts';

export interface ConfirmedTransaction {
  readonly hash: string;
  readonly l1: { readonly hash: string; readonly number: number };
}

export interface TxRequest {
  readonly to: string;
  readonly data: string;
  /** Wei that go along. */
  readonly value?: bigint;
}

export interface SubmissionParts {
  readonly service: string;
  readonly process: Process;
  readonly l1: RpcClient;
  readonly signer: TxSigner;
  readonly chainId: number;
  readonly settings: Settings;
  readonly log: Log;
  /** Aborted when the submission is given up. */
  readonly closing: AbortSignal;
  onUnfunded(unfunded: boolean): void;
  onPublishError(): void;
  /** Called with each signed version just before it is published. */
  onSigned(hash: string, nonce: number): void;
}

const CLOSED = 'transaction manager is closed';
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Sends one transaction and waits for its confirmations; raises the fees when it is not mined. */
export async function submit(parts: SubmissionParts, request: TxRequest): Promise<ConfirmedTransaction> {
  const { process, l1, settings } = parts;
  const { to, data, value = 0n } = request;
  let fees = await suggestFees(l1, settings);
  const gas = await estimateGas(parts, request, fees);
  const nonce = await nonceOf(parts);
  const hashes: string[] = [];
  const receiptInterval = settings.duration('txmgr.receipt-query-interval');
  for (let resubmitAt = 0; ; ) {
    if (parts.closing.aborted || process.ended.aborted) throw new Error(CLOSED);
    if (Date.now() >= resubmitAt) {
      const fee = { maxFeePerGas: fees.cap, maxPriorityFeePerGas: fees.tip };
      const version = { type: 2, chainId: parts.chainId, to, data, nonce, gasLimit: gas, ...fee, value };
      const outcome = await attempt(parts, version, hashes);
      if (outcome !== 'unsigned') fees = bumped(fees);
      if (outcome === 'underpriced') continue;
      resubmitAt =
        Date.now() + (outcome === 'unsigned' ? retryMs(settings) : settings.duration('resubmission-timeout'));
    }
    const confirmed = await findReceipt(l1, hashes, settings.number('num-confirmations'));
    if (confirmed !== undefined) return confirmed;
    const nothingToFind = hashes.length === 0;
    await process.sleep(nothingToFind ? Math.min(retryMs(settings), receiptInterval) : receiptInterval, parts.closing);
    await checkNonce(parts, nonce, hashes);
  }
}

const retryMs = (settings: Settings) => settings.duration('txmgr.retry-interval') || 1_000;

const nonceOf = async ({ l1, signer }: SubmissionParts) =>
  Number(await l1.call('eth_getTransactionCount', [signer.address, 'latest']));

/** Retries until gas could be estimated: an account without money fails here. */
async function estimateGas(parts: SubmissionParts, { to, data, value = 0n }: TxRequest, fees: Fees): Promise<number> {
  const { process, l1, signer, settings, log, closing } = parts;
  const maxFeePerGas = `0x${fees.cap.toString(16)}`;
  const maxPriorityFeePerGas = `0x${fees.tip.toString(16)}`;
  const call = {
    from: signer.address,
    to,
    data,
    maxFeePerGas,
    maxPriorityFeePerGas,
    ...(value === 0n ? {} : { value: `0x${value.toString(16)}` }),
  };
  for (;;) {
    try {
      const gas = Number(await l1.call('eth_estimateGas', [call]));
      parts.onUnfunded(false);
      return gas;
    } catch (error) {
      // The real one makes the call itself then, to learn why.
      const reason = await l1.call('eth_call', [call, 'latest']).then(() => messageOf(error), messageOf);
      parts.onUnfunded(/insufficient funds/i.test(reason));
      const err = `failed to call: ${reason}, reason: <nil>`;
      log.warn('Failed to create a transaction, will retry', { service: parts.service, err });
      await process.sleep(retryMs(settings), closing);
      if (closing.aborted || process.ended.aborted) throw new Error(CLOSED);
    }
  }
}

/**
 * Signs and publishes one version; the hash of one that was sent is put before the others. A key of one's own always
 * signs; a remote signer may be away or refuse.
 */
async function attempt(
  parts: SubmissionParts,
  version: TransactionLike & { readonly nonce: number },
  hashes: string[],
): Promise<'sent' | 'underpriced' | 'refused' | 'unsigned'> {
  const { nonce } = version;
  let raw: string;
  try {
    raw = await parts.signer.signTransaction(version);
  } catch (error) {
    const message =
      hashes.length === 0 ? 'Failed to create a transaction, will retry' : 'failed to sign new transaction';
    parts.log.warn(message, { service: parts.service, err: messageOf(error) });
    return 'unsigned';
  }
  const hash = Transaction.from(raw).hash ?? '';
  parts.onSigned(hash, nonce);
  try {
    await parts.l1.call('eth_sendRawTransaction', [raw]);
  } catch (error) {
    const message = messageOf(error);
    if (!/already (known|imported)/i.test(message)) {
      parts.onPublishError();
      parts.log.warn('unable to publish transaction', { service: parts.service, nonce, err: message });
      return /underpriced/i.test(message) ? 'underpriced' : 'refused';
    }
  }
  parts.log.info('Transaction successfully published', { service: parts.service, tx: hash, nonce });
  hashes.unshift(hash);
  return 'sent';
}

/** Gives up when the nonce went to somebody else's transaction, or an L1 reorg took the one before. */
async function checkNonce(parts: SubmissionParts, nonce: number, hashes: readonly string[]): Promise<void> {
  const latest = await nonceOf(parts).catch(() => nonce);
  if (latest === nonce || (latest > nonce && (await findReceipt(parts.l1, hashes, 0)) !== undefined)) return;
  parts.log.warn('Aborting transaction submission', { service: parts.service, nonce, latest });
  throw new Error(`aborted tx send due to critical error: nonce too ${latest > nonce ? 'low' : 'high'}`);
}

/** Receipt of one of the versions, once it has enough confirmations. */
async function findReceipt(
  l1: RpcClient,
  hashes: readonly string[],
  confirmations: number,
): Promise<ConfirmedTransaction | undefined> {
  for (const hash of hashes) {
    const receipt = (await l1.call('eth_getTransactionReceipt', [hash]).catch(() => null)) as {
      blockHash: string;
      blockNumber: string;
    } | null;
    if (receipt === null) continue;
    const head = Number(await l1.call('eth_blockNumber', []).catch(() => 0));
    const number = Number(receipt.blockNumber);
    if (number + confirmations - 1 <= head) return { hash, l1: { hash: receipt.blockHash, number } };
  }
  return undefined;
}
