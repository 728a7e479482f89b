import type { RpcClient } from '../rpc/client.ts';
import { type L1Block, type L1Ref, readL1Block, refOf } from './l1-block.ts';
import { type BatcherUpdate, CONFIG_UPDATE_TOPIC, mayHaveLogs, readBatcherUpdates } from './system-config.ts';

export type HeadTag = 'latest' | 'safe' | 'finalized';

/** What derivation and sequencing read from L1. Rejects when L1 does not answer. */
export interface L1Source {
  head(tag: HeadTag): Promise<L1Ref | undefined>;
  block(number: number): Promise<L1Block | undefined>;
  /** Batcher address after the receipts of the block, given the one before it (derivation's rule). */
  batcherAfter(before: string, block: L1Block, systemConfig: string): Promise<string>;
  /** Drops what was read from this height on, after a reorg was seen. */
  forget(fromNumber: number): void;
}

/** Answers of one L1 endpoint, shared by all programs of the devnet that use it: anvil has two cores to live on. */
export interface L1Cache {
  readonly blocks: Map<number, Promise<L1Block | undefined>>;
  readonly heads: Map<HeadTag, { readonly at: number; readonly answer: Promise<L1Ref | undefined> }>;
  readonly updates: Map<string, Promise<readonly BatcherUpdate[]>>;
}

export type L1Caches = Map<string, L1Cache>;

const HEAD_TTL_MS = 200;
const KEPT_BLOCKS = 4_096;

/** @param endpoint the URL with its host resolved: one name can mean two servers in two namespaces */
export function createL1Source(client: RpcClient, endpoint: string, caches: L1Caches): L1Source {
  const cache = caches.get(endpoint) ?? { blocks: new Map(), heads: new Map(), updates: new Map() };
  caches.set(endpoint, cache);
  const fetchBlock = async (tag: string, full: boolean) =>
    readL1Block(await client.call('eth_getBlockByNumber', [tag, full]));

  return {
    head(tag) {
      const cached = cache.heads.get(tag);
      if (cached !== undefined && Date.now() - cached.at < HEAD_TTL_MS) return cached.answer;
      const answer = fetchBlock(tag, false).then((block) => (block === undefined ? undefined : refOf(block)));
      remember(cache.heads, tag, { at: Date.now(), answer }, answer);
      return answer;
    },
    block(number) {
      const cached = cache.blocks.get(number);
      if (cached !== undefined) return cached;
      const answer = fetchBlock(`0x${number.toString(16)}`, true);
      remember(cache.blocks, number, answer, answer);
      cache.blocks.delete(number - KEPT_BLOCKS);
      return answer;
    },
    async batcherAfter(before, block, systemConfig) {
      if (!mayHaveLogs(block.logsBloom, systemConfig)) return before;
      const key = `${block.hash} ${systemConfig}`;
      let updates = cache.updates.get(key);
      if (updates === undefined) {
        const filter = { blockHash: block.hash, address: systemConfig, topics: [CONFIG_UPDATE_TOPIC] };
        updates = client.call('eth_getLogs', [filter]).then(readBatcherUpdates);
        remember(cache.updates, key, updates, updates);
      }
      return (await updates).at(-1)?.batcher ?? before;
    },
    forget(fromNumber) {
      for (const number of cache.blocks.keys()) if (number >= fromNumber) cache.blocks.delete(number);
      cache.heads.clear();
    },
  };
}

/** Keeps an entry, but not the failure or absence of an answer. */
function remember<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, answer: Promise<unknown>): void {
  map.set(key, value);
  const drop = () => {
    if (map.get(key) === value) map.delete(key);
  };
  answer.then((found) => (found === undefined ? drop() : undefined), drop);
}
