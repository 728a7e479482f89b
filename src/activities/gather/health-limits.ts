/** What counts as healthy for a network, from its specs and from what is rolled out. */
import { parseDuration } from '../../api/duration.ts';
import type { OptimismNetworkStatus } from '../../api/optimism-network.ts';
import { proposedGameType } from '../../render/game-types.ts';
import type { ContractFacts } from '../../render/input.ts';
import type { HealthLimits } from '../../status/health/limits.ts';
import { followLimits } from './following.ts';
import { l1BlockSeconds } from './l1-block-time.ts';
import type { Wish } from './wish.ts';

/** Above this a safe head counts as late whatever the channel duration: the default limit of the gate `batching`. */
const LEAST_SAFE_LAG_SECONDS = 30 * 60;

export function healthLimits(
  wish: Wish,
  status: OptimismNetworkStatus,
  contracts: ContractFacts | undefined,
): HealthLimits {
  const { network, files, nodes, batchers, proposers, challengers, signerAddress } = wish;
  const installed = status.components ?? [];
  const isAtWork = ({ kind, metadata }: { kind: string; metadata: { name: string } }, stopped = false) =>
    !stopped && installed.some((component) => component.kind === kind && component.name === metadata.name);
  const senders = [...batchers, ...proposers, ...challengers].filter((item) => isAtWork(item, item.spec.stopped));
  const [batcher] = batchers;
  const proposer = proposers.find((item) => senders.includes(item));
  const l1BlockTimeSeconds = l1BlockSeconds(network, files?.rollup.l1_chain_id);
  const foreign = followLimits(wish);
  const channelSeconds = 1.5 * (batcher?.spec.maxChannelDuration ?? 0) * l1BlockTimeSeconds;
  const pending = status.conditions?.find(({ type, reason }) => type === 'Proposing' && reason === 'ProposalPending');
  return {
    blockTimeSeconds: files?.rollup.block_time ?? 2,
    l1BlockTimeSeconds,
    seqWindowSize: files?.rollup.seq_window_size ?? 0,
    sequencing: nodes.some((node) => node.spec.role === 'Sequencer' && isAtWork(node)),
    batching: batcher !== undefined && senders.includes(batcher),
    maxSafeLagSeconds: Math.max(LEAST_SAFE_LAG_SECONDS, channelSeconds),
    ...(foreign ? { foreign } : {}),
    maxReplicaLagBlocks: network?.spec.rollout.gates.nodeSync.maxLag ?? 10,
    ...(signerAddress ? { signerAddress } : {}),
    senders: senders.map(({ kind, metadata, spec }) => ({ kind, name: metadata.name, ...spec.balance })),
    ...(proposer
      ? {
          proposing: {
            intervalSeconds: parseDuration(proposer.spec.proposalInterval) / 1000,
            ...(contracts ? { gameType: proposedGameType(proposer.spec, contracts) } : {}),
            ...(pending ? { pendingSince: Date.parse(pending.lastTransitionTime) } : {}),
          },
        }
      : {}),
    challenging: challengers.filter((item) => senders.includes(item)).map(({ metadata }) => metadata.name),
  };
}
