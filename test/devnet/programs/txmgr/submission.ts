import { Transaction, type TransactionLike } from 'ethers';
import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import type { RpcClient } from '../rpc/client.ts';
import type { Settings } from '../settings/settings.ts';
import { bumped, suggestFees } from './fees.ts';
import { prepareGas, type TxRequest } from './prepare-gas.ts';
import type { TxSigner } from './tx-signer.ts';

export interface ConfirmedTransaction {
  readonly hash: string;
  readonly l1: { readonly hash: string; readonly number: number };
  readonly effectiveGasPrice: number;
  readonly reverted: boolean;
}

export interface SubmissionParts {
  readonly service: string;
  readonly process: Process;
  readonly l1: RpcClient;
  readonly signer: TxSigner;
  readonly chainId: number;
  readonly settings: Settings;
  readonly log: Log;
  readonly retryDelayMs: number;
  /** Aborted when the transaction manager is closed. */
  readonly closing: AbortSignal;
  /** Aborted when the sender does not want this transaction any more. */
  readonly cancelled: AbortSignal;
  /** The nonce to send with, where L1 expects `latest`: further on while others are in flight. */
  takeNonce(latest: number): number;
  /** True while a transaction with the nonce is in flight, so that those after it have to wait. */
  isInFlight(nonce: number): boolean;
  onUnfunded(unfunded: boolean): void;
  onPublishError(): void;
  /** Called with each signed version just before it is published. */
  onSigned(hash: string, nonce: number): void;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Sends one transaction and waits for its confirmations; raises the fees when it is not mined. */
export async function submit(parts: SubmissionParts, request: TxRequest): Promise<ConfirmedTransaction> {
  const { process, l1, signer, settings } = parts;
  const { to, data, value = 0n } = request;
  const unwanted = AbortSignal.any([parts.closing, parts.cancelled, process.ended]);
  let fees = await suggestFees(l1, settings);
  const gas = await prepareGas({ ...parts, sender: signer.address, unwanted }, request, fees);
  if (gas === undefined) throw new Error(`failed to create the tx: ${whyUnwanted(parts)}`);
  const nonce = parts.takeNonce(await nonceOf(parts));
  const hashes: string[] = [];
  const receiptInterval = settings.duration('txmgr.receipt-query-interval');
  for (let resubmitAt = 0; ; ) {
    if (unwanted.aborted) throw new Error(whyUnwanted(parts));
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
    await process.sleep(nothingToFind ? Math.min(retryMs(settings), receiptInterval) : receiptInterval, unwanted);
    if (unwanted.aborted) continue;
    await checkNonce(parts, nonce, hashes);
  }
}

const whyUnwanted = ({ cancelled }: SubmissionParts) =>
  cancelled.aborted ? 'context canceled' : 'transaction manager is closed';

const retryMs = (settings: Settings) => settings.duration('txmgr.retry-interval') || 1_000;

const nonceOf = async ({ l1, signer }: SubmissionParts) =>
  Number(await l1.call('eth_getTransactionCount', [signer.address, 'latest']));

/**
 * Signs and publishes one version; the hash of one that was sent is put before the others. A key of one's own always
 * signs; a remote signer may be away or refuse.
 */
async function attempt(
  parts: SubmissionParts,
  version: TransactionLike,
  hashes: string[],
): Promise<'sent' | 'underpriced' | 'refused' | 'unsigned'> {
  let raw: string;
  try {
    raw = await parts.signer.signTransaction(version);
  } catch (error) {
    const message =
      hashes.length === 0 ? 'Failed to create a transaction, will retry' : 'failed to sign new transaction';
    parts.log.warn(message, { service: parts.service, err: messageOf(error) });
    return 'unsigned';
  }
  const outcome = await publish(parts, raw);
  if (outcome === 'sent') hashes.unshift(Transaction.from(raw).hash ?? '');
  return outcome;
}

async function publish(parts: SubmissionParts, raw: string): Promise<'sent' | 'underpriced' | 'refused'> {
  const { hash, nonce, maxPriorityFeePerGas, maxFeePerGas, gasLimit } = Transaction.from(raw);
  const fields = {
    service: parts.service,
    tx: hash ?? '',
    nonce,
    gasTipCap: Number(maxPriorityFeePerGas),
    gasFeeCap: Number(maxFeePerGas),
    gasLimit: Number(gasLimit),
  };
  parts.log.info('Publishing transaction', fields);
  parts.onSigned(hash ?? '', nonce);
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
  parts.log.info('Transaction successfully published', fields);
  return 'sent';
}

/** Gives up when the nonce went to somebody else's transaction, or the one before is gone, by an L1 reorg. */
async function checkNonce(parts: SubmissionParts, nonce: number, hashes: readonly string[]): Promise<void> {
  const latest = await nonceOf(parts).catch(() => nonce);
  if (latest === nonce || (latest < nonce && parts.isInFlight(latest))) return;
  if (latest > nonce && (await findReceipt(parts.l1, hashes, 0)) !== undefined) return;
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
      effectiveGasPrice: string;
      status: string;
    } | null;
    if (receipt === null) continue;
    const head = Number(await l1.call('eth_blockNumber', []).catch(() => 0));
    const number = Number(receipt.blockNumber);
    if (number + confirmations - 1 > head) continue;
    return {
      hash,
      l1: { hash: receipt.blockHash, number },
      effectiveGasPrice: Number(receipt.effectiveGasPrice),
      reverted: receipt.status !== '0x1',
    };
  }
  return undefined;
}
