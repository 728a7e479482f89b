/** What counts as healthy for one network: from its specs, and from what is rolled out. */

import type { SpendingLimits } from '../../chain/facts/spending.ts';
import type { Proposal } from '../../chain/samples.ts';
import type { FollowLimits } from '../follows.ts';

/** A component that sends transactions to L1, with `spec.balance`, in ether. */
export interface SenderLimits {
  readonly kind: 'OpBatcher' | 'OpProposer' | 'OpChallenger';
  readonly name: string;
  readonly warnBelow?: string | undefined;
  readonly minimum?: string | undefined;
}

export interface ProposingLimits {
  /** Between two games; an L2OutputOracle has its own. */
  readonly intervalSeconds: number;
  readonly gameType?: number | undefined;
  readonly allowNonFinalized?: boolean;
  /** Since when the pod is there, milliseconds since the epoch; absent: it is not. */
  readonly podSince?: number | undefined;
  /** The last one that was ever seen, for when there are too many others on L1 to find it. */
  readonly lastProposal?: Proposal | undefined;
}

export interface ChallengerLimits {
  readonly name: string;
  /** L1 blocks that it may be behind the L1 head. */
  readonly maxL1Lag: number;
  /** What it means when the prestate of the respected game is not where it looks; absent: it looks nowhere. */
  readonly prestateCheck?: 'Required' | 'Warn' | undefined;
  /** When its container was started, milliseconds since the epoch; absent: not known. */
  readonly startedAt?: number | undefined;
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
  /** Whether a batcher of ours should be at work; `stopped`: somebody wants it to rest for a while. */
  readonly batching: boolean | 'stopped';
  /** Seconds by which the safe head may be behind the unsafe one. */
  readonly maxSafeLagSeconds: number;
  /** Blocks by which a replica may be behind the best head. */
  readonly maxReplicaLagBlocks: number;
  /** Address of the key that sequencers sign blocks with, in lower case; absent where we have none. */
  readonly signerAddress?: string | undefined;
  /** Senders of ours that should be at work. */
  readonly senders: readonly SenderLimits[];
  /** What the gate `funds` reckons with. */
  readonly spending: SpendingLimits;
  /** Absent: no proposer of ours should be at work. */
  readonly proposing?: ProposingLimits;
  /** The challengers that should be at work. */
  readonly challenging: readonly ChallengerLimits[];
}
