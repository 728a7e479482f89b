import type { Delays } from '../../ledger/delays.ts';
import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import { createRpcClient, type RpcClient } from '../rpc/client.ts';
import { createSequencerSearch } from '../service/active-sequencer.ts';
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
  const active = followActive(process, all, log);
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

function followActive(process: Process, all: readonly Endpoint[], log: Log): () => Promise<Endpoint> {
  const search = createSequencerSearch(process, all, log);
  let current: Endpoint | undefined;
  return async () => {
    const found = await search();
    if (found !== current) {
      const words = 'sequencer changed (or ethClient was nil due to startup), dialing new eth client';
      log.info(words, { new_index: all.indexOf(found), new_url: found.execution.url });
    }
    current = found;
    return found;
  };
}
