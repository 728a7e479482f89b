/** What a gate may know besides samples: the chain as configured, and limits from the spec. */
import { parseEther } from 'ethers';
import { parseDuration } from '../../api/duration.ts';
import type { Discovery } from '../../chain/discovery/discovery.ts';
import type { Sample } from '../../chain/samples.ts';
import { sequencerState } from '../../chain/sequencer-state.ts';
import type { Step } from '../../contract/plan.ts';
import type { GateContext, GateLimits } from '../../plan/gates/index.ts';
import { podName } from '../../render/names.ts';
import { gossips } from './following.ts';
import { l1BlockSeconds } from './l1-block-time.ts';
import { gateSender, proposalIntervalSeconds } from './sender-targets.ts';
import type { Wish } from './wish.ts';

export interface GateMoment {
  readonly startedAt: number;
  readonly now: number;
  readonly base: GateLimits;
  readonly sample: Sample;
  /** What L1 says of the chain; absent: not asked, or no answer. */
  readonly discovery?: Discovery | undefined;
}

export function gateContext(
  wish: Wish,
  step: Step,
  { startedAt, now, base, sample, discovery }: GateMoment,
): GateContext {
  const { component, ordinal } = step;
  const rollup = wish.files?.rollup;
  const isNode = component.kind === 'OpNode';
  const sender = gateSender(wish, component, discovery);
  const active = sample.nodes.find(({ sequencerActive }) => sequencerState(sequencerActive) === 'active');
  return {
    limits: limitsOf(wish, component, base),
    chain: {
      l1ChainId: rollup?.l1_chain_id ?? wish.network?.spec.l1.chainId ?? 0,
      l2ChainId: rollup?.l2_chain_id ?? wish.network?.spec.l2?.chainId ?? 0,
      genesisNumber: rollup?.genesis.l2.number ?? 0,
      genesisHash: rollup?.genesis.l2.hash ?? '',
      genesisTime: rollup?.genesis.l2_time ?? 0,
      ...(rollup ? { l1Genesis: rollup.genesis.l1, portal: rollup.deposit_contract_address } : {}),
      seqWindowSize: rollup?.seq_window_size ?? 0,
      maxSequencerDrift: rollup?.max_sequencer_drift ?? 0,
      ...(wish.batcherAddress ? { batcherAddress: wish.batcherAddress } : {}),
      ...(wish.signerAddress ? { signerAddress: wish.signerAddress } : {}),
    },
    subject: isNode
      ? { node: component.name, ...(ordinal === undefined ? {} : { pod: podName(component.name, ordinal) }) }
      : sender
        ? { sender }
        : {},
    ...(active ? { activeSequencer: active.node } : {}),
    startedAt,
    now,
  };
}

function limitsOf(wish: Wish, { kind, name }: Step['component'], base: GateLimits): GateLimits {
  const { network, files, nodes, batchers, proposers, challengers } = wish;
  if (!network) return base;
  const { gates } = network.spec.rollout;
  const node = nodes.find(({ metadata }) => metadata.name === name);
  const sender = [...proposers, ...challengers].find((item) => item.kind === kind && item.metadata.name === name);
  const [batcher] = batchers;
  return {
    ...base,
    blockTimeSeconds: files?.rollup.block_time ?? base.blockTimeSeconds,
    l1BlockTimeSeconds: l1BlockSeconds(network, files?.rollup.l1_chain_id),
    l1MaxHeadAgeSeconds: parseDuration(gates.l1Reachable.maxHeadAge) / 1000,
    l1Confirmations: node?.spec.consensus.l1Confirmations ?? 0,
    derivationMaxL1Lag: gates.derivation.maxL1Lag,
    p2p: gossips(wish, node),
    minPeers: gates.nodeSync.minPeers,
    nodeMaxSafeLag: gates.nodeSync.maxLag,
    sequencingMinBlocks: gates.sequencing.minBlocks,
    foreignSequencerQuietBlocks: gates.noForeignSequencer.quietBlocks,
    foreignBatcherQuietBlocks: gates.noForeignBatcher.quietBlocks,
    batcherMaxChannelDuration: batcher?.spec.maxChannelDuration ?? base.batcherMaxChannelDuration,
    fundsMinHours: gates.funds.minHours,
    minBalanceWei: parseEther((sender ?? batcher)?.spec.balance?.minimum ?? '0').toString(),
    proposalIntervalSeconds: proposalIntervalSeconds(wish) ?? base.proposalIntervalSeconds,
  };
}
