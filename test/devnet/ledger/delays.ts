/** How long the real programs took, in milliseconds (op-stack-observed.md, pods-observed.md). Tests shorten them. */
export interface Delays {
  /** `syncStatus` answers all-zero references for this long after the RPC is up. */
  readonly zeroReferences: number;
  /** `current_l1` is zero and `safe_l2` is reported as the finalized head for this long after a (re)start or reset. */
  readonly pipelineReset: number;
  /** Beacon version check against an L1 that answers 404: five tries. */
  readonly beaconRetries: number;
  /** Pauses between the ten dial attempts of op-node add up to this. */
  readonly nodeDial: number;
  /** Dial attempts of op-batcher, op-proposer and op-challenger go on for this long, one every thirtieth of it. */
  readonly batcherDial: number;
  /** Search for an active sequencer when a batcher with several endpoints starts. */
  readonly activeSequencerSearch: number;
  /** A batcher without money goes on trying for this long after SIGTERM. */
  readonly unfundedStop: number;
  /** A transaction that could not be made is tried again after this long. */
  readonly transactionRetry: number;
  /** `--wait-node-sync` looks again after this long. */
  readonly waitNodeSync: number;
  /** A static peer that could not be dialled, or went away, is tried again after this long. */
  readonly peerRedial: number;
  /** A peer that was closed and came back is kept out of the gossip mesh for this long. */
  readonly gossipRegraft: number;
  /** Request/response sync closes a gap in the unsafe chain after this long. */
  readonly requestResponseSync: number;
  /** An execution client with peers closes a gap after this long. */
  readonly executionPeerSync: number;
  /** op-node waits this long for an answer of L1. Never scaled: L1 is not. */
  readonly l1Request: number;
  /** Pause of a sequencer after a failed engine call. */
  readonly engineBackoff: number;
  /** The HTTP write time-out of op-batcher: `admin_stopBatcher` answers -32002 after it. Never scaled: L1 is not. */
  readonly rpcWriteTimeout: number;
}

const recordedDelays: Delays = {
  zeroReferences: 500,
  pipelineReset: 3_000,
  beaconRetries: 15_000,
  nodeDial: 66_000,
  batcherDial: 63_000,
  activeSequencerSearch: 7_000,
  unfundedStop: 18_000,
  transactionRetry: 2_000,
  waitNodeSync: 12_000,
  peerRedial: 60_000,
  gossipRegraft: 10_000,
  requestResponseSync: 4_000,
  executionPeerSync: 8_000,
  l1Request: 10_000,
  engineBackoff: 1_000,
  rpcWriteTimeout: 30_000,
};

/** The recorded delays times `scale`, except those that are given. */
export function scaledDelays(scale: number, overrides: Partial<Delays> = {}): Delays {
  const scaled = Object.fromEntries(Object.entries(recordedDelays).map(([name, ms]) => [name, ms * scale]));
  const { l1Request, rpcWriteTimeout } = recordedDelays;
  return { ...recordedDelays, ...scaled, l1Request, rpcWriteTimeout, ...overrides };
}
