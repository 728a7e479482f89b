import type { Reading } from '../samples.ts';
import { RpcError } from './rpc-error.ts';

/** A promise as a reading: what fails becomes the reason, nothing is thrown. */
export async function reading<T>(promise: Promise<T>): Promise<Reading<T>> {
  try {
    return { ok: true, value: await promise };
  } catch (error) {
    if (error instanceof RpcError) return { ok: false, kind: error.kind, error: error.message };
    return { ok: false, kind: 'unreachable', error: error instanceof Error ? error.message : 'unknown failure' };
  }
}
