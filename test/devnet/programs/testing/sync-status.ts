import { eventually } from './eventually.ts';
import { rpc } from './rpc.ts';

export interface L2Ref {
  readonly hash: string;
  readonly number: number;
  readonly timestamp: number;
  readonly l1origin: { readonly number: number };
}

export interface SyncStatus {
  readonly current_l1: { readonly number: number };
  readonly head_l1: { readonly number: number };
  readonly finalized_l1: { readonly number: number };
  readonly unsafe_l2: L2Ref;
  readonly safe_l2: L2Ref;
  readonly finalized_l2: L2Ref;
}

export const statusOf = (rpcUrl: string): Promise<SyncStatus> => rpc<SyncStatus>(rpcUrl, 'optimism_syncStatus');

/** Waits until the node's status is as wanted. */
export function statusWith(what: string, rpcUrl: string, wanted: (status: SyncStatus) => boolean): Promise<SyncStatus> {
  return eventually(what, async () => {
    const status = await statusOf(rpcUrl);
    if (wanted(status)) return status;
    const { unsafe_l2, safe_l2, finalized_l2, current_l1, head_l1 } = status;
    const heads = Object.entries({ unsafe_l2, safe_l2, finalized_l2, current_l1, head_l1 });
    throw new Error(`it is ${heads.map(([name, { number }]) => `${name} ${number}`).join(', ')}`);
  });
}

/** Waits until the unsafe head is at or above a number. */
export const unsafeAt = (rpcUrl: string, number: number): Promise<SyncStatus> =>
  statusWith(`unsafe head ${number}`, rpcUrl, ({ unsafe_l2 }) => unsafe_l2.number >= number);

/** Waits until the safe head is at or above a number. */
export const safeAt = (rpcUrl: string, number: number): Promise<SyncStatus> =>
  statusWith(`safe head ${number}`, rpcUrl, ({ safe_l2 }) => safe_l2.number >= number);

/** Waits until the finalized head is at or above a number. */
export const finalizedAt = (rpcUrl: string, number: number): Promise<SyncStatus> =>
  statusWith(`finalized head ${number}`, rpcUrl, ({ finalized_l2 }) => finalized_l2.number >= number);
