import type { L2Block } from '../../ledger/block.ts';
import type { L1Ref } from '../l1/l1-block.ts';
import type { Driver } from './driver.ts';

/** Prometheus text with the series of op-node that are worth watching; names as recorded. */
export function nodeMetrics(
  driver: Driver,
  version: string,
  { peers, active, heard }: { readonly peers: number; readonly active: boolean; readonly heard: L2Block | undefined },
): string {
  const { heads, counters } = driver;
  const l1: readonly (readonly [string, L1Ref | undefined])[] = [
    ['l1_derived', driver.currentL1],
    ['l1_finalized', driver.finalizedL1],
    ['l1_head', driver.headL1],
    ['l1_safe', driver.safeL1],
  ];
  const l2: readonly (readonly [string, L2Block | undefined])[] = [
    ['l2_unsafe', heads?.unsafe],
    ['l2_safe', heads?.safe],
    ['l2_finalized', heads?.finalized],
  ];
  const refs = [
    ...l1.map(([type, ref]) => `op_node_default_refs_number{layer="l1",type="${type}"} ${ref?.number ?? 0}`),
    ...l2.map(([type, ref]) => `op_node_default_refs_number{layer="l2",type="${type}"} ${ref?.number ?? 0}`),
    ...l2.map(
      ([type, ref]) => `op_node_default_refs_number{layer="l1_origin",type="${type}"} ${ref?.l1Origin.number ?? 0}`,
    ),
    ...l1.map(([type, ref]) => `op_node_default_refs_time{layer="l1",type="${type}"} ${ref?.timestamp ?? 0}`),
    ...l2.map(([type, ref]) => `op_node_default_refs_time{layer="l2",type="${type}"} ${ref?.timestamp ?? 0}`),
    // Only what peers have sent: a sequencer's own blocks are none (recorded).
    ...(heard
      ? [
          `op_node_default_refs_number{layer="l2",type="received_payload"} ${heard.number}`,
          `op_node_default_refs_time{layer="l2",type="received_payload"} ${heard.timestamp}`,
        ]
      : []),
  ];
  const lines = [
    `op_node_default_info{version="${version}"} 1`,
    'op_node_default_up 1',
    'op_node_default_derivation_errors_total 0',
    `op_node_default_derived_batches_total{type="singular"} ${counters.derivedBatches}`,
    `op_node_default_l1_reorg_depth_count ${counters.l1Reorgs}`,
    `op_node_default_p2p_peer_count ${peers}`,
    `op_node_default_pipeline_resets_total ${counters.pipelineResets}`,
    `op_node_default_publishing_errors_total ${counters.publishingErrors}`,
    ...refs,
    `op_node_default_sequencer_active ${active ? 1 : 0}`,
    `op_node_default_sequencer_resets_total ${counters.sequencerResets}`,
  ];
  if (counters.sequencedBlocks > 0) {
    const sequenced = (type: string, total: number) =>
      `op_node_default_transactions_sequenced_total{type="${type}"} ${total}`;
    lines.push(sequenced('deposits', counters.sequencedBlocks), sequenced('txns', counters.sequencedTransactions));
  }
  return `${lines.join('\n')}\n`;
}
