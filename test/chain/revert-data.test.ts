import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { revertData } from '../../src/chain/clients/revert-data.ts';
import { RpcError, type RpcErrorDetails } from '../../src/chain/clients/rpc-error.ts';

const REASON = `0x08c379a0${'00'.repeat(32)}`;
const details = { kind: 'rpc-error', host: 'l1', method: 'eth_call' } as const;
const dataOf = (error: Partial<RpcErrorDetails>) => revertData(new RpcError('failed', { ...details, ...error }));

interface Shape {
  readonly code: number;
  readonly message: string;
  /** `<bytes>` where it differs from call to call. */
  readonly data: string;
}

describe('revert data', () => {
  const { shapes } = JSON.parse(
    readFileSync(new URL('fixtures/l1-contracts/rpc-clients.json', import.meta.url), 'utf8'),
  ) as { readonly shapes: readonly { anvil: Shape; geth: Shape; example: string }[] };

  it.each(shapes)('is the same from anvil and geth, however they word it: $example', ({ anvil, geth }) => {
    const read = ({ code, message, data }: Shape) =>
      dataOf({ code, reason: message, data: data === '<bytes>' ? REASON : data });
    expect(read(anvil)).toBe(anvil.data === '<bytes>' ? REASON : '0x');
    expect(read(geth)).toBe(read(anvil));
  });

  it.each<[string, Partial<RpcErrorDetails>, string]>([
    ['of reth, without data', { code: 3, reason: 'execution reverted' }, '0x'],
    ['of geth before code 3 was given to all reverts', { code: -32000, reason: 'execution reverted' }, '0x'],
    ['of Besu', { code: -32000, reason: 'Execution reverted', data: '0x' }, '0x'],
    ['of Nethermind', { code: -32000, reason: 'execution reverted', data: REASON }, REASON],
    [
      'of Nethermind before, and of Parity',
      { code: -32015, reason: 'VM execution error.', data: `Reverted ${REASON}` },
      REASON,
    ],
    ['of the same without data', { code: -32015, reason: 'VM execution error.', data: 'Reverted 0x' }, '0x'],
  ])('%s', (_, error, data) => {
    expect(dataOf(error)).toBe(data);
  });

  it.each<[string, Partial<RpcErrorDetails>]>([
    ['a missing trie node', { code: -32000, reason: 'missing trie node d67e (path )' }],
    [
      'the same of Nethermind, with its trace as data',
      { code: -32603, data: 'Nethermind.Trie.MissingTrieNodeException: Node A' },
    ],
    ['half a byte too few', { code: 3, reason: 'execution reverted', data: '0x08c379a' }],
    ['data that is no text', { code: 3, reason: 'execution reverted', data: { message: 'reverted' } }],
    [
      'a revert with a reason whose data were left out',
      { code: -32000, reason: 'execution reverted: not initialized' },
    ],
    ['out of gas', { code: -32000, reason: 'out of gas' }],
    ['no answer', { kind: 'unreachable', code: 429, reason: 'execution reverted' }],
  ])('is not there for %s', (_, error) => {
    expect(dataOf(error)).toBeUndefined();
  });
});
