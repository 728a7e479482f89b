import { createECDH, createHmac } from 'node:crypto';
import { computeAddress, encodeBase58, HDNodeWallet, Mnemonic } from 'ethers';

/** Order of the curve secp256k1. A private key is a number from 1 to one below it. */
const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/**
 * Address of a private key, as op-node and the transaction senders read it.
 * @param privateKey 32 bytes of hex, with or without `0x`. With a line end behind it the programs do not start
 * @returns checksummed address
 * @throws Error that never repeats the key
 */
export function addressOfPrivateKey(privateKey: string): string {
  const hex = privateKeyHex(privateKey);
  if (privateKey.trim() === privateKey) return computeAddress(`0x${hex}`);
  throw new Error('there is white space around the private key, most often a line end, and the programs take none');
}

/**
 * Address of the key that the transaction senders (go-ethereum-hdwallet) derive from a phrase. They take some phrases
 * and paths otherwise than wallets do, or not at all: those are refused, since nobody could say whose address it is.
 * @param path derivation path like `m/44'/60'/0'/0/1`; the programs have no default
 * @returns checksummed address
 * @throws Error that never repeats the phrase
 */
export function addressOfMnemonic(phrase: string, path: string): string {
  let node = HDNodeWallet.fromSeed(mnemonicOf(phrase).computeSeed());
  const [, ...steps] = path.split('/');
  for (const [depth, step] of steps.entries()) {
    if (/^0\d/.test(step))
      throw new Error(`hdPath ${path} has a number that begins with 0, which the programs read as octal`);
    // The library derives hardened children of such a key without its leading zeros; wallets keep them.
    if (depth > 0 && step.endsWith("'") && node.privateKey.startsWith('0x00')) {
      throw new Error(`by hdPath ${path} the programs derive another key from this phrase than wallets do`);
    }
    node = childOf(node, step, path);
  }
  return node.address;
}

function mnemonicOf(phrase: string): Mnemonic {
  let mnemonic: Mnemonic;
  try {
    mnemonic = Mnemonic.fromPhrase(phrase.trim());
  } catch {
    throw new Error('not a mnemonic phrase: 12, 15, 18, 21 or 24 English words with a valid checksum are needed');
  }
  if (mnemonic.phrase === phrase) return mnemonic;
  throw new Error(
    'the phrase has capitals, a line end or more than one blank between words, and the programs take it only without',
  );
}

function childOf(node: HDNodeWallet, step: string, path: string): HDNodeWallet {
  try {
    return node.derivePath(step);
  } catch {
    throw new Error(`hdPath ${path} is no derivation path: its numbers go up to 2147483647`);
  }
}

/**
 * libp2p peer id of an op-node by its `OP_NODE_P2P_PRIV_PATH` key: the identity multihash of the protobuf that wraps the
 * compressed public key, in base58btc. Needed before the node runs, since an empty id in a static peer is fatal.
 * @throws Error that never repeats the key
 */
export function peerIdOfPrivateKey(privateKey: string): string {
  const ecdh = createECDH('secp256k1');
  ecdh.setPrivateKey(privateKeyHex(privateKey), 'hex');
  const publicKey = ecdh.getPublicKey(null, 'compressed');
  // Protobuf: field 1 (key type) = 2 (secp256k1), field 2 (data) of 33 bytes.
  const protobuf = Buffer.concat([Buffer.from([0x08, 0x02, 0x12, publicKey.length]), publicKey]);
  // Multihash with the identity "hash": code 0, length, the protobuf itself.
  return encodeBase58(Buffer.concat([Buffer.from([0x00, protobuf.length]), protobuf]));
}

/**
 * A private key for a purpose: the same installation key and purpose always give the same one, and nobody who knows one
 * can tell another.
 * @returns 32 bytes of hex without `0x`, a valid secp256k1 private key (also good as an engine JWT secret)
 */
export function deriveKey(installKey: Buffer, purpose: string): string {
  // A digest that is no valid key has a chance of 2^-128; the counter makes the function total.
  for (let counter = 0; ; counter++) {
    const digest = createHmac('sha256', installKey).update(`derive-key/${counter}/${purpose}`).digest('hex');
    if (isPrivateKey(digest)) return digest;
  }
}

/**
 * Token of secret content: changes when any part does, and tells nothing about it.
 * @returns 16 hex digits
 */
export function changeToken(installKey: Buffer, parts: readonly (string | Buffer)[]): string {
  const hmac = createHmac('sha256', installKey).update('change-token');
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    // With its length before it, no part can pose as two.
    hmac.update(`/${bytes.length}/`).update(bytes);
  }
  return hmac.digest('hex').slice(0, 16);
}

function privateKeyHex(privateKey: string): string {
  const hex = privateKey.trim().replace(/^0x/, '').toLowerCase();
  if (isPrivateKey(hex)) return hex;
  throw new Error('not a private key: 32 bytes of hex are needed, e.g. the output of `openssl rand -hex 32`');
}

function isPrivateKey(hex: string): boolean {
  if (!/^[0-9a-f]{64}$/.test(hex)) return false;
  const number = BigInt(`0x${hex}`);
  return number > 0n && number < CURVE_ORDER;
}
