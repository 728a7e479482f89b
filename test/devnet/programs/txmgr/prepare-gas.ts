import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import type { RpcClient } from '../rpc/client.ts';
import { RpcError } from '../rpc/errors.ts';
import type { Settings } from '../settings/settings.ts';
import { type Fees, suggestFees } from './fees.ts';

export interface TxRequest {
  readonly to: string;
  readonly data: string;
  /** Wei that go along. */
  readonly value?: bigint;
  /** Absent: L1 is asked for it. */
  readonly gasLimit?: number;
}

export interface PreparationParts {
  readonly service: string;
  readonly process: Process;
  readonly l1: RpcClient;
  readonly sender: string;
  readonly settings: Settings;
  readonly log: Log;
  readonly retryDelayMs: number;
  /** Aborted when the transaction is not wanted any more. */
  readonly unwanted: AbortSignal;
  onUnfunded(unfunded: boolean): void;
}

/** How often it is tried to make a transaction (recorded for 1.16.11 and 1.18.2). */
const ATTEMPTS = 30;

/** Fees of a transaction, and its gas limit. */
export interface Prepared {
  readonly fees: Fees;
  readonly gasLimit: number;
}

/**
 * Gas limit of a transaction that L1 would take. Whatever L1 says against it (no money, a revert) is retried a while;
 * rejects with the last reason. Returns early, with nothing said, when the transaction is not wanted any more.
 */
export async function prepareGas(parts: PreparationParts, request: TxRequest): Promise<Prepared | undefined> {
  let reason = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 0) await parts.process.sleep(parts.retryDelayMs, parts.unwanted);
    if (parts.unwanted.aborted) return undefined;
    try {
      const fees = await saidFees(parts);
      const gasLimit = await checkedGas(parts, request, fees);
      parts.onUnfunded(false);
      return { fees, gasLimit };
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
      parts.onUnfunded(/insufficient funds/i.test(reason));
      parts.log.warn('Failed to create a transaction, will retry', { service: parts.service, err: reason });
    }
  }
  throw new Error(`failed to create the tx: operation failed permanently after ${ATTEMPTS} attempts: ${reason}`);
}

async function saidFees({ l1, settings, log, service }: PreparationParts): Promise<Fees> {
  const fees = await suggestFees(l1, settings);
  log.info('Estimated gas fees & tip caps', {
    service,
    gasTipCap: String(fees.tip),
    baseFee: String(fees.base),
    dynamicBlobTipCap: settings.bool('txmgr.blob-tip-cap-dynamic'),
  });
  return fees;
}

const hex = (value: number | bigint) => `0x${value.toString(16)}`;

async function checkedGas(
  { l1, sender }: PreparationParts,
  { to, data, value = 0n, gasLimit }: TxRequest,
  fees: Fees,
): Promise<number> {
  const call = {
    from: sender,
    to,
    data,
    maxFeePerGas: hex(fees.cap),
    maxPriorityFeePerGas: hex(fees.tip),
    ...(value === 0n ? {} : { value: hex(value) }),
  };
  if (gasLimit === undefined) return Number(await explained('estimate gas', l1.call('eth_estimateGas', [call])));
  await explained('call', l1.call('eth_call', [{ ...call, gas: hex(gasLimit) }, 'latest']));
  return gasLimit;
}

/** Adds to a failure what was tried and, to the node's own words, the data of a revert. */
async function explained(what: string, answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const reason = error instanceof RpcError ? `, reason: ${error.data ?? '<nil>'}` : '';
    throw new Error(`failed to ${what}: ${message}${reason}`);
  }
}
