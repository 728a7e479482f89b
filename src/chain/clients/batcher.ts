/** op-batcher. Stopping it by RPC is not here on purpose: a container restart undoes that, so it is scaled to 0. */
import { z } from 'zod';
import type { HttpOptions } from './http.ts';
import { jsonRpc } from './json-rpc.ts';
import { RpcError } from './rpc-error.ts';

/**
 * Closes the current channel, so that its blocks are sent now and not at the end of its longest duration.
 * @returns false when the batcher does not run
 */
export async function flushBatcher(url: string, options?: HttpOptions): Promise<boolean> {
  try {
    await jsonRpc(url, { method: 'admin_flushBatcher', answer: z.null() }, options);
    return true;
  } catch (error) {
    if (error instanceof RpcError && error.kind === 'rpc-error' && /batcher is not running/.test(error.message))
      return false;
    throw error;
  }
}
