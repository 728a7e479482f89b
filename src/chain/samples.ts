/**
 * What was seen of a chain at one moment, as plain data: written by `takeSample`, judged by the gates. Samples are kept
 * in heartbeat details between the attempts of an activity, so they are small JSON. Hashes and addresses are in lower
 * case unless said otherwise; block numbers and timestamps (seconds since the epoch) are numbers; amounts are decimal
 * strings of wei.
 */

/**
 * Why there is no value. `unreachable`: nothing answered in time. `unauthorised`: HTTP 401 or 403. `method-missing`: the
 * program does not know or serve the method. `rpc-error`: it answered with an error, or with something else than the
 * method promises. `no-reading`: it answered, but with the zero references of its first seconds.
 */
export type ReadingFailure = 'unreachable' | 'unauthorised' | 'method-missing' | 'rpc-error' | 'no-reading';

/** An answer or the reason why there is none. A failure says nothing about the state: it is unknown, never "stopped". */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly kind: ReadingFailure; readonly error: string };

export interface BlockId {
  readonly number: number;
  readonly hash: string;
}

export interface L1Ref extends BlockId {
  readonly timestamp: number;
}

export interface L2Ref extends BlockId {
  readonly timestamp: number;
  readonly l1origin: BlockId;
}

/**
 * Heads as op-node reports them. `unsafeL2` is a real block (a zero hash is no reading). The L1 references can still be
 * zero: `currentL1.number` is 0 for seconds after every restart and L1 reorg, and then `safeL2` is really the finalized
 * head.
 */
export interface SyncStatus {
  /** L1 block that derivation is at: everything before it has been derived. */
  readonly currentL1: L1Ref;
  /** L1 head as the node sees it. */
  readonly headL1: L1Ref;
  readonly safeL1: L1Ref;
  readonly finalizedL1: L1Ref;
  readonly unsafeL2: L2Ref;
  readonly safeL2: L2Ref;
  readonly finalizedL2: L2Ref;
}

export interface ExecutionSample {
  readonly chainId: number;
  readonly head: L1Ref;
  /** Hash of the block that the chain begins with; absent while the client does not have it yet. */
  readonly genesisHash?: string;
  readonly syncing: boolean;
  /** Devp2p peers; absent where the `net` API is off. */
  readonly peers?: number;
  /** `web3_clientVersion`; absent where the `web3` API is off. */
  readonly version?: string;
}

/** Activation times by fork, seconds since the epoch: `{"jovian": 1795347548}`. */
export type ForkTimes = Readonly<Record<string, number>>;

/** One pod of an OpNode: op-node and its execution client. */
export interface NodeSample {
  readonly pod: string;
  /** Name of the OpNode. */
  readonly node: string;
  readonly role: 'Sequencer' | 'Replica';
  readonly sync: Reading<SyncStatus>;
  /** `admin_sequencerActive`; asked of sequencers only. */
  readonly sequencerActive?: Reading<boolean>;
  /** Connected peers of op-node. */
  readonly peers?: Reading<number>;
  /** Number of the block that came last from a peer; 0: none since its start. Only when it was asked for. */
  readonly heard?: Reading<number>;
  /** `v1.16.11`. */
  readonly version?: Reading<string>;
  readonly el: Reading<ExecutionSample>;
  /** Hash of the block at the height that all nodes of the sample have as safe; only when it was asked for. */
  readonly common?: Reading<BlockId>;
  /** Fork times of `optimism_rollupConfig`. */
  readonly rollupForks?: Reading<ForkTimes>;
  /** Fork times of the execution client's own chain config. */
  readonly elForks?: Reading<ForkTimes>;
}

export interface L1Sample {
  readonly chainId: number;
  readonly head: L1Ref;
  /** Absent while L1 has none (a young devnet). */
  readonly safe?: BlockId;
  readonly finalized?: BlockId;
  readonly syncing: boolean;
}

/** What the contracts say now, at the L1 head. */
export interface ContractsSample {
  readonly portal?: string;
  readonly batcher: string;
  readonly unsafeBlockSigner: string;
  /** Hash of the L1 block that the rollup config starts from. */
  readonly l1GenesisHash?: string;
}

