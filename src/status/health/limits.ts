/** What counts as healthy for one network: from its specs, and from what is rolled out. */

import type { FollowLimits } from '../follows.ts';

/** A component that sends transactions to L1, with `spec.balance`, in ether. */
export interface SenderLimits {
  readonly kind: 'OpBatcher' | 'OpProposer' | 'OpChallenger';
  readonly name: string;
  readonly warnBelow?: string | undefined;
  readonly minimum?: string | undefined;
}

export interface HealthLimits {
  readonly blockTimeSeconds: number;
  readonly l1BlockTimeSeconds: number;
  /** L1 blocks within which a batch must arrive; 0: not known. */
  readonly seqWindowSize: number;
  /** Whether the network has a sequencer of ours; without one only what nodes follow is judged. */
  readonly sequencing: boolean;
  /** Where nobody of ours sequences: how each OpNode follows. */
  readonly foreign?: Readonly<Record<string, FollowLimits>>;
  /** Whether a batcher of ours should be at work. */
  readonly batching: boolean;
  /** Seconds by which the safe head may be behind the unsafe one. */
  readonly maxSafeLagSeconds: number;
  /** Blocks by which a replica may be behind the best head. */
  readonly maxReplicaLagBlocks: number;
  /** Address of the key that sequencers sign blocks with, in lower case; absent where we have none. */
  readonly signerAddress?: string | undefined;
  /** Senders of ours that should be at work. */
  readonly senders: readonly SenderLimits[];
  /** Absent: no proposer of ours should be at work. */
  readonly proposing?: {
    readonly intervalSeconds: number;
    readonly gameType?: number | undefined;
    /** Since when the first proposal is waited for, milliseconds since the epoch; absent: it was not waited for yet. */
    readonly pendingSince?: number | undefined;
  };
  /** Names of the challengers that should be at work. */
  readonly challenging: readonly string[];
}
