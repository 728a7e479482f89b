/** Limits of the gates. Names say the unit; seconds and blocks are whole numbers. */
export interface GateLimits {
  readonly blockTimeSeconds: number;
  /** Usual time between two L1 blocks: 12 on Ethereum. */
  readonly l1BlockTimeSeconds: number;
  readonly l1MaxHeadAgeSeconds: number;
  /** L1 blocks that op-node stays behind the L1 head on purpose. */
  readonly l1Confirmations: number;
  /** L1 blocks that derivation may be behind the L1 head minus confirmations. */
  readonly derivationMaxL1Lag: number;
  /** Whether the node that is asked about takes part in gossip. */
  readonly p2p: boolean;
  readonly minPeers: number;
  /** L2 blocks that the safe head of a node without gossip may be behind the sequencer's. */
  readonly nodeMaxSafeLag: number;
  /** New blocks, and block times, over which sequencing must be seen. */
  readonly sequencingMinBlocks: number;
  /** L2 block times in which no block of somebody else may arrive. */
  readonly foreignSequencerQuietBlocks: number;
  /**
   * Seconds without a batch after which somebody whose blocks are not heard as they are made counts as off. Asked only
   * where the chain is taken over from somebody else.
   */
  readonly batchSilenceSeconds: number;
  /** L1 blocks in which no transaction of the batcher's address may be mined. */
  readonly foreignBatcherQuietBlocks: number;
  /** L1 blocks after which the batcher closes a channel at the latest. */
  readonly batcherMaxChannelDuration: number;
  /** Balance of the sender that is asked about. */
  readonly minBalanceWei: string;
  /** Hours for which a sender's balance must last at the current rate. */
  readonly fundsMinHours: number;
  /** Time between two proposals. */
  readonly proposalIntervalSeconds: number;
  /** L1 blocks that a challenger may be behind the L1 head. */
  readonly challengerMaxL1Lag: number;
}

/** A challenger looks at L1 as often as it polls: on a fast L1 many blocks are made in between. */
export function challengerLag(pollSeconds: number, l1BlockTimeSeconds: number): number {
  return Math.max(10, Math.ceil((3 * pollSeconds) / l1BlockTimeSeconds));
}

export const DEFAULT_GATE_LIMITS: GateLimits = {
  blockTimeSeconds: 2,
  l1BlockTimeSeconds: 12,
  l1MaxHeadAgeSeconds: 60,
  l1Confirmations: 0,
  derivationMaxL1Lag: 10,
  p2p: true,
  minPeers: 1,
  nodeMaxSafeLag: 10,
  sequencingMinBlocks: 3,
  foreignSequencerQuietBlocks: 10,
  batchSilenceSeconds: 2820,
  foreignBatcherQuietBlocks: 10,
  batcherMaxChannelDuration: 1,
  minBalanceWei: '0',
  fundsMinHours: 24,
  proposalIntervalSeconds: 3600,
  challengerMaxL1Lag: 10,
};
