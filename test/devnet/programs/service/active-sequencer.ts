import type { Log } from '../log.ts';
import { canConnect } from '../op-node/startup.ts';
import type { Process } from '../process.ts';
import type { RpcClient } from '../rpc/client.ts';

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/**
 * Looks for the endpoint whose op-node sequences: first at the one that answered last, then at the next ones. What it
 * returns rejects, in the words of the real programs, when there is none.
 */
export function createSequencerSearch<T extends { readonly rollup: RpcClient }>(
  process: Process,
  all: readonly T[],
  log: Log,
): () => Promise<T> {
  let current = 0;
  let active: number | undefined;
  /** Endpoints where nothing listens: they are dialled anew before they are asked again. */
  const lost = new Set<T>();

  const isActive = async (endpoint: T): Promise<boolean> => {
    const { url } = endpoint.rollup;
    if (lost.has(endpoint) && !(await canConnect(process, url))) {
      throw new Error(`dialing rollup client: address unavailable (${url})`);
    }
    lost.delete(endpoint);
    try {
      return (await endpoint.rollup.call('admin_sequencerActive', [])) === true;
    } catch (error) {
      if (/connection refused/.test(messageOf(error))) lost.add(endpoint);
      throw error;
    }
  };

  return async () => {
    const errors: string[] = [];
    const start = current;
    for (let offset = 0; offset < all.length; offset += 1) {
      const index = (start + offset) % all.length;
      const endpoint = all[index];
      if (endpoint === undefined) continue;
      const { url } = endpoint.rollup;
      if (offset > 0) log.info('Dialing next sequencer.', { index, url });
      try {
        const found = await isActive(endpoint);
        current = index;
        if (found) {
          if (active !== undefined && active !== index) log.info('Found new active sequencer.', { index, url });
          active = index;
          return endpoint;
        }
        log.info('Sequencer inactive, trying next.', { index, url });
      } catch (error) {
        errors.push(messageOf(error));
      }
    }
    const urls = all.map((endpoint) => endpoint.rollup.url).join(' ');
    const reasons = errors.length === 0 ? '%!w(<nil>)' : errors.join('\n');
    throw new Error(`failed to find an active sequencer, tried following urls: [${urls}]; errs: ${reasons}`);
  };
}
