import type { BlockId } from './block.ts';

/** Why an unsafe head left its chain. Only `derivation-mismatch` is nobody's right. */
export type ReorgReason = 'l1-reorg' | 'derivation-mismatch' | 'window-expired' | 'execution-client-lost-block';

/** What happened, in the order in which it happened. `node` is `<namespace>/<pod>`, `instance` one process of it. */
export type LedgerEventBody =
  | { readonly type: 'node-started'; readonly sequencer: boolean; readonly version: string; readonly inbox: string }
  | { readonly type: 'node-stopped'; readonly how: 'exit' | 'kill' }
  | { readonly type: 'sequencer-started'; readonly head: BlockId | undefined; readonly by: 'start' | 'rpc' }
  | { readonly type: 'sequencer-stopped'; readonly head: BlockId | undefined; readonly by: 'rpc' | 'exit' | 'kill' }
  | { readonly type: 'block-produced'; readonly block: BlockId; readonly timestamp: number }
  | { readonly type: 'block-published'; readonly block: BlockId; readonly peers: number }
  | { readonly type: 'publish-failed'; readonly block: BlockId; readonly reason: string }
  | { readonly type: 'gossip-rejected'; readonly block: BlockId; readonly reason: string }
  | { readonly type: 'unsafe-reorg'; readonly from: BlockId; readonly to: BlockId; readonly reason: ReorgReason }
  | { readonly type: 'unsafe-frozen'; readonly head: BlockId; readonly waitingFor: BlockId }
  | { readonly type: 'safe-advanced'; readonly block: BlockId; readonly l1: BlockId; readonly forced: boolean }
  | { readonly type: 'finalized-advanced'; readonly block: BlockId }
  | { readonly type: 'pipeline-reset'; readonly reason: string }
  | { readonly type: 'unauthorized-batch'; readonly sender: string; readonly transaction: string; readonly l1: BlockId }
  | { readonly type: 'signer-loaded'; readonly address: string }
  | { readonly type: 'batcher-started'; readonly address: string }
  | { readonly type: 'batcher-stopped'; readonly address: string; readonly how: 'rpc' | 'exit' | 'kill' }
  | {
      readonly type: 'batch-submitted';
      readonly address: string;
      readonly transaction: string;
      readonly nonce: number;
      readonly first: number;
      readonly last: number;
    }
  | { readonly type: 'batch-confirmed'; readonly transaction: string; readonly l1: BlockId }
  | { readonly type: 'proposer-started'; readonly address: string }
  | { readonly type: 'proposer-stopped'; readonly address: string; readonly how: 'rpc' | 'exit' | 'kill' }
  | {
      readonly type: 'proposal-submitted';
      readonly address: string;
      readonly transaction: string;
      readonly nonce: number;
      /** Number of the L2 block whose output is proposed. */
      readonly block: number;
      readonly root: string;
    }
  | { readonly type: 'proposal-confirmed'; readonly transaction: string; readonly l1: BlockId };

export type LedgerEvent = LedgerEventBody & {
  /** Unix milliseconds. */
  readonly at: number;
  readonly node: string;
  /** One process: a restarted container is a new instance. */
  readonly instance: number;
};
