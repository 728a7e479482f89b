import { MerklePatriciaTrie } from '@ethereumjs/mpt';
import { getBytes, hexlify, keccak256 } from 'ethers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EMPTY_TRIE_ROOT, trieRoot } from '../../src/chain/trie-root.ts';

test('a trie without entries has the root that all of them have', () => {
  expect(trieRoot(new Map())).toBe(hexlify(new MerklePatriciaTrie().root()));
  expect(trieRoot(new Map())).toBe(EMPTY_TRIE_ROOT);
});

test('the root is that of the trie of the library, into which entries are put one by one', async () => {
  const value = fc.uint8Array({ minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), value, { maxKeys: 200, noNullPrototype: true }), async (entries) => {
      const trie = new MerklePatriciaTrie();
      const byHash = new Map<string, Uint8Array>();
      for (const [key, bytes] of Object.entries(entries)) {
        const hash = keccak256(new TextEncoder().encode(key));
        byHash.set(hash, bytes);
        await trie.put(getBytes(hash), bytes);
      }
      expect(trieRoot(byHash)).toBe(hexlify(trie.root()));
    }),
    { numRuns: 50 },
  );
});

test('leaves that are shorter than a hash stand in their branch themselves', async () => {
  const alike = ['1', '2', '2f', '2e'].map((part) => `0x${'ab'.repeat(6)}${part.padEnd(52, '0')}`);
  const trie = new MerklePatriciaTrie();
  for (const hash of alike) await trie.put(getBytes(hash), Uint8Array.of(7));
  expect(trieRoot(new Map(alike.map((hash) => [hash, Uint8Array.of(7)])))).toBe(hexlify(trie.root()));
});
