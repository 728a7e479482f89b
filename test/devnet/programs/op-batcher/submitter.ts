import type { LedgerEventBody } from '../../ledger/events.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import type { RpcClient } from '../rpc/client.ts';
import { failure, RpcError } from '../rpc/errors.ts';
import type { Settings } from '../settings/settings.ts';
import type { TxManager } from '../txmgr/tx-manager.ts';
import { createBatchState } from './batch-state.ts';
import { nextChannel } from './channel.ts';
import type { Endpoint, Endpoints } from './endpoints.ts';
import { createLoadedBlocks } from './loaded-blocks.ts';
import { waitForNodeSync } from './node-sync.ts';
import { createPublisher } from './publisher.ts';
import { readSyncStatus } from './sync-status.ts';

export interface SubmitterParts {
  readonly process: Process;
  readonly log: Log;
  readonly ledger: Ledger;
  readonly settings: Settings;
  readonly endpoints: Endpoints;
  readonly l1: RpcClient;
  readonly transactions: TxManager;
  readonly inbox: string;
  readonly channelTimeout: number;
  record(event: LedgerEventBody): void;
  stalled(): boolean;
  /** Starts to tell the execution clients how much data they may take, until the signal. */
  throttle(until: AbortSignal): void;
}

/** The part of op-batcher that `admin_*` starts and stops. */
export interface Submitter {
  running(): boolean;
  start(): Promise<void>;
  stop(): Promise<void>;
  flush(): void;
  /** SIGTERM: what is in flight may confirm, the rest is dropped. */
  shutDown(): Promise<void>;
  submitted(): number;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

export function createSubmitter(parts: SubmitterParts): Submitter {
  const { process, log, ledger, settings, endpoints, transactions } = parts;
  let loop: Promise<void> | undefined;
  let stopping = new AbortController();
  /** Aborted when a stop takes too long: nothing is waited for any more. */
  let abandoning = new AbortController();
  /** After a stop: the block up to which everything that was loaded is still submitted. */
  let drainTo: number | undefined;
  let flushing = false;
  let previousL1 = 0;
  const loaded = createLoadedBlocks(log);
  const state = createBatchState(log, loaded.forget);
  const publisher = createPublisher({ ...parts, state });

  const activeEndpoint = async (): Promise<Endpoint> => {
    try {
      return await endpoints.active();
    } catch (error) {
      throw new Error(`getting rollup client: ${messageOf(error)}`);
    }
  };

  /** What op-node says, when it can be worked with. */
  const usableStatus = async ({ rollup }: Endpoint) => {
    const status = readSyncStatus(await rollup.call('optimism_syncStatus', []));
    if (status.reading === 'nothing') {
      log.info('Received empty sync status, backing off', { backoff: '1s' });
      return undefined;
    }
    const reversed = status.currentL1 < previousL1;
    if (status.reading === 'incomplete') log.warn('empty BlockRef in sync status', status.shown);
    else if (reversed) log.warn('sequencer currentL1 reversed', { ...status.shown, previous: previousL1 });
    if (status.reading === 'complete') previousL1 = status.currentL1;
    if (status.reading === 'complete' && !reversed) return status;
    log.warn('Sequencer is out of sync, retrying next tick.');
    return undefined;
  };

  /** Looks at the sequencer once; true when a channel was sent off. */
  const look = async (force: boolean): Promise<boolean> => {
    const endpoint = await activeEndpoint();
    const status = await usableStatus(endpoint);
    if (status === undefined) return false;
    state.check(status);
    const to = Math.min(status.unsafe.number, drainTo ?? Number.POSITIVE_INFINITY);
    if (!(await loaded.load(endpoint.execution, status.safe.number, to, status.shown))) {
      state.clear(status.safeOrigin);
      return false;
    }
    if (publisher.busy()) {
      log.warn('publishSignal channel is full, skipping signal');
      return false;
    }
    const unsafe = { number: Math.min(to, loaded.last()) };
    const channel = await nextChannel({ ...status, unsafe }, endpoint.execution, state.newest(), {
      duration: settings.number('max-channel-duration'),
      timeout: parts.channelTimeout - settings.number('sub-safety-margin'),
      maxBytes: settings.number('max-l1-tx-size-bytes'),
      force: force || flushing,
    });
    flushing = false;
    if (channel === undefined) return false;
    publisher.send(channel);
    return true;
  };

  const drain = async () => {
    for (;;) {
      await Promise.race([publisher.idle(), aborted(abandoning.signal)]);
      if (drainTo === undefined || abandoning.signal.aborted || process.ended.aborted) return;
      if (!(await look(true).catch(() => false))) return;
    }
  };

  const run = async (throttling: AbortController) => {
    const pollInterval = Math.max(50, settings.duration('poll-interval'));
    while ((await process.sleep(pollInterval, stopping.signal)) && !stopping.signal.aborted) {
      if (parts.stalled()) continue;
      await look(false).catch((error) =>
        log.warn('could not get sync status, retrying on next tick', { err: messageOf(error) }),
      );
    }
    log.info('blockLoadingLoop returning');
    throttling.abort();
    await drain();
    const err = publisher.failure();
    if (err !== undefined && drainTo === undefined) log.error('error waiting for transactions to complete', { err });
    log.info('publishingLoop returning');
    if (abandoning.signal.aborted) transactions.cancel();
    await publisher.idle();
    log.info('receiptsLoop returning');
  };

  const end = (how: 'rpc' | 'exit') => {
    loop = undefined;
    log.info('Batch Submitter stopped');
    parts.record({ type: 'batcher-stopped', address: transactions.address, how });
  };

  const clearState = async () => {
    const answer = await activeEndpoint()
      .then(({ rollup }) => rollup.call('optimism_syncStatus', []))
      .catch(() => undefined);
    state.clear(answer === undefined ? undefined : readSyncStatus(answer).safeOrigin);
  };

  return {
    running: () => loop !== undefined,
    submitted: publisher.submitted,
    async start() {
      log.info('Starting Batch Submitter');
      if (loop !== undefined) throw failure('batcher is already running');
      stopping = new AbortController();
      abandoning = new AbortController();
      transactions.reopen();
      drainTo = undefined;
      previousL1 = 0;
      await clearState();
      if (settings.bool('wait-node-sync')) {
        await waitForNodeSync(process, parts.l1, endpoints, transactions.address, settings, ledger, log);
      }
      // The wait is also over when the process is: one that has ended starts nothing any more.
      if (process.ended.aborted) return;
      log.info('Batch Submitter started');
      parts.record({ type: 'batcher-started', address: transactions.address });
      const throttling = new AbortController();
      parts.throttle(throttling.signal);
      log.info('Starting receipts processing loop');
      loop = run(throttling);
      loop.catch(() => {});
    },
    async stop() {
      log.info('Stopping Batch Submitter');
      const current = loop;
      if (current === undefined) throw failure('batcher is not running');
      drainTo = loaded.last();
      stopping.abort();
      const deadline = new AbortController();
      const late = process.sleep(ledger.delays.rpcWriteTimeout, deadline.signal).then(() => 'late' as const);
      const outcome = await Promise.race([current.then(() => 'done' as const), late]);
      deadline.abort();
      if (outcome === 'late') {
        abandoning.abort();
        await current;
      }
      end('rpc');
      if (outcome === 'late') throw new RpcError(-32002, 'request timed out');
    },
    flush() {
      log.info('Flushing Batch Submitter');
      if (loop === undefined) throw failure('batcher is not running');
      flushing = true;
    },
    async shutDown() {
      const current = loop;
      if (current === undefined) return;
      log.info('Stopping Batch Submitter');
      stopping.abort();
      const unfunded = transactions.unfunded();
      const patience = unfunded ? ledger.delays.unfundedStop : settings.duration('txmgr.receipt-query-interval') + 500;
      const done = new AbortController();
      await Promise.race([current, process.sleep(patience, done.signal)]);
      done.abort();
      transactions.close();
      await current;
      end('exit');
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
