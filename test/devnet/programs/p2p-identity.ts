import { createECDH, createHash } from 'node:crypto';
import { encodeBase58 } from 'ethers';

/** libp2p's protobuf header of a compressed secp256k1 public key (key type 2, 33 bytes). */
const SECP256K1_HEADER = Buffer.from('08021221', 'hex');
/** Identity multihash of 37 bytes. */
const IDENTITY_MULTIHASH = Buffer.from('0025', 'hex');

export interface P2pIdentity {
  /** `16Uiu2HA…` */
  readonly peerId: string;
  /** 32-byte discovery id in hex, without 0x. */
  readonly nodeId: string;
}

/** Peer id of op-node from its 32-byte private key (pods-observed.md section 4). */
export function p2pIdentity(privateKey: Buffer): P2pIdentity {
  const curve = createECDH('secp256k1');
  curve.setPrivateKey(privateKey);
  const publicKey = curve.getPublicKey(null, 'compressed') as unknown as Buffer;
  const peerId = encodeBase58(Buffer.concat([IDENTITY_MULTIHASH, SECP256K1_HEADER, publicKey]));
  return { peerId, nodeId: createHash('sha256').update(publicKey).digest('hex') };
}

/** 32 bytes from hex text with or without 0x; undefined when it is no private key. */
export function parsePrivateKey(text: string): Buffer | undefined {
  const hex = text.trim().replace(/^0x/, '');
  return /^[0-9a-fA-F]{64}$/.test(hex) && !/^0+$/.test(hex) ? Buffer.from(hex, 'hex') : undefined;
}

export interface Multiaddr {
  readonly host: string;
  readonly port: number;
  readonly peerId: string;
}

/** `/dns4|dns|ip4/<host>/tcp/<port>/p2p/<peer id>`; undefined when op-node would not take it. */
export function parseMultiaddr(text: string): Multiaddr | undefined {
  const match = /^\/(?:dns4|dns|ip4)\/([^/]+)\/tcp\/(\d+)\/p2p\/([1-9A-HJ-NP-Za-km-z]{20,})$/.exec(text.trim());
  return match === null ? undefined : { host: match[1] ?? '', port: Number(match[2]), peerId: match[3] ?? '' };
}
