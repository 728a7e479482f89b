/** Values of the Ethereum JSON-RPC as numbers and lower-case strings. */
import { z } from 'zod';

export const hash = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, 'not a hash')
  .toLowerCase();
export const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, 'not an address')
  .toLowerCase();

/** `"0x65"` → 101. Heights, times, nonces and chain ids; larger values are refused rather than rounded. */
export const hexNumber = z
  .string()
  .regex(/^0x[0-9a-fA-F]+$/, 'not a hex number')
  .transform((hex) => Number(BigInt(hex)))
  .refine(Number.isSafeInteger, 'too large');

/** `"0xde0b6b3a7640000"` → `"1000000000000000000"` */
export const hexAmount = z
  .string()
  .regex(/^0x[0-9a-fA-F]+$/, 'not a hex number')
  .transform((hex) => BigInt(hex).toString());

export const block = z
  .object({ number: hexNumber, hash, timestamp: hexNumber })
  .transform(({ number, hash: blockHash, timestamp }) => ({ number, hash: blockHash, timestamp }));

/** `false`, or an object with progress while syncing. */
export const syncing = z.union([z.boolean(), z.object({}).transform(() => true)]);

export function hexOf(number: number): string {
  return `0x${number.toString(16)}`;
}
