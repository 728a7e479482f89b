/** What a gate is: a pure judgement over samples. Everything that a gate may know is in its two arguments. */
import type { Sample } from '../../chain/samples.ts';
import type { FailureType } from '../../contract/failures.ts';
import type { GateLimits } from './limits.ts';

/**
 * `pass`: the plan goes on. `wait`: not yet, the message says what is missing, and what a person may say instead. `fail`:
 * waiting cannot mend it, a person has to. Messages are what people read in status.
 */
export type Verdict =
  | { readonly outcome: 'pass'; readonly message: string }
  | Wait
  | { readonly outcome: 'fail'; readonly reason: FailureType; readonly message: string; readonly fix: string };

export interface Wait {
  readonly outcome: 'wait';
  readonly message: string;
  /** Nobody's word says anything about it. */
  readonly firm?: true;
  /** What is missing are blocks: a start would give up those above this one, so only the word that they are passes it. */
  readonly givesUpAbove?: number;
  /** What is waited for as well, and is not passed by the word that passes this. */
  readonly next?: Verdict;
}

/** The chain as the configuration describes it. Hashes and addresses in lower case. */
export interface GateChain {
  readonly l1ChainId: number;
  readonly l2ChainId: number;
  /** L2 block that the chain begins with: 0, but for chains that were others before. */
  readonly genesisNumber: number;
  readonly genesisHash: string;
  /** Timestamp of that block, seconds since the epoch. */
  readonly genesisTime: number;
  /** L1 block that the chain starts from. */
  readonly l1Genesis?: { readonly number: number; readonly hash: string };
  /** L1 blocks. */
  readonly seqWindowSize: number;
  /** Seconds. */
  readonly maxSequencerDrift: number;
  /** Forks that the configuration schedules, also those that are active; times in seconds since the epoch. */
  readonly forks: readonly { readonly name: string; readonly time: number }[];
  readonly portal?: string;
  /** Generation of the contracts on L1 as discovery names it, or `unknown`; absent: never read. */
  readonly generation?: string;
  /** Address of the key that the batcher is configured with. */
  readonly batcherAddress?: string;
  /** Address of the key that sequencers sign blocks with. */
  readonly signerAddress?: string;
}

export interface GateSender {
  readonly kind: 'OpBatcher' | 'OpProposer' | 'OpChallenger';
  readonly name: string;
  /** Of a proposer: what L1 says about the games that it is to make. */
  readonly games?: {
    /** Who may make them; absent where anybody may. */
    readonly proposer?: string;
    readonly type?: number;
  };
  /** Of a challenger: whether a prestate has to be there. */
  readonly prestateRequired?: boolean;
}

export interface GateContext {
  readonly limits: GateLimits;
  readonly chain: GateChain;
  /** What the gate is asked about: an OpNode and perhaps one pod of it, or a sender; none of them for the network. */
  readonly subject: { readonly node?: string; readonly pod?: string; readonly sender?: GateSender };
  /** OpNode that sequences. Absent: none of ours does. */
  readonly activeSequencer?: string;
  /**
   * Whether it goes on with what somebody else has begun (takes-over.ts), or may have by now (batcher-absence.ts): the last
   * words of that one have to be known.
   */
  readonly takesOver: boolean;
  /** When the gate began, milliseconds since the epoch. */
  readonly startedAt: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Samples come oldest first, collected over several attempts since the gate began. */
export type Gate = (samples: readonly Sample[], context: GateContext) => Verdict;

export function pass(message: string): Verdict {
  return { outcome: 'pass', message };
}

export function wait(message: string): Wait {
  return { outcome: 'wait', message };
}

/** Until the candidate has blocks that are known to be there. @param above number of the last one that it has */
export function waitForBlocks(message: string, above: number): Wait {
  return { outcome: 'wait', message, givesUpAbove: above };
}

export function waitFirmly(message: string): Wait {
  return { outcome: 'wait', message, firm: true };
}

export function fail(reason: FailureType, message: string, fix: string): Verdict {
  return { outcome: 'fail', reason, message, fix };
}

/** The first verdict that does not pass; else the last one. For gates that are made of several conditions. */
export function allOf(verdicts: readonly [Verdict, ...Verdict[]]): Verdict {
  const failed = verdicts.find(({ outcome }) => outcome === 'fail');
  const waiting = verdicts.find(({ outcome }) => outcome === 'wait');
  return failed ?? waiting ?? (verdicts.at(-1) as Verdict);
}
