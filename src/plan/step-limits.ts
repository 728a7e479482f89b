/** How long steps may take, from the spec. Seconds. */
import { parseDuration } from '../api/duration.ts';
import type { OptimismNetworkSpec } from '../api/optimism-network.ts';
import type { StepLimits } from './desired.ts';

export interface LimitFacts {
  readonly blockTimeSeconds: number;
  /** L1 blocks after which the batcher closes a channel; 0: as soon as it can. */
  readonly maxChannelDuration: number;
  readonly l1BlockTimeSeconds: number;
}

/** What somebody else has to switch off can take a person; it is not given up sooner than this. */
const FOREIGN_SECONDS = 24 * 3600;

export function stepLimits({ gates }: OptimismNetworkSpec['rollout'], facts: LimitFacts): StepLimits {
  const seconds = (duration: string) => Math.ceil(parseDuration(duration) / 1000);
  const channel = Math.ceil(1.5 * facts.maxChannelDuration * facts.l1BlockTimeSeconds);
  return {
    l1ReachableSeconds: seconds(gates.l1Reachable.timeout),
    podsSeconds: seconds(gates.engineReady.timeout),
    engineReadySeconds: seconds(gates.engineReady.timeout),
    derivationSeconds: seconds(gates.derivation.timeout),
    nodeSyncSeconds: seconds(gates.nodeSync.timeout),
    sequencingSeconds: seconds(gates.sequencing.timeout),
    foreignSequencerSeconds: FOREIGN_SECONDS,
    foreignBatcherSeconds: FOREIGN_SECONDS,
    batchingSeconds: Math.max(seconds(gates.batching.safeHeadTimeout), channel),
    proposingSeconds: seconds(gates.proposing.timeout),
    challengingSeconds: seconds(gates.challenging.timeout),
    onChainSeconds: seconds(gates.onChain.timeout),
    blockTimeSeconds: facts.blockTimeSeconds,
  };
}
