import { Transaction } from 'ethers';
import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import type { RpcClient } from '../rpc/client.ts';
import type { Settings } from '../settings/settings.ts';
import { bumped, type Fees, type SuggestedFees, suggestFees } from './fees.ts';
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
  /** Aborted when the service ends: noticed when the transaction is next looked after (recorded: 0 to 12 s later). */
  readonly closing: AbortSignal;
  /** Aborted when the submission is given up at once. */
  readonly cancelled: AbortSignal;
  /** Undefined: what L1 says. */
  readonly nonce: number | undefined;
  onUnfunded(unfunded: boolean): void;
  onPublishError(): void;
  /** Called with each signed version just before it is published. */
  onSigned(hash: string, nonce: number): void;
}

const CLOSED = 'transaction manager is closed';
const CANCELLED = 'context canceled';
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Sends one transaction and waits for its confirmations; raises the fees when it is not mined. */
export async function submit(parts: SubmissionParts, request: TxRequest): Promise<ConfirmedTransaction> {
  const { process, l1, signer, settings } = parts;
  const { to, data, value = 0n } = request;
  const suggested = await suggestFees(l1, settings);
  const gas = await estimateGas(parts, request, suggested);
  let fees: Fees = suggested;
  const nonce = parts.nonce ?? (await nonceOf(parts));
  const hashes: string[] = [];
  const receiptInterval = settings.duration('txmgr.receipt-query-interval');
  let raw = '';
  let gaps = 0;
  for (let resubmitAt = 0, rebroadcastAt = 0; ; ) {
    if (parts.cancelled.aborted || process.ended.aborted) throw new Error(CANCELLED);
    if (parts.closing.aborted) {
      const fields = { service: parts.service, tx: hashes[0] ?? '', nonce };
      parts.log.warn('TxManager closed, aborting transaction submission', fields);
      throw new Error(CLOSED);
    }
    if (Date.now() >= resubmitAt) {
      raw = await signer.signTransaction({
        type: 2,
        chainId: parts.chainId,
        to,
        data,
        nonce,
        gasLimit: gas,
        maxFeePerGas: fees.cap,
        maxPriorityFeePerGas: fees.tip,
        value,
      });
      parts.onSigned(Transaction.from(raw).hash ?? '', nonce);
      const outcome = await publish(parts, raw, nonce);
      fees = bumped(fees);
      resubmitAt = outcome === 'underpriced' ? 0 : Date.now() + settings.duration('resubmission-timeout');
      if (outcome === 'sent') hashes.unshift(Transaction.from(raw).hash ?? '');
      if (outcome === 'underpriced') continue;
      if (outcome === 'refused') await expectOwnNonce(parts, nonce, [Transaction.from(raw).hash ?? '', ...hashes]);
      rebroadcastAt = Date.now() + settings.duration('txmgr.rebroadcast-interval');
    } else if (Date.now() >= rebroadcastAt) {
      // An L1 reorg can have dropped it: it is sent again as it is.
      await publish(parts, raw, nonce);
      rebroadcastAt = Date.now() + settings.duration('txmgr.rebroadcast-interval');
    }
    const confirmed = await findReceipt(l1, hashes, settings.number('num-confirmations'));
    if (confirmed !== undefined) return confirmed;
    await process.sleep(receiptInterval, parts.cancelled);
    await expectOwnNonce(parts, nonce, hashes);
    gaps = (await isBehindGap(parts, nonce)) ? gaps + 1 : 0;
    if (gaps > 1) throw aborted(parts, nonce, hashes, 'nonce too high');
  }
}

const nonceOf = async ({ l1, signer }: SubmissionParts, tag: 'latest' | 'pending' = 'latest') =>
  Number(await l1.call('eth_getTransactionCount', [signer.address, tag]));

/** Retries until gas could be estimated: an account without money fails here. */
async function estimateGas(
  parts: SubmissionParts,
  { to, data, value = 0n }: TxRequest,
  fees: SuggestedFees,
): Promise<number> {
  const { process, l1, signer, settings, log, cancelled } = parts;
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
    log.info('Estimated gas fees & tip caps', {
      service: parts.service,
      gasTipCap: String(fees.tip),
      baseFee: String(fees.base),
      dynamicBlobTipCap: settings.bool('txmgr.blob-tip-cap-dynamic'),
    });
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
      await process.sleep(settings.duration('txmgr.retry-interval') || 1_000, cancelled);
      if (cancelled.aborted || process.ended.aborted) throw new Error(CANCELLED);
    }
  }
}

async function publish(
  parts: SubmissionParts,
  raw: string,
  nonce: number,
): Promise<'sent' | 'underpriced' | 'refused'> {
  const { hash, maxPriorityFeePerGas, maxFeePerGas, gasLimit } = Transaction.from(raw);
  const fields = {
    service: parts.service,
    tx: hash ?? '',
    nonce,
    gasTipCap: String(maxPriorityFeePerGas),
    gasFeeCap: String(maxFeePerGas),
    gasLimit: String(gasLimit),
  };
  parts.log.info('Publishing transaction', fields);
  try {
    await parts.l1.call('eth_sendRawTransaction', [raw]);
  } catch (error) {
    const message = messageOf(error);
    if (!/already (known|imported)/i.test(message)) {
      parts.onPublishError();
      const words = /nonce too low/i.test(message) ? 'nonce too low' : 'unable to publish transaction';
      parts.log.warn(words, { ...fields, err: message });
      return /underpriced/i.test(message) ? 'underpriced' : 'refused';
    }
  }
  parts.log.info('Transaction successfully published', fields);
  return 'sent';
}

/** Gives up when the nonce went to somebody else's transaction. */
async function expectOwnNonce(parts: SubmissionParts, nonce: number, hashes: readonly string[]): Promise<void> {
  const latest = await nonceOf(parts).catch(() => nonce);
  if (latest <= nonce || (await findReceipt(parts.l1, hashes, 0)) !== undefined) return;
  throw aborted(parts, nonce, hashes, 'nonce too low');
}

/** Whether a transaction before this one is neither mined nor in the mempool any more: an L1 reorg took it. */
async function isBehindGap(parts: SubmissionParts, nonce: number): Promise<boolean> {
  return (await nonceOf(parts, 'pending').catch(() => nonce)) < nonce;
}

function aborted(parts: SubmissionParts, nonce: number, hashes: readonly string[], err: string): Error {
  parts.log.warn('Aborting transaction submission', { service: parts.service, tx: hashes[0] ?? '', nonce, err });
  return new Error(`aborted tx send due to critical error: ${err}`);
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
