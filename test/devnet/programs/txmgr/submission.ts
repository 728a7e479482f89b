import { Transaction, type TransactionLike } from 'ethers';
import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import type { RpcClient } from '../rpc/client.ts';
import type { Settings } from '../settings/settings.ts';
import { bumped } from './fees.ts';
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
  /** Aborted when the manager is closed: noticed when the transaction is next looked after (recorded: 0 to 12 s later). */
  readonly closing: AbortSignal;
  /** Aborted when nobody wants this transaction any more: noticed at once. */
  readonly cancelled: AbortSignal;
  /** The nonce to send with. @param latest what L1 expects */
  takeNonce(latest: () => Promise<number>): Promise<number>;
  /** True while a transaction with the nonce is in flight, so that those after it have to wait. */
  isInFlight(nonce: number): boolean;
  onUnfunded(unfunded: boolean): void;
  onPublishError(): void;
  /** Called with each signed version just before it is published. */
  onSigned(hash: string, nonce: number): void;
}

const CANCELLED = 'context canceled';
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Sends one transaction and waits for its confirmations; raises the fees when it is not mined. */
export async function submit(parts: SubmissionParts, request: TxRequest): Promise<ConfirmedTransaction> {
  const { process, l1, settings, closing } = parts;
  const unwanted = AbortSignal.any([parts.cancelled, process.ended]);
  const prepared = await prepareGas({ ...parts, sender: parts.signer.address, unwanted }, request);
  if (prepared === undefined) throw new Error(`failed to create the tx: ${CANCELLED}`);
  const { gasLimit } = prepared;
  let { fees } = prepared;
  const nonce = await parts.takeNonce(() => nonceOf(parts));
  const { to, data, value = 0n } = request;
  const hashes: string[] = [];
  const receiptInterval = settings.duration('txmgr.receipt-query-interval');
  let raw: string | undefined;
  let gaps = 0;
  for (let resubmitAt = 0, rebroadcastAt = 0; ; ) {
    if (unwanted.aborted) throw new Error(CANCELLED);
    if (closing.aborted) throw closed(parts, nonce, hashes);
    if (Date.now() >= resubmitAt) {
      const fee = { maxFeePerGas: fees.cap, maxPriorityFeePerGas: fees.tip };
      raw = await sign(parts, { type: 2, chainId: parts.chainId, to, data, nonce, gasLimit, ...fee, value }, hashes);
      const outcome = raw === undefined ? 'unsigned' : await publishNew(parts, raw, hashes);
      if (outcome !== 'unsigned') fees = bumped(fees);
      if (outcome === 'underpriced') continue;
      resubmitAt =
        Date.now() + (outcome === 'unsigned' ? retryMs(settings) : settings.duration('resubmission-timeout'));
      rebroadcastAt = Date.now() + settings.duration('txmgr.rebroadcast-interval');
    } else if (Date.now() >= rebroadcastAt && raw !== undefined) {
      // An L1 reorg can have dropped it: it is sent again as it is.
      await publish(parts, raw);
      rebroadcastAt = Date.now() + settings.duration('txmgr.rebroadcast-interval');
    }
    const confirmed = await findReceipt(l1, hashes, settings.number('num-confirmations'));
    if (confirmed !== undefined) return confirmed;
    const nothingToFind = hashes.length === 0;
    await process.sleep(nothingToFind ? Math.min(retryMs(settings), receiptInterval) : receiptInterval, unwanted);
    if (unwanted.aborted) continue;
    await expectOwnNonce(parts, nonce, hashes);
    gaps = (await isBehindGap(parts, nonce)) ? gaps + 1 : 0;
    if (gaps > 1) throw givenUp(parts, nonce, hashes, 'nonce too high');
  }
}

const retryMs = (settings: Settings) => settings.duration('txmgr.retry-interval') || 1_000;

const nonceOf = async ({ l1, signer }: SubmissionParts, tag: 'latest' | 'pending' = 'latest') =>
  Number(await l1.call('eth_getTransactionCount', [signer.address, tag]));

/** A key of one's own always signs; a remote signer may be away or refuse. */
async function sign(
  { signer, log, service }: SubmissionParts,
  version: TransactionLike,
  hashes: readonly string[],
): Promise<string | undefined> {
  try {
    return await signer.signTransaction(version);
  } catch (error) {
    const message =
      hashes.length === 0 ? 'Failed to create a transaction, will retry' : 'failed to sign new transaction';
    log.warn(message, { service, err: messageOf(error) });
    return undefined;
  }
}

type Outcome = 'sent' | 'underpriced' | 'refused';

/** Publishes one version for the first time; the hash of one that was sent is put before the others. */
async function publishNew(parts: SubmissionParts, raw: string, hashes: string[]): Promise<Outcome> {
  const { hash, nonce } = Transaction.from(raw);
  parts.onSigned(hash ?? '', nonce);
  const outcome = await publish(parts, raw);
  if (outcome === 'sent') hashes.unshift(hash ?? '');
  if (outcome === 'refused') await expectOwnNonce(parts, nonce, [hash ?? '', ...hashes]);
  return outcome;
}

async function publish(parts: SubmissionParts, raw: string): Promise<Outcome> {
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
  throw givenUp(parts, nonce, hashes, 'nonce too low');
}

/** Whether a transaction before this one is neither mined nor on its way any more: an L1 reorg took it. */
async function isBehindGap(parts: SubmissionParts, nonce: number): Promise<boolean> {
  const pending = await nonceOf(parts, 'pending').catch(() => nonce);
  return pending < nonce && !parts.isInFlight(pending);
}

function givenUp(parts: SubmissionParts, nonce: number, hashes: readonly string[], err: string): Error {
  parts.log.warn('Aborting transaction submission', { service: parts.service, tx: hashes[0] ?? '', nonce, err });
  return new Error(`aborted tx send due to critical error: ${err}`);
}

function closed({ log, service }: SubmissionParts, nonce: number, hashes: readonly string[]): Error {
  log.warn('TxManager closed, aborting transaction submission', { service, tx: hashes[0] ?? '', nonce });
  return new Error('transaction manager is closed');
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
