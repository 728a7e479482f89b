/**
 * Finds networks whose entity does not run (somebody terminated it, or it failed) and entities whose network is gone.
 * An entity is a cache: anyone may end it, and this starts the next one.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { entityWorkflowId, parseEntityWorkflowId } from '../contract/ids.ts';
import type { NetworkKey, Poker } from './poke.ts';
import type { OwnObject } from './watched-objects.ts';

export interface EntityCheckOptions {
  readonly poker: Poker;
  readonly cluster: string;
  readonly intervalMs: number;
  readonly logger: Logger;
  /** Whether `networks` is complete and Temporal answers; a round without that would only do harm or noise. */
  readonly isReady: () => boolean;
  readonly networks: () => readonly OwnObject[];
  /** Whether this watcher sees the namespace; entities of others' namespaces are none of its business. */
  readonly isWatched: (namespace: string) => boolean;
  readonly onMissing: (network: NetworkKey) => void;
  readonly onOrphan: (network: NetworkKey) => void;
}

export interface EntityCheck {
  close(): Promise<void>;
}

export function startEntityCheck(options: EntityCheckOptions): EntityCheck {
  const { intervalMs, logger } = options;
  const closing = new AbortController();
  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      await sleep(intervalMs, undefined, { signal: closing.signal }).catch(() => {});
      if (closing.signal.aborted) return;
      if (!options.isReady()) continue;
      await checkEntities(options, closing.signal).catch((error: unknown) => {
        if (!closing.signal.aborted) logger.warn({ err: error }, 'Running workflows could not be listed');
      });
    }
  }
  const running = run();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}

/** One round. The server's list lags behind, so a network that is not in it is looked up before it counts. */
async function checkEntities(options: EntityCheckOptions, signal: AbortSignal): Promise<void> {
  const { poker, cluster } = options;
  const listed = await poker.listRunning(signal);
  const wanted = new Set<string>();
  for (const { metadata } of options.networks()) {
    const network = { namespace: metadata.namespace ?? '', name: metadata.name };
    const workflowId = entityWorkflowId({ cluster, ...network });
    wanted.add(workflowId);
    if (listed.has(workflowId) || (await poker.isRunning(network, signal))) continue;
    options.onMissing(network);
  }
  for (const workflowId of listed) {
    const network = parseEntityWorkflowId(workflowId);
    if (network === undefined || wanted.has(workflowId) || !options.isWatched(network.namespace)) continue;
    options.onOrphan(network);
  }
}
