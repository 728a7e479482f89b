import type { Log } from '../log.ts';
import type { RpcClient } from '../rpc/client.ts';

/** The endpoint whose op-node sequences. Rejects, in the words of the real programs, when there is none. */
export async function findActiveSequencer<T extends { readonly rollup: RpcClient }>(
  all: readonly T[],
  log: Log,
): Promise<T> {
  const errors: string[] = [];
  for (const [index, endpoint] of all.entries()) {
    try {
      if ((await endpoint.rollup.call('admin_sequencerActive', [])) === true) return endpoint;
      log.info('Sequencer inactive, trying next.', { index, url: endpoint.rollup.url });
    } catch (error) {
      errors.push(error instanceof Error ? error.message : String(error));
    }
  }
  const urls = all.map((endpoint) => endpoint.rollup.url).join(' ');
  const reasons = errors.length === 0 ? '%!w(<nil>)' : errors.join('\n');
  throw new Error(`failed to find an active sequencer, tried following urls: [${urls}]; errs: ${reasons}`);
}