export interface InboxTransaction {
  readonly hash: string;
  readonly from: string;
  readonly blockNumber: number;
  readonly timestamp: number;
}

/** Transactions to the batch inbox in the L1 blocks `fromBlock` to `toBlock`, both included. */
export interface InboxScan {
  readonly fromBlock: number;
  readonly toBlock: number;
  readonly transactions: readonly InboxTransaction[];
}

/** An account that sends transactions to L1. */
export interface SenderSample {
  readonly address: string;
  readonly balanceWei: string;
  readonly nonceLatest: number;
  readonly noncePending: number;
}

export interface BatcherSample extends SenderSample {
  /** Nonce at an earlier L1 block, where the L1 node still knows it. */
  readonly nonceBefore?: { readonly blockNumber: number; readonly nonce: number };
  readonly lastInboxTransaction?: InboxTransaction;
  /** What its transactions have cost when the last ones were seen; only where earlier samples are remembered. */
  readonly weiPerTransaction?: string;
}

/** A pod of an OpBatcher or OpProposer. */
export interface ServicePodSample {
  readonly pod: string;
  /** `v1.16.11`: the process answers, which says nothing about what it does. */
  readonly version: Reading<string>;
}

/** A dispute game, or an output in an L2OutputOracle. */
export interface Proposal {
  /** Of the game. */
  readonly address?: string;
  readonly gameType?: number;
  readonly l2Block: number;
  /** When it was proposed. */
  readonly timestamp: number;
}

/**
 * What L1 answers to a proposal that is only tried. `notDue`: an L2OutputOracle takes the next output later. `refused`:
 * with the revert data, whose first four bytes tell the error; texts differ between L1 clients.
 */
export type ProposalTrial =
  | { readonly outcome: 'accepted' }
  | { readonly outcome: 'notDue' }
  | { readonly outcome: 'refused'; readonly data: string; readonly text: string };

export interface ProposerSample extends SenderSample {
  /** What goes along with a proposal; `0` for outputs, and where the factory does not know the type of game. */
  readonly bondWei: string;
  /** Seconds between two outputs, as the L2OutputOracle wants them; absent for games. */
  readonly intervalSeconds?: number;
  /** Only when it was asked for. */
  readonly trial?: Reading<ProposalTrial>;
  /** Proposals on L1 of anybody: those before were looked at. */
  readonly seenProposals: number;
  /** The last one of this address among those that were looked at. */
  readonly lastProposal?: Proposal;
}

/** What an op-challenger counts, since its start. */
export interface ChallengerMetrics {
  /** Last L1 block at which it has scheduled all games; 0 while it can not. */
  readonly highestActedL1Block: number;
  readonly trackedGames: number;
  /** Games that it works on now: until they are done the block that it acted at stands still. */
  readonly inflightGames: number;
  readonly claimFailures: number;
  /** `v1.16.11` */
  readonly version?: string;
}

export interface ChallengerSample {
  /** Name of the OpChallenger. */
  readonly challenger: string;
  /** Absent where its address is not known. */
  readonly account?: Reading<SenderSample>;
  /** Absent while it has no pod. */
  readonly metrics?: Reading<ChallengerMetrics>;
}

/** Whether a prestate can be fetched from where challengers look for it. */
export interface PrestateSample {
  readonly hash: string;
  readonly found: boolean;
}

export interface Sample {
  /** When the sample was taken, milliseconds since the epoch. */
  readonly at: number;
  readonly l1?: Reading<L1Sample>;
  readonly beacon?: Reading<true>;
  readonly contracts?: Reading<ContractsSample>;
  readonly nodes: readonly NodeSample[];
  readonly batcher?: Reading<BatcherSample>;
  /** Pods of batcher and proposer. */
  readonly servicePods?: readonly ServicePodSample[];
  readonly inbox?: Reading<InboxScan>;
  readonly proposer?: Reading<ProposerSample>;
  readonly challengers?: readonly ChallengerSample[];
  readonly prestate?: Reading<PrestateSample>;
}
