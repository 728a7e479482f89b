import { BranchMPTNode, ExtensionMPTNode, LeafMPTNode, type NodeReferenceOrRawMPTNode } from '@ethereumjs/mpt';
import { keccak256 } from 'ethers';

/** Root of a trie without entries. */
export const EMPTY_TRIE_ROOT = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421';

interface Entry {
  /** Hash of the key, in half bytes: the way from the root. */
  readonly path: readonly number[];
  readonly value: Uint8Array;
}

/**
 * Root of a Merkle Patricia trie with hashed keys, all entries of which are known. It is made from the leaves up, so that
 * each node is hashed once; putting them into a trie one by one hashes the way to the root every time, and takes five
 * times as long for a genesis.
 * @param entries values, none of them empty, by the hash of their key: `0x…`, lower case
 */
export function trieRoot(entries: ReadonlyMap<string, Uint8Array>): string {
  if (entries.size === 0) return EMPTY_TRIE_ROOT;
  const inOrder = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  const root = nodeOf(
    inOrder.map(([hash, value]) => ({ path: nibbles(hash), value })),
    0,
  );
  return keccak256(root.serialize());
}

/** @param depth what of their paths the entries have in common and behind them */
function nodeOf(entries: readonly Entry[], depth: number): BranchMPTNode | ExtensionMPTNode | LeafMPTNode {
  const [first, last] = [entries[0], entries.at(-1)];
  if (first === undefined || last === undefined) throw new Error('a node stands for one entry at least');
  if (first === last) return new LeafMPTNode(first.path.slice(depth), first.value);
  let parting = depth;
  while (first.path[parting] === last.path[parting]) parting += 1;
  const branch = new BranchMPTNode();
  for (let nibble = 0; nibble < 16; nibble += 1) {
    const below = entries.filter(({ path }) => path[parting] === nibble);
    if (below.length > 0) branch.setBranch(nibble, reference(nodeOf(below, parting + 1)));
  }
  return parting === depth ? branch : new ExtensionMPTNode(first.path.slice(depth, parting), hash(branch.serialize()));
}

/** How a parent names its child: by hash, but a leaf that is shorter than a hash stands there itself. */
function reference(node: ReturnType<typeof nodeOf>): NodeReferenceOrRawMPTNode {
  const encoded = node.serialize();
  return node instanceof LeafMPTNode && encoded.length < 32 ? node.raw() : hash(encoded);
}

function hash(bytes: Uint8Array): Uint8Array {
  return bytesOf(keccak256(bytes));
}

function nibbles(hex: string): number[] {
  return [...bytesOf(hex)].flatMap((byte) => [byte >> 4, byte & 15]);
}

/** `getBytes` of ethers parses byte after byte, which is felt with a whole genesis. */
export function bytesOf(hex: string): Uint8Array {
  return Buffer.from(hex.slice(2), 'hex');
}
