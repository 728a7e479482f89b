import type { NodeSample, Sample } from '../chain/samples.ts';

/** How a node follows a chain that somebody else sequences. */
export interface FollowLimits {
  /** Whether blocks come to it by gossip. Else it has what is on L1, however old that is. */
  readonly gossips: boolean;
  readonly blockTimeSeconds: number;
  /** Blocks by which a node with gossip may be behind the time. */
  readonly maxLagBlocks: number;
  /** L1 blocks by which derivation may be behind the L1 head. */
  readonly maxL1LagBlocks: number;
}

/** Blocks that are older are never gossiped: who has none younger did not get it from a peer. */
const LEAST_AGE_SECONDS = 60;

/**
 * Why a node does not keep up; undefined when it does, and while it does not say. No head of a sequencer is there to be
 * held against: what tells is the L1 head, and with gossip the age of its own.
 */
export function behindForeignChain(
  { sync, el }: NodeSample,
  { at, l1 }: Pick<Sample, 'at' | 'l1'>,
  limits: FollowLimits,
): string | undefined {
  const hasBegun = sync.ok ? sync.value.currentL1.number > 0 : sync.kind !== 'no-reading';
  if (!hasBegun && el.ok && el.value.syncing) {
    return `its execution client is syncing from its peers, at block ${el.value.head.number}`;
  }
  if (!sync.ok || !hasBegun) return undefined;
  const { currentL1, headL1, unsafeL2 } = sync.value;
  const target = l1?.ok ? l1.value.head.number : headL1.number;
  const ageSeconds = Math.round(at / 1000 - unsafeL2.timestamp);
  const maxAgeSeconds = Math.max(LEAST_AGE_SECONDS, (limits.maxLagBlocks + 2) * limits.blockTimeSeconds);
  const isOld = limits.gossips && ageSeconds > maxAgeSeconds;
  if (!isOld && target - currentL1.number <= limits.maxL1LagBlocks) return undefined;
  return `block ${unsafeL2.number}, ${ageSeconds} s old, has derived up to L1 block ${currentL1.number} of ${target}`;
}
