import type { Log } from '../log.ts';
import { type BatchState, createBatchState } from './batch-state.ts';
import type { Endpoint, Endpoints } from './endpoints.ts';
import { createLoadedBlocks } from './loaded-blocks.ts';
import { readSyncStatus, type SyncStatus } from './sync-status.ts';

/** What the batcher knows of the sequencer's chain and of its own batches on L1. */
export interface SequencerView {
  readonly state: BatchState;
  /** Number of the newest block that was loaded; 0 without any. */
  loadedTo(): number;
  /**
   * Reads status and blocks up to a limit; undefined while op-node cannot be worked with, or when everything has to be
   * done anew. Rejects when it does not answer.
   */
  read(limit: number): Promise<Sight | undefined>;
  /** Forgets everything, at a start. */
  clear(): Promise<void>;
}

/** One look at the sequencer. */
export interface Sight {
  readonly status: SyncStatus;
  readonly endpoint: Endpoint;
}

export function createSequencerView(endpoints: Endpoints, log: Log): SequencerView {
  let previousL1 = 0;
  const loaded = createLoadedBlocks(log);
  const state = createBatchState(log, loaded.forget);

  const activeEndpoint = async (): Promise<Endpoint> => {
    try {
      return await endpoints.active();
    } catch (error) {
      throw new Error(`getting rollup client: ${error instanceof Error ? error.message : String(error)}`);
    }
  };

  const usable = (status: SyncStatus): boolean => {
    if (status.reading === 'nothing') {
      log.info('Received empty sync status, backing off', { backoff: '1s' });
      return false;
    }
    const reversed = status.currentL1 < previousL1;
    if (status.reading === 'incomplete') log.warn('empty BlockRef in sync status', status.shown);
    else if (reversed) log.warn('sequencer currentL1 reversed', { ...status.shown, previous: previousL1 });
    if (status.reading === 'complete') previousL1 = status.currentL1;
    if (status.reading === 'complete' && !reversed) return true;
    log.warn('Sequencer is out of sync, retrying next tick.');
    return false;
  };

  return {
    state,
    loadedTo: loaded.last,
    async read(limit) {
      const endpoint = await activeEndpoint();
      const status = readSyncStatus(await endpoint.rollup.call('optimism_syncStatus', []));
      if (!usable(status)) return undefined;
      state.check(status);
      const to = Math.min(status.unsafe.number, limit);
      if (await loaded.load(endpoint.execution, status.safe.number, to, status.shown)) return { status, endpoint };
      state.clear(status.safeOrigin);
      return undefined;
    },
    async clear() {
      previousL1 = 0;
      const answer = await activeEndpoint()
        .then(({ rollup }) => rollup.call('optimism_syncStatus', []))
        .catch(() => undefined);
      state.clear(answer === undefined ? undefined : readSyncStatus(answer).safeOrigin);
    },
  };
}
