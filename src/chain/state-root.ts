import { scheduler } from 'node:timers/promises';
import { encodeRlp, keccak256, stripZerosLeft, toBeHex } from 'ethers';
import type { GenesisAccount } from './genesis-file.ts';
import { bytesOf, EMPTY_TRIE_ROOT, trieRoot } from './trie-root.ts';

/** A genesis has thousands of accounts: others (heartbeats, probes) get their turn in between. */
const ACCOUNTS_PER_TURN = 200;

export interface StateRoots {
  readonly stateRoot: string;
  /** Storage root of an account; that of an empty trie when the account has no storage or does not exist. */
  storageRoot(address: string): string;
}

/** State root of a genesis allocation, as an execution client computes it. */
export async function stateRoots(alloc: Readonly<Record<string, GenesisAccount>>): Promise<StateRoots> {
  // Most accounts of an OP Stack genesis are copies of one proxy, with the same code and the same storage.
  const storageRoot = remembered((storage) => storageRootOf(JSON.parse(storage)));
  const codeHash = remembered((code) => keccak256(bytesOf(code)));
  const encoded = remembered((fields) => bytesOf(encodeRlp(fields.split(','))));
  const accounts = new Map<string, Uint8Array>();
  const storageRoots = new Map<string, string>();
  let done = 0;
  for (const [key, account] of Object.entries(alloc)) {
    const address = withPrefix(key).toLowerCase();
    const storage = storageRoot(JSON.stringify(account.storage ?? {}));
    const { nonce, balance, code } = account;
    storageRoots.set(address, storage);
    const fields = [rlpQuantity(nonce ?? 0), rlpQuantity(balance), storage, codeHash(code ?? '0x')];
    accounts.set(keccak256(bytesOf(address)), encoded(fields.join(',')));
    if (++done % ACCOUNTS_PER_TURN === 0) await scheduler.yield();
  }
  return {
    stateRoot: trieRoot(accounts),
    storageRoot: (address) => storageRoots.get(address.toLowerCase()) ?? EMPTY_TRIE_ROOT,
  };
}

function remembered<T>(make: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const value = known.get(key) ?? make(key);
    known.set(key, value);
    return value;
  };
}

function storageRootOf(storage: Readonly<Record<string, string>>): string {
  const words = new Map<string, Uint8Array>();
  for (const [slot, word] of Object.entries(storage)) {
    const value = rlpQuantity(paddedWord(word));
    // Zero is the absence of a value.
    if (value !== '0x') words.set(keccak256(bytesOf(paddedWord(slot))), bytesOf(encodeRlp(value)));
  }
  return trieRoot(words);
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
