import { concat, keccak256, toBeHex } from 'ethers';

/** The domain of blocks, version 1. */
export const ZERO_DOMAIN = `0x${'00'.repeat(32)}`;

export interface BlockSigningMessage {
  readonly domain: string;
  readonly chainId: bigint;
  readonly payloadHash: string;
}

/** What the signer of a gossiped block signs (specs, rollup-node-p2p, block signatures). */
export function blockSigningHash({ domain, chainId, payloadHash }: BlockSigningMessage): string {
  return keccak256(concat([domain, toBeHex(chainId, 32), payloadHash]));
}
