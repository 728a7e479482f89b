/** What a gate may know besides samples: the chain as configured, and limits from the spec. */
import { parseEther } from 'ethers';
import { parseDuration } from '../../api/duration.ts';
import type { OptimismNetworkStatus } from '../../api/optimism-network.ts';
import type { Discovery } from '../../chain/discovery/discovery.ts';
import type { Sample } from '../../chain/samples.ts';
import { sequencerState } from '../../chain/sequencer-state.ts';
import type { Step } from '../../contract/plan.ts';
import { DEFAULT_GATE_LIMITS, type GateContext, type GateLimits } from '../../plan/gates/index.ts';
import { challengerLag } from '../../plan/gates/limits.ts';
import { podName } from '../../render/names.ts';
import { bestSync } from '../../status/chain-health.ts';
import { pollSeconds } from './challenger-poll.ts';
import { gossips } from './following.ts';
import { l1BlockSeconds } from './l1-block-time.ts';
import { gateSender, proposalIntervalSeconds } from './sender-targets.ts';
import type { Wish } from './wish.ts';

/** What is taken for the channels of a batcher that is not ours: the default of OpBatcher. */
const USUAL_CHANNEL_DURATION = 150;
/** L1 blocks that the transaction of a closed channel may take. */
const INCLUSION_BLOCKS = 10;

export interface GateMoment {
  readonly startedAt: number;
  readonly now: number;
  readonly takesOver: boolean;
  readonly sample: Sample;
  /** What L1 says of the chain; absent: not asked, or no answer. */
  readonly discovery?: Discovery | undefined;
}

export function gateContext(
  wish: Wish,
  step: Step,
  { startedAt, now, takesOver, sample, discovery }: GateMoment,
): GateContext {
  const { component, ordinal } = step;
  const rollup = wish.files?.rollup;
  const { contracts } = (wish.resources.network['status'] ?? {}) as OptimismNetworkStatus;
  const isNode = component.kind === 'OpNode';
  const sender = gateSender(wish, component, discovery);
  const active = sample.nodes.find(({ sequencerActive }) => sequencerState(sequencerActive) === 'active');
  return {
    limits: gateLimits(wish, component, takesOver, sample),
    chain: {
      l1ChainId: rollup?.l1_chain_id ?? wish.network?.spec.l1.chainId ?? 0,
      l2ChainId: rollup?.l2_chain_id ?? wish.network?.spec.l2?.chainId ?? 0,
      genesisNumber: rollup?.genesis.l2.number ?? 0,
      genesisHash: rollup?.genesis.l2.hash ?? '',
      genesisTime: rollup?.genesis.l2_time ?? 0,
      ...(rollup ? { l1Genesis: rollup.genesis.l1, portal: rollup.deposit_contract_address } : {}),
      seqWindowSize: rollup?.seq_window_size ?? 0,
      maxSequencerDrift: rollup?.max_sequencer_drift ?? 0,
      forks: wish.files?.facts.forks ?? [],
      ...(contracts?.generation ? { generation: contracts.generation } : {}),
      ...(wish.batcherAddress ? { batcherAddress: wish.batcherAddress } : {}),
      ...(wish.signerAddress ? { signerAddress: wish.signerAddress } : {}),
    },
    subject: isNode
      ? { node: component.name, ...(ordinal === undefined ? {} : { pod: podName(component.name, ordinal) }) }
      : sender
        ? { sender }
        : {},
    ...(active ? { activeSequencer: active.node } : {}),
    takesOver,
    startedAt,
    now,
  };
}

/**
 * @param takesOver as in `GateContext`
 * @param sample what is seen of L1, for how fast its blocks are; absent: not seen yet
 */
export function gateLimits(
  wish: Wish,
  { kind, name }: Step['component'],
  takesOver: boolean,
  sample?: Sample,
): GateLimits {
  const { network, files, nodes, batchers, proposers, challengers } = wish;
  const base = DEFAULT_GATE_LIMITS;
  if (!network) return base;
  const { gates } = network.spec.rollout;
  const node = nodes.find(({ metadata }) => metadata.name === name);
  const sender = [...proposers, ...challengers].find((item) => item.kind === kind && item.metadata.name === name);
  const [batcher] = batchers;
  const l1BlockTimeSeconds = l1BlockSeconds(network, files?.rollup.l1_chain_id, sample && bestSync(sample.nodes));
  const window = files?.rollup.seq_window_size ?? 0;
  const silence = batchSilenceBlocks(batcher?.spec.maxChannelDuration ?? USUAL_CHANNEL_DURATION, window);
  const quietBlocks = gates.noForeignBatcher.quietBlocks;
  return {
    ...base,
    blockTimeSeconds: files?.rollup.block_time ?? base.blockTimeSeconds,
    l1BlockTimeSeconds,
    challengerMaxL1Lag: challengerLag(
      pollSeconds(challengers.find(({ metadata }) => metadata.name === name)?.spec),
      l1BlockTimeSeconds,
    ),
    l1MaxHeadAgeSeconds: parseDuration(gates.l1Reachable.maxHeadAge) / 1000,
    l1Confirmations: node?.spec.consensus.l1Confirmations ?? 0,
    derivationMaxL1Lag: gates.derivation.maxL1Lag,
    p2p: gossips(wish, node),
    minPeers: gates.nodeSync.minPeers,
    nodeMaxSafeLag: gates.nodeSync.maxLag,
    sequencingMinBlocks: gates.sequencing.minBlocks,
    foreignSequencerQuietBlocks: gates.noForeignSequencer.quietBlocks,
    batchSilenceSeconds: silence * l1BlockTimeSeconds,
    // Never so long that the sequencing window comes near meanwhile.
    foreignBatcherQuietBlocks: takesOver
      ? Math.max(quietBlocks, Math.min(silence, Math.floor(window / 4)))
      : quietBlocks,
    batcherMaxChannelDuration: batcher?.spec.maxChannelDuration ?? base.batcherMaxChannelDuration,
    fundsMinHours: gates.funds.minHours,
    minBalanceWei: parseEther((sender ?? batcher)?.spec.balance?.minimum ?? '0').toString(),
    proposalIntervalSeconds: proposalIntervalSeconds(wish) ?? base.proposalIntervalSeconds,
  };
}

/** L1 blocks in which a batcher with these settings, if there is one, has sent something. */
function batchSilenceBlocks(maxChannelDuration: number, window: number): number {
  return (maxChannelDuration === 0 ? window : Math.ceil(1.5 * maxChannelDuration)) + INCLUSION_BLOCKS;
}
