import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import { RpcError } from '../rpc/errors.ts';
import type { Settings } from '../settings/settings.ts';
import type { Endpoint, Endpoints } from './endpoints.ts';

/** How often each execution client is told, and after a failure told again. */
const THROTTLE_INTERVAL_MS = 2_000;

export interface ThrottlingParts {
  readonly process: Process;
  readonly log: Log;
  readonly settings: Settings;
  readonly endpoints: Endpoints;
  /**
   * With throttling on, every execution client must have the `miner` API; one without ends op-batcher with exit code 0
   * (recorded).
   */
  onUnavailable(reason: string): void;
}

/** Tells the execution clients how much data they may take, until the signal. */
export function throttleEndpoints(parts: ThrottlingParts, until: AbortSignal): void {
  const { process, log, settings, endpoints } = parts;
  if (settings.number('throttle.unsafe-da-bytes-lower-threshold') === 0) return;
  log.info('Starting DA throttling loop', {
    controller_type: settings.string('throttle.controller-type'),
    lower_threshold: settings.number('throttle.unsafe-da-bytes-lower-threshold'),
    upper_threshold: settings.number('throttle.unsafe-da-bytes-upper-threshold'),
  });
  for (const endpoint of endpoints.all) {
    log.info('Starting endpoint throttling loop', { endpoint: endpoint.execution.url });
    process.spawn(() => throttle(parts, endpoint, until));
  }
}

async function throttle(parts: ThrottlingParts, { execution }: Endpoint, until: AbortSignal): Promise<void> {
  const { process, log } = parts;
  const { url } = execution;
  while (!until.aborted && !process.ended.aborted) {
    try {
      await execution.call('miner_setMaxDASize', ['0x0', '0x0']);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (error instanceof RpcError && error.code === -32601) {
        parts.onUnavailable(
          `miner_setMaxDASize unavailable at ${url},  either enable it or disable throttling: ${why}`,
        );
        break;
      }
      if (!until.aborted) log.warn('SetMaxDASize RPC failed for endpoint, retrying.', { endpoint: url, err: why });
    }
    await process.sleep(THROTTLE_INTERVAL_MS, until);
  }
  log.info('Endpoint throttling loop shutting down', { endpoint: url });
}
