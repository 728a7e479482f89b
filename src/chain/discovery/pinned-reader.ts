import { block as blockAnswer, hexOf } from '../clients/ethereum-values.ts';
import type { BatchResult, RpcCall } from '../clients/json-rpc.ts';
import { type L1Reader, stateUnavailable, UnsteadyL1 } from './l1-reader.ts';
import type { PinnedBlock } from './pinned-block.ts';
import { hasCode } from './tagged-block.ts';

const FIX =
  'It is tried again by itself. If it lasts, use an L1 endpoint whose nodes are all synced and on one chain, instead of one that mixes them.';

/** L1 at one block. */
export interface PinnedReader extends L1Reader {
  /** The block and whether the SystemConfig is there, as it was told last; undefined while nobody has told it. */
  seen(): { readonly hash: string; readonly hasCode: boolean } | undefined;
}

/**
 * L1 at one block: each round trip also asks for the block, before everything else and after it, and whether the
 * SystemConfig is there. So answers of before and after a reorganisation are never mixed, nor those of nodes that do
 * not have the block.
 */
export function pinnedReader(l1: L1Reader, systemConfig: string, pinned: PinnedBlock): PinnedReader {
  const { number } = pinned;
  const header: RpcCall = { method: 'eth_getBlockByNumber', params: [hexOf(number), false] };
  const code: RpcCall = { method: 'eth_getCode', params: [systemConfig, hexOf(number)] };
  let known = { hash: pinned.hash, hasCode: pinned.hasCode };

  const check = (first: BatchResult | undefined, last: BatchResult | undefined, found: BatchResult | undefined) => {
    for (const result of [first, last]) {
      const hash = hashIn(l1.host, result, number);
      if (known.hash !== undefined && known.hash !== hash) {
        throw new UnsteadyL1(
          `${l1.host} changed block ${number} of L1 while the contracts were read: its hash was ${known.hash}, then ${hash}.`,
          FIX,
        );
      }
      known = { ...known, hash };
    }
    if (known.hasCode && !hasCode(found)) {
      throw new UnsteadyL1(
        `${l1.host} answered eth_getCode with no code at ${systemConfig} at block ${number} of L1, where it had some a moment ago.`,
        FIX,
      );
    }
    known = { ...known, hasCode: hasCode(found) };
  };

  return {
    host: l1.host,
    seen: () => (known.hash === undefined ? undefined : { hash: known.hash, hasCode: known.hasCode }),
    async batch(calls) {
      const asked = [header, ...calls, code, header];
      const results = await l1.batch(asked);
      for (const [index, result] of results.entries()) {
        const method = asked[index]?.method ?? '';
        if (!result.ok && STATE_METHODS.includes(method)) throw stateUnavailable(result.error, number);
      }
      check(results[0], results.at(-1), results.at(-2));
      return results.slice(1, -2);
    },
  };
}

/** Methods that no contract can make fail. */
const STATE_METHODS = ['eth_getCode', 'eth_getStorageAt'];

function hashIn(host: string, result: BatchResult | undefined, number: number): string {
  if (result && !result.ok) throw stateUnavailable(result.error, number);
  const header = blockAnswer.safeParse(result?.result).data;
  if (header?.number === number) return header.hash;
  throw new UnsteadyL1(
    `${host} answered eth_getBlockByNumber with ${header ? `block ${header.number}` : 'nothing'} for block ${number} of L1, which it had a moment ago.`,
    FIX,
  );
}
