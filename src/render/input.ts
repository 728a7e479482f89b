/** What rendering needs, gathered by the caller: specs, facts about the chain, and the names of owned copies. No secrets. */
import type { GameTypeName } from '../api/game-type.ts';
import type { OpBatcher } from '../api/op-batcher.ts';
import type { OpChallenger } from '../api/op-challenger.ts';
import type { OpNode } from '../api/op-node.ts';
import type { OpProposer } from '../api/op-proposer.ts';
import type { OptimismNetwork } from '../api/optimism-network.ts';
import type { Release } from '../catalogue/releases.ts';

/**
 * A key in an owned copy of something of the user's. Copies are immutable and named after their content, so a changed
 * content is a changed pod template, which is a plan, and never something that an eviction picks up by itself.
 */
export interface OwnedRef {
  readonly name: string;
  readonly key: string;
}

export interface ChainFacts {
  readonly l1ChainId: number;
  readonly l2ChainId: number;
  readonly blockTimeSeconds: number;
  /** L1 blocks within which a batch must arrive. */
  readonly seqWindowSize: number;
  readonly genesisHash: string;
  /** True: not a chain of the superchain registry, so the programs need its files. */
  readonly custom: boolean;
  /** `<superchain>/<chain>` of a registry chain, e.g. `sepolia/op`. */
  readonly registryName?: string | undefined;
  /** Where a registry chain takes transactions from everybody; replicas forward theirs. */
  readonly sequencerRpc?: string | undefined;
  /** By the registry the chain has its batches on another data availability layer than L1. */
  readonly altDA?: boolean | undefined;
  /** Scheduled forks; time in seconds since the epoch. */
  readonly forks: readonly { readonly name: string; readonly time: number }[];
  readonly batchInbox: string;
  readonly config: {
    readonly rollup?: OwnedRef | undefined;
    /** Owned copy of the genesis; `zstd` is packed anew as gzip when it is copied, because no small image unpacks it. */
    readonly genesis?: (OwnedRef & { readonly compression: 'none' | 'gzip' }) | undefined;
    readonly l1ChainConfig?: OwnedRef | undefined;
  };
}

/** What L1 says of how the chain's state is proposed, as far as settings follow from it. */
export interface ContractFacts {
  readonly disputeGameFactory?: string | undefined;
  /** Only on chains of before dispute games. */
  readonly l2OutputOracle?: string | undefined;
  /** Type of game that the portal respects. */
  readonly gameType?: number | undefined;
  /** Types of game that the factory has an implementation for, as far as they are known to exist. */
  readonly registeredGameTypes: readonly number[];
}

/** Keys that a node has of its own. */
export interface NodeIdentity {
  readonly jwt: OwnedRef;
  /** Secret whose keys are pod names: one P2P identity per pod. */
  readonly p2p: { readonly secretName: string };
  /** libp2p peer ids by ordinal, derived from those keys. */
  readonly peerIds: readonly string[];
}

export interface RenderInput {
  readonly network: OptimismNetwork;
  readonly nodes: readonly OpNode[];
  readonly batchers: readonly OpBatcher[];
  readonly proposers: readonly OpProposer[];
  readonly challengers: readonly OpChallenger[];
  readonly chain: ChainFacts;
  /** Absent: L1 has not been read, and proposer and challengers can not be rendered. */
  readonly contracts?: ContractFacts | undefined;
  /** Types of games that a challenger plays already, by its name; of none by default. */
  playedGameTypes?(challenger: string): readonly GameTypeName[];
  readonly release: Release;
  /** Owned copy of a key of a user's Secret. */
  secret(name: string, key: string): OwnedRef;
  /** Owned copy of a key of a user's ConfigMap that an environment variable refers to. */
  configMap(name: string, key: string): OwnedRef;
  /** Keys of an OpNode. */
  identity(node: string): NodeIdentity;
}

/** How a user's references become owned copies. */
export type Copies = Pick<RenderInput, 'secret' | 'configMap'>;
