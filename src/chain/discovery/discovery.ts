/** What discovery found on L1. Addresses are checksummed; a zero address is left out, never reported. */

export interface DiscoveredRoles {
  /** The only sender whose inbox transactions count. */
  readonly batcher: string;
  readonly unsafeBlockSigner?: string;
  /** Owner of the SystemConfig: may change batcher and signer. */
  readonly owner?: string;
  /** Permissioned games and output oracles only. */
  readonly proposer?: string;
  readonly challenger?: string;
  readonly guardian?: string;
  readonly proxyAdminOwner?: string;
  readonly disputeGameFactoryOwner?: string;
}

/** A type of game that the factory has an implementation for. */
export interface RegisteredGame {
  readonly type: number;
  readonly implementation: string;
  /** Version of the implementation, e.g. `1.2.0`. */
  readonly version?: string;
  readonly absolutePrestate?: string;
  readonly vm?: string;
  /** Of zero-knowledge games, in place of the VM. */
  readonly verifier?: string;
  readonly delayedWETH?: string;
  readonly anchorStateRegistry?: string;
  readonly l2ChainId?: string;
  readonly proposer?: string;
  readonly challenger?: string;
  /** Exact bond of a proposal. */
  readonly initBondWei?: string;
}

export interface Implementations {
  readonly systemConfig: string;
  readonly optimismPortal?: string;
  readonly disputeGameFactory?: string;
  readonly game?: string;
}

/** One contract, two addresses. */
export interface Contradiction {
  /** As in `addresses`. */
  readonly contract: string;
  /** Where the one that counts is from. */
  readonly source: AddressSource;
  readonly address: string;
  readonly onL1: string;
}

/** `spec`: spec.contracts.addresses; `registry`: the superchain registry. */
export type AddressSource = 'spec' | 'registry';

export interface Discovery {
  /** Generation of the contracts by the getters they have: `v1.2` … `v8`; `unknown` where these and the version disagree. */
  readonly generation: string;
  /** `version()` of the SystemConfig. */
  readonly version: string;
  readonly l1ChainId: number;
  /** The L1 block at which everything was read. */
  readonly blockNumber: number;
  readonly blockHash: string;
  /** By the names of the superchain registry in camel case: `systemConfig`, `optimismPortal`, `disputeGameFactory`, … */
  readonly addresses: Readonly<Record<string, string>>;
  /** Contracts whose address L1 does not tell: it is as it was given. */
  readonly given: readonly string[];
  /** `version()` of the contracts that say one, by the names of `addresses`. */
  readonly versions: Readonly<Record<string, string>>;
  /** Code behind the proxies, and of the respected game. */
  readonly implementations: Implementations;
  readonly roles: DiscoveredRoles;
  /** How withdrawals are proven: by dispute games, or by outputs in an L2OutputOracle. */
  readonly mode: 'disputeGames' | 'outputOracle';
  /** Game type that the portal respects, also while no implementation is registered for it. */
  readonly gameType?: number;
  /** The game of that type. */
  readonly respectedGame?: RegisteredGame;
  /** Games of the usual types, and of the respected one, that the factory has an implementation for; by type, ascending. */
  readonly games: readonly RegisteredGame[];
  /** Types of games that the factory has an implementation for, as far as they were asked for; ascending. */
  readonly registeredGameTypes: readonly number[];
  /** L2 gas limit, decimal. */
  readonly gasLimit: string;
  /** L1 block in which the contracts were made. */
  readonly startBlock?: number;
  /** Chain id that the contracts are for, where they say so (from v4). */
  readonly l2ChainId?: string;
  readonly paused?: boolean;
  /** Hash of the L1 block that was asked for as genesis. */
  readonly l1GenesisHash?: string;
  /** The SystemConfig says a version that is newer than all that are known here: what answers is taken as it is. */
  readonly isUnknownVersion: boolean;
  /**
   * Getters that the generation has and that did not answer, or with something that makes no sense:
   * `systemConfig.owner()`.
   */
  readonly unreadable: readonly string[];
  /** Addresses that were given and that L1 says otherwise: the given one is in `addresses`. */
  readonly contradictions: readonly Contradiction[];
}
