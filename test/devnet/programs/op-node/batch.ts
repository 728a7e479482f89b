import { randomBytes } from 'node:crypto';
import { concat, getBytes, hexlify, toUtf8Bytes, toUtf8String } from 'ethers';

/** What one simulated batch says: the blocks first…last of the chain that ends in `tip`. */
export interface Batch {
  readonly first: number;
  readonly last: number;
  readonly tip: string;
  /** Stands for data that is in blobs: who cannot fetch blobs cannot read it. */
  readonly blobs?: boolean;
}

/** Bytes before the frame data: version 1, channel id 16, frame number 2, length 4. */
const HEADER_BYTES = 23;

/** Data of an inbox transaction: version byte 0 and one frame of one channel; the channel's content is JSON. */
export function encodeBatch(batch: Batch, channelId: Buffer = randomBytes(16)): string {
  const data = toUtf8Bytes(JSON.stringify(batch));
  const header = Buffer.alloc(6);
  header.writeUInt32BE(data.length, 2);
  return hexlify(concat(['0x00', channelId, header, data, '0x01']));
}

/** Undefined when the data is no frame of ours: derivation ignores it, like any garbage in the inbox. */
export function decodeBatch(input: string): Batch | undefined {
  try {
    const bytes = getBytes(input);
    const length = Buffer.from(bytes).readUInt32BE(HEADER_BYTES - 4);
    const parsed: unknown = JSON.parse(toUtf8String(bytes.slice(HEADER_BYTES, HEADER_BYTES + length)));
    if (typeof parsed !== 'object' || parsed === null) return undefined;
    const { first, last, tip, blobs } = parsed as Record<string, unknown>;
    if (typeof first !== 'number' || typeof last !== 'number' || typeof tip !== 'string') return undefined;
    return { first, last, tip, ...(blobs === true ? { blobs } : {}) };
  } catch {
    return undefined;
  }
}
