import type { RpcError } from './rpc-error.ts';

/**
 * Data of a revert; `0x` for one without data, such as a function that is not there. Clients differ: geth and reth say
 * code 3; Nethermind -32000 or, like Parity, -32015 and `Reverted 0x…`; geth before 1.15.6 and Erigon before 3.2 had no
 * code and no data for a revert without data, and only there the message counts (go-ethereum #31456, erigon #17132).
 * @returns undefined for any other error: data may also be text, such as the trace of a missing trie node
 */
export function revertData({ kind, code, data, reason }: RpcError): string | undefined {
  if (kind !== 'rpc-error') return undefined;
  if (typeof data === 'string') return /^(?:Reverted )?(0x(?:[0-9a-f]{2})*)$/i.exec(data)?.[1];
  const isBare = code === 3 || (code === -32000 && /^execution reverted$/i.test(reason ?? ''));
  return isBare && (data === undefined || data === null) ? '0x' : undefined;
}
