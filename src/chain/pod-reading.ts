import { reading } from './clients/reading.ts';
import type { Reading } from './samples.ts';

/** Asks a port of a pod; a pod without an address is unreachable. */
export async function fromAddress<T>(
  { pod, ip }: { readonly pod: string; readonly ip?: string },
  port: number,
  read: (url: string) => Promise<T>,
): Promise<Reading<T>> {
  if (ip === undefined) return { ok: false, kind: 'unreachable', error: `${pod} has no address yet` };
  return reading(read(`http://${ip.includes(':') ? `[${ip}]` : ip}:${port}`));
}
