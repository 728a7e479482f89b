import type { RpcClient } from '../rpc/client.ts';
import type { Settings } from '../settings/settings.ts';

/** Fees of a transaction in wei per gas. */
export interface Fees {
  readonly tip: bigint;
  readonly cap: bigint;
}

export interface SuggestedFees extends Fees {
  /** Of the newest block. */
  readonly base: bigint;
}

const gwei = (amount: number) => BigInt(Math.round(amount * 1e9));

/** Twice the current base fee plus the tip, not below the configured minima. */
export async function suggestFees(l1: RpcClient, settings: Settings): Promise<SuggestedFees> {
  const block = (await l1.call('eth_getBlockByNumber', ['latest', false])) as { baseFeePerGas?: string };
  const base = BigInt(block.baseFeePerGas ?? 0);
  const minimum = gwei(settings.number('txmgr.min-basefee'));
  const tip = gwei(settings.number('txmgr.min-tip-cap'));
  return { base, tip, cap: 2n * (base > minimum ? base : minimum) + tip };
}

/** What a node wants at least for the replacement of a pending transaction. */
export const bumped = (fees: Fees): Fees => ({
  tip: (fees.tip * 110n) / 100n + 1n,
  cap: (fees.cap * 110n) / 100n + 1n,
});
