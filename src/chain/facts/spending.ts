/** What senders spend, as far as samples show it. */
import type { ProposerSample, Reading, Sample } from '../samples.ts';
import { ether } from './words.ts';

export interface SpendingLimits {
  /** Hours that a balance is to last for. */
  readonly fundsMinHours: number;
  /** L1 blocks. */
  readonly batcherMaxChannelDuration: number;
  readonly l1BlockTimeSeconds: number;
  readonly proposalIntervalSeconds: number;
}

/** What is needed for the wanted hours. */
export interface Spending {
  readonly wei: bigint;
  readonly rate: string;
}

/**
 * Price of a transaction as seen in the samples, times the transactions that the longest channel makes necessary.
 * Undefined where no transaction was seen.
 */
export function batchSpending(samples: readonly Sample[], limits: SpendingLimits): Spending | undefined {
  const price = batchPrice(samples);
  if (price === undefined) return undefined;
  const secondsPerTransaction = Math.max(1, limits.batcherMaxChannelDuration) * limits.l1BlockTimeSeconds;
  const transactions = Math.ceil((limits.fundsMinHours * 3600) / secondsPerTransaction);
  return { wei: (price.wei * BigInt(transactions)) / price.transactions, rate: 'at the current price' };
}

/** Undefined where nothing was sent, or the account was topped up meanwhile, and nothing is remembered of before. */
export function batchPrice(samples: readonly Sample[]): { wei: bigint; transactions: bigint } | undefined {
  const seen = samples.flatMap(({ batcher }) => (batcher?.ok ? [batcher.value] : []));
  const first = seen[0];
  const last = seen.at(-1);
  if (!first || !last) return undefined;
  const wei = BigInt(first.balanceWei) - BigInt(last.balanceWei);
  const transactions = BigInt(last.nonceLatest - first.nonceLatest);
  if (transactions > 0n && wei > 0n) return { wei, transactions };
  return last.weiPerTransaction === undefined ? undefined : { wei: BigInt(last.weiPerTransaction), transactions: 1n };
}

/** Bonds come back when games are decided, which takes days. */
export function bondSpending(
  proposer: Reading<ProposerSample> | undefined,
  limits: SpendingLimits,
): Spending | undefined {
  if (!proposer?.ok || proposer.value.bondWei === '0') return undefined;
  const proposals = Math.ceil((limits.fundsMinHours * 3600) / limits.proposalIntervalSeconds);
  const bond = BigInt(proposer.value.bondWei);
  return { wei: bond * BigInt(proposals), rate: `of bonds of ${ether(bond)}` };
}

/** A proposal needs its bond, and gas beside it. */
export function bondIsCovered({ balanceWei, bondWei }: Pick<ProposerSample, 'balanceWei' | 'bondWei'>): boolean {
  return bondWei === '0' || BigInt(balanceWei) > BigInt(bondWei);
}
