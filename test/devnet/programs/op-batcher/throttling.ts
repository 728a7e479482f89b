import type { Process } from '../process.ts';
import { RpcError } from '../rpc/errors.ts';
import type { Settings } from '../settings/settings.ts';
import type { Endpoints } from './endpoints.ts';

const NEVER = new Promise<never>(() => {});

/**
 * With throttling on, every execution client must have the `miner` API; one without ends op-batcher with exit code 0
 * (recorded). Resolves with the reason; never when all have it.
 */

export async function checkMinerApi(process: Process, settings: Settings, endpoints: Endpoints): Promise<string> {
  if (settings.number('throttle.unsafe-da-bytes-lower-threshold') === 0) return NEVER;
  for (const { execution } of endpoints.all) {
    while (!process.ended.aborted) {
      try {
        await execution.call('miner_setMaxDASize', ['0x0', '0x0']);
        break;
      } catch (error) {
        if (error instanceof RpcError && error.code === -32601) {
          return `miner_setMaxDASize unavailable at ${execution.url},  either enable it or disable throttling: ${error.message}`;
        }
        await process.sleep(1_000);
      }
    }
  }
  return NEVER;
}
