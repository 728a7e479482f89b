import { hexlify, type SigningKey, toBeHex } from 'ethers';
import type { Log } from '../log.ts';
import { RpcError } from '../rpc/errors.ts';
import { type BlockSigningMessage, blockSigningHash } from '../signer/signing-hash.ts';
import type { AuthRow } from './auth-config.ts';

const invalid = (why: string) => new RpcError(-32012, why);
const unauthorized = (why: string) => new RpcError(-32013, why);

/** Arguments of version 1: Go's own JSON of an array, a number and a slice of bytes. */
export interface BlockPayloadArguments {
  readonly domain?: readonly number[];
  readonly chainId?: number | null;
  readonly payloadHash?: string | null;
  readonly senderAddress?: string | null;
}

/** Arguments of version 2: hexadecimal throughout; the chain id is decimal text or hexadecimal. */
export interface BlockPayloadArgumentsV2 {
  readonly domain?: string;
  readonly chainId?: string | null;
  readonly payloadHash?: string | null;
  readonly senderAddress?: string | null;
}

export function messageV1({ domain, chainId, payloadHash }: BlockPayloadArguments): BlockSigningMessage {
  if (!chainId) throw invalid('chainId not specified');
  const hash = Buffer.from(payloadHash ?? '', 'base64');
  if (hash.length === 0) throw invalid('payloadHash not specified');
  if (hash.length !== 32) throw invalid('payloadHash has unexpected length');
  return {
    domain: hexlify(Uint8Array.from(domain ?? Array.from({ length: 32 }, () => 0))),
    chainId: BigInt(chainId),
    payloadHash: hexlify(hash),
  };
}

export function messageV2({ domain, chainId, payloadHash }: BlockPayloadArgumentsV2): BlockSigningMessage {
  if (!chainId) throw invalid('chainId not specified');
  if (!payloadHash) throw invalid('payloadHash not specified');
  return { domain: domain ?? toBeHex(0, 32), chainId: BigInt(chainId), payloadHash };
}

/** Signs a block for a client with this row. @returns 65 bytes: r, s, and the parity as 0 or 1 */
export function signBlock(row: AuthRow, key: SigningKey, message: BlockSigningMessage, log: Log): string {
  if (message.chainId !== BigInt(row.chainID)) {
    const warning = "user is trying to sign a block payload for a different chainID than the actual signer's chainID";
    log.warn(warning, { provider: row.chainID, request: String(message.chainId) });
    throw unauthorized('unexpected chainId');
  }
  const signingHash = blockSigningHash(message);
  const { r, s, yParity } = key.sign(signingHash);
  const signature = `${r}${s.slice(2)}0${yParity}`;
  log.info('Signed block payload', { signingHash, signature });
  return signature;
}
