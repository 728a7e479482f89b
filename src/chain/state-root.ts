import { scheduler } from 'node:timers/promises';
import { MerklePatriciaTrie } from '@ethereumjs/mpt';
import { encodeRlp, getBytes, hexlify, keccak256, stripZerosLeft, toBeHex } from 'ethers';
import type { GenesisAccount } from './genesis-file.ts';

/** Root of a trie without entries. */
export const EMPTY_TRIE_ROOT = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421';

/** A genesis has thousands of accounts: others (heartbeats, probes) get their turn in between. */
const ACCOUNTS_PER_TURN = 200;

export interface StateRoots {
  readonly stateRoot: string;
  /** Storage root of an account; that of an empty trie when the account has no storage or does not exist. */
  storageRoot(address: string): string;
}

/** State root of a genesis allocation, as an execution client computes it. */
export async function stateRoots(alloc: Readonly<Record<string, GenesisAccount>>): Promise<StateRoots> {
  const accounts = new MerklePatriciaTrie({ useKeyHashing: true });
  const storageRoots = new Map<string, string>();
  const codeHashes = new Map<string, string>();
  let done = 0;
  for (const [key, account] of Object.entries(alloc)) {
    const address = withPrefix(key).toLowerCase();
    const storage = await storageRoot(account.storage ?? {});
    const code = account.code ?? '0x';
    // Most accounts of an OP Stack genesis are copies of one proxy.
    const codeHash = codeHashes.get(code) ?? keccak256(code);
    codeHashes.set(code, codeHash);
    storageRoots.set(address, storage);
    const fields = [rlpQuantity(account.nonce ?? 0), rlpQuantity(account.balance), storage, codeHash];
    await accounts.put(getBytes(address), getBytes(encodeRlp(fields)));
    if (++done % ACCOUNTS_PER_TURN === 0) await scheduler.yield();
  }
  return {
    stateRoot: hexlify(accounts.root()),
    storageRoot: (address) => storageRoots.get(address.toLowerCase()) ?? EMPTY_TRIE_ROOT,
  };
}

async function storageRoot(storage: Readonly<Record<string, string>>): Promise<string> {
  const trie = new MerklePatriciaTrie({ useKeyHashing: true });
  for (const [slot, word] of Object.entries(storage)) {
    const value = rlpQuantity(paddedWord(word));
    // Zero is the absence of a value.
    if (value !== '0x') await trie.put(getBytes(paddedWord(slot)), getBytes(encodeRlp(value)));
  }
  return hexlify(trie.root());
}

/** The shortest big-endian bytes of a number; zero is no bytes at all. */
export function rlpQuantity(value: string | number | bigint): string {
  return stripZerosLeft(toBeHex(BigInt(value)));
}

function paddedWord(hex: string): string {
  return `0x${hex.replace(/^0x/, '').padStart(64, '0')}`;
}

function withPrefix(hex: string): string {
  return hex.startsWith('0x') ? hex : `0x${hex}`;
}
