import { z } from 'zod';
import { block, hexNumber } from '../clients/ethereum-values.ts';
import type { BatchResult, RpcCall } from '../clients/json-rpc.ts';
import { unexpectedResult } from '../clients/rpc-answer.ts';

const bytes = z.string().regex(/^0x(?:[0-9a-f]{2})*$/i, 'not bytes');
const words = z.string().regex(/^0x(?:[0-9a-f]{64})*$/i, 'not whole words of 32 bytes');
const word = z.string().regex(/^0x[0-9a-f]{64}$/i, 'not a word of 32 bytes');

/** What the methods that discovery calls promise to answer. */
const ANSWERS: Readonly<Record<string, z.ZodType>> = {
  eth_chainId: hexNumber,
  eth_getBlockByNumber: block.nullable(),
  eth_getCode: bytes,
  eth_getStorageAt: word,
  eth_call: words,
};

/** Results as they are, but for those that the method can not answer with: these are failures without a code. */
export function checkedResults(
  host: string,
  calls: readonly RpcCall[],
  results: readonly BatchResult[],
): readonly BatchResult[] {
  return results.map((result, index) => {
    const method = calls[index]?.method ?? '';
    const parsed = result.ok ? ANSWERS[method]?.safeParse(result.result) : undefined;
    if (!parsed || parsed.success) return result;
    return { ok: false, error: unexpectedResult(host, method, parsed.error) };
  });
}
