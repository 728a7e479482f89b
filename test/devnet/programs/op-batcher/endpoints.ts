import type { Delays } from '../../ledger/delays.ts';
import type { Log } from '../log.ts';
import { canConnect } from '../op-node/startup.ts';
import type { Process } from '../process.ts';
import { createRpcClient, type RpcClient } from '../rpc/client.ts';
import { DIAL_ATTEMPTS, dialFor } from '../service/dial.ts';
import { SetupError } from '../service/setup-error.ts';
import type { Settings } from '../settings/settings.ts';

/** One sequencer: its op-node and its execution client. */
export interface Endpoint {
  readonly rollup: RpcClient;
  readonly execution: RpcClient;
}

/** Finds the sequencer to read from. */
export interface Endpoints {
  readonly all: readonly Endpoint[];
  /** With one endpoint always that one; with several the one whose `admin_sequencerActive` is true. */
  active(): Promise<Endpoint>;
}

/** @throws SetupError when no endpoint can be used */
export async function createEndpoints(
  process: Process,
  log: Log,
  delays: Delays,
  settings: Settings,
): Promise<Endpoints> {
  const executions = settings.list('l2-eth-rpc').map((url) => createRpcClient(process, url));
  const all = settings.list('rollup-rpc').flatMap((url, index) => {
    const execution = executions[index];
    return execution === undefined ? [] : [{ rollup: createRpcClient(process, url), execution }];
  });
  const [only] = all;
  if (all.length === 1 && only !== undefined) {
    await dialStatic(process, log, delays, only);
    return { all, active: async () => only };
  }
  const active = createSearch(process, all, log);
  const deadline = Date.now() + delays.activeSequencerSearch;
  for (;;) {
    try {
      await active();
      return { all, active };
    } catch (error) {
      const left = Date.now() < deadline && (await process.sleep(delays.activeSequencerSearch / 7));
      if (!left)
        throw new SetupError(
          `failed to build active L2 endpoint provider: setting provider rollup client: ${messageOf(error)}`,
        );
    }
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

async function dialStatic(process: Process, log: Log, delays: Delays, endpoint: Endpoint): Promise<void> {
  const fail = (why: string) => new SetupError(`failed to build static L2 endpoint provider: ${why}`);
  if (!(await dialFor(process, log, delays.batcherDial, endpoint.execution.url)))
    throw fail('context deadline exceeded');
  const { url } = endpoint.rollup;
  if (await dialFor(process, log, delays.batcherDial, url)) return;
  throw fail(`operation failed permanently after ${DIAL_ATTEMPTS} attempts: address unavailable (${url})`);
}

/** Looks first at the endpoint that answered last, then at the next ones. */
function createSearch(process: Process, all: readonly Endpoint[], log: Log): () => Promise<Endpoint> {
  let current = 0;
  let active: number | undefined;
  /** Endpoints where nothing listens: they are dialled anew before they are asked again. */
  const lost = new Set<Endpoint>();

  const isActive = async (endpoint: Endpoint): Promise<boolean> => {
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
          if (active !== index) {
            const words = 'sequencer changed (or ethClient was nil due to startup), dialing new eth client';
            log.info(words, { new_index: index, new_url: endpoint.execution.url });
          }
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
