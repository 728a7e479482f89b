import { pbkdf2Sync } from 'node:crypto';
import { type BaseWallet, HDNodeWallet, Mnemonic, Wallet } from 'ethers';
import { parsePrivateKey } from '../p2p-identity.ts';
import { SetupError } from '../service/setup-error.ts';
import type { Settings } from '../settings/settings.ts';

/**
 * @param what failed when there is no usable key
 * @throws SetupError without a usable key; a wrong or empty one is not noticed here
 */
export function readKey(settings: Settings, what: string): BaseWallet {
  const fail = failing(what);
  const key = settings.string('private-key');
  if (key === '') return readMnemonic(settings, fail);
  const space = /\s/.exec(key)?.[0];
  if (space !== undefined) {
    throw fail(`failed to parse the private key: invalid hex character '${escaped(space)}' in private key`);
  }
  const parsed = parsePrivateKey(key);
  if (parsed !== undefined) return new Wallet(`0x${parsed.toString('hex')}`);
  const isHex = /^(0x)?[0-9a-fA-F]*$/.test(key);
  throw fail(
    `failed to parse the private key: ${isHex ? 'invalid length, need 256 bits' : 'invalid hex data for private key'}`,
  );
}

/** White space counts, and there is no default path (go-ethereum-hdwallet of 1.16.11). */
function readMnemonic(settings: Settings, fail: (why: string) => SetupError): BaseWallet {
  const phrase = settings.string('mnemonic');
  if (phrase === '') throw fail('failed to parse mnemonic: mnemonic is required');
  const words = phrase.trim().replaceAll(/\s+/g, ' ');
  if (words !== words.toLowerCase() || !Mnemonic.isValidMnemonic(words)) {
    throw fail('failed to parse mnemonic: mnemonic is invalid');
  }
  if (/^\s|\s\s|\s$/.test(phrase)) throw fail('failed to parse mnemonic: Checksum incorrect');
  const path = settings.string('hd-path');
  if (path === '') {
    throw fail(
      "failed to create a wallet: ambiguous path: use 'm/' prefix for absolute paths, or no leading '/' for relative ones",
    );
  }
  return HDNodeWallet.fromSeed(pbkdf2Sync(phrase, 'mnemonic', 2048, 64, 'sha512')).derivePath(path);
}

const failing = (what: string) => (why: string) => new SetupError(`${what}: could not init signer: ${why}`);
const escaped = (text: string) => JSON.stringify(text).slice(1, -1);
