/** What counts as healthy for a network, from its specs and from what is rolled out. */
import { parseDuration } from '../../api/duration.ts';
import type { OpProposerStatus } from '../../api/op-proposer.ts';
import type { OptimismNetworkStatus } from '../../api/optimism-network.ts';
import type { Proposal, Sample } from '../../chain/samples.ts';
import { challengerLag, DEFAULT_GATE_LIMITS } from '../../plan/gates/limits.ts';
import { proposedGameType } from '../../render/game-types.ts';
import type { ContractFacts } from '../../render/input.ts';
import { podName } from '../../render/names.ts';
import { bestSync } from '../../status/chain-health.ts';
import type { HealthLimits } from '../../status/health/limits.ts';
import { pollSeconds } from './challenger-poll.ts';
import { followLimits } from './following.ts';
import { l1BlockSeconds } from './l1-block-time.ts';
import type { LiveObjects } from './live.ts';
import { proposalIntervalSeconds } from './sender-targets.ts';
import type { Wish } from './wish.ts';

/** Above this a safe head counts as late whatever the channel duration: the default limit of the gate `batching`. */
const LEAST_SAFE_LAG_SECONDS = 30 * 60;

export interface HealthFacts {
  readonly contracts: ContractFacts | undefined;
  readonly live: Pick<LiveObjects, 'pods'>;
  readonly sample: Pick<Sample, 'nodes'>;
}

export function healthLimits(
  wish: Wish,
  status: OptimismNetworkStatus,
  { contracts, live, sample }: HealthFacts,
): HealthLimits {
  const { network, files, nodes, batchers, proposers, challengers, signerAddress } = wish;
  const installed = status.components ?? [];
  const isAtWork = ({ kind, metadata }: { kind: string; metadata: { name: string } }, stopped = false) =>
    !stopped && installed.some((component) => component.kind === kind && component.name === metadata.name);
  const senders = [...batchers, ...proposers, ...challengers].filter((item) => isAtWork(item, item.spec.stopped));
  const [batcher] = batchers;
  const proposer = proposers.find((item) => senders.includes(item));
  const l1BlockTimeSeconds = l1BlockSeconds(network, files?.rollup.l1_chain_id, bestSync(sample.nodes));
  const foreign = followLimits(wish);
  const channelSeconds =
    channelBlocks(batcher?.spec.maxChannelDuration, files?.rollup.seq_window_size) * l1BlockTimeSeconds;
  return {
    blockTimeSeconds: files?.rollup.block_time ?? 2,
    l1BlockTimeSeconds,
    seqWindowSize: files?.rollup.seq_window_size ?? 0,
    sequencing: nodes.some((node) => node.spec.role === 'Sequencer' && isAtWork(node)),
    batching: batcher !== undefined && isAtWork(batcher) && (batcher.spec.stopped ? 'stopped' : true),
    maxSafeLagSeconds: Math.max(LEAST_SAFE_LAG_SECONDS, channelSeconds),
    ...(foreign ? { foreign } : {}),
    maxReplicaLagBlocks: network?.spec.rollout.gates.nodeSync.maxLag ?? 10,
    ...(signerAddress ? { signerAddress } : {}),
    spending: {
      fundsMinHours: network?.spec.rollout.gates.funds.minHours ?? DEFAULT_GATE_LIMITS.fundsMinHours,
      batcherMaxChannelDuration: batcher?.spec.maxChannelDuration ?? DEFAULT_GATE_LIMITS.batcherMaxChannelDuration,
      l1BlockTimeSeconds,
      proposalIntervalSeconds: proposalIntervalSeconds(wish) ?? DEFAULT_GATE_LIMITS.proposalIntervalSeconds,
    },
    senders: senders.map(({ kind, metadata, spec }) => ({ kind, name: metadata.name, ...spec.balance })),
    ...(proposer
      ? {
          proposing: {
            intervalSeconds: parseDuration(proposer.spec.proposalInterval) / 1000,
            allowNonFinalized: proposer.spec.allowNonFinalized,
            ...(contracts ? { gameType: proposedGameType(proposer.spec, contracts) } : {}),
            podSince: createdAt(live, proposer.metadata.name),
            lastProposal: rememberedProposal(wish, proposer.metadata.name),
          },
        }
      : {}),
    challenging: challengers
      .filter((item) => senders.includes(item))
      .map(({ metadata: { name }, spec }) => ({
        name,
        maxL1Lag: challengerLag(pollSeconds(spec), l1BlockTimeSeconds),
        ...(spec.prestatesUrl === undefined ? {} : { prestateCheck: spec.prestateCheck }),
        startedAt: containerStart(live, name),
      })),
  };
}

/** L1 blocks within which a channel is sent; without a limit of its own (0) the sequencing window is the only one. */
function channelBlocks(maxChannelDuration: number | undefined, seqWindowSize = 0): number {
  return maxChannelDuration === 0 ? seqWindowSize : 1.5 * (maxChannelDuration ?? 0);
}

/** Since when a component's first pod is there. */
function createdAt({ pods }: Pick<LiveObjects, 'pods'>, component: string): number | undefined {
  const created = pods.find(({ metadata }) => metadata.name === podName(component, 0))?.metadata.creationTimestamp;
  return created === undefined ? undefined : Date.parse(String(created));
}

/** The last proposal that was seen, as the status of the OpProposer has it. */
function rememberedProposal({ resources }: Wish, name: string): Proposal | undefined {
  const found = resources.components.find(({ kind, metadata }) => kind === 'OpProposer' && metadata.name === name);
  const { l2Block, at } = ((found?.['status'] ?? {}) as OpProposerStatus).lastGame ?? {};
  return l2Block === undefined || at === undefined ? undefined : { l2Block, timestamp: Date.parse(at) / 1000 };
}

/** When the container of a challenger was started last. */
function containerStart({ pods }: Pick<LiveObjects, 'pods'>, challenger: string): number | undefined {
  const pod = pods.find(({ metadata }) => metadata.name === podName(challenger, 0));
  const status = pod?.['status'] as
    | { containerStatuses?: readonly { state?: { running?: { startedAt?: string } } }[] }
    | undefined;
  const times = (status?.containerStatuses ?? []).flatMap(({ state }) => state?.running?.startedAt ?? []);
  return times.length === 0 ? undefined : Math.max(...times.map((time) => Date.parse(time)));
}
