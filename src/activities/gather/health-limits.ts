/** What counts as healthy for a network, from its specs and from what is rolled out. */
import type { OptimismNetworkStatus } from '../../api/optimism-network.ts';
import type { HealthLimits } from '../../status/chain-health.ts';
import { followLimits } from './following.ts';
import type { Wish } from './wish.ts';

/** Above this a safe head counts as late whatever the channel duration: the default limit of the gate `batching`. */
const LEAST_SAFE_LAG_SECONDS = 30 * 60;
const L1_BLOCK_SECONDS = 12;

export function healthLimits(wish: Wish, installed: NonNullable<OptimismNetworkStatus['components']>): HealthLimits {
  const isInstalled = (kind: string, name: string) =>
    installed.some((component) => component.kind === kind && component.name === name);
  const [batcher] = wish.batchers;
  const foreign = followLimits(wish);
  const channelSeconds = 1.5 * (batcher?.spec.maxChannelDuration ?? 0) * L1_BLOCK_SECONDS;
  return {
    blockTimeSeconds: wish.files?.rollup.block_time ?? 2,
    sequencing: wish.nodes.some(
      ({ spec, metadata }) => spec.role === 'Sequencer' && isInstalled('OpNode', metadata.name),
    ),
    batching: batcher !== undefined && isInstalled('OpBatcher', batcher.metadata.name),
    maxSafeLagSeconds: Math.max(LEAST_SAFE_LAG_SECONDS, channelSeconds),
    ...(foreign ? { foreign } : {}),
    maxReplicaLagBlocks: wish.network?.spec.rollout.gates.nodeSync.maxLag ?? 10,
    balance: batcher?.spec.balance ?? {},
  };
}
