import type { LedgerEventBody } from '../../ledger/events.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import type { RpcClient } from '../rpc/client.ts';
import { failure, RpcError } from '../rpc/errors.ts';
import type { Settings } from '../settings/settings.ts';
import type { TxManager } from '../txmgr/tx-manager.ts';
import { nextChannel } from './channel.ts';
import type { Endpoints } from './endpoints.ts';
import { waitForNodeSync } from './node-sync.ts';
import { createPublisher } from './publisher.ts';
import { createSequencerView, type Sight } from './sequencer-view.ts';

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
  /** SIGTERM: what is in flight is not waited for, the rest is dropped. */
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
  let choosing: Promise<boolean> | undefined;
  let sight: Sight | undefined;
  const view = createSequencerView(endpoints, log);
  const { state } = view;
  const publisher = createPublisher({
    ...parts,
    state,
    onConfirmed() {
      if (!stopping.signal.aborted && !parts.stalled()) void sendNext(false);
    },
  });

  const choose = async ({ status, endpoint }: Sight, force: boolean): Promise<boolean> => {
    try {
      const unsafe = { number: Math.min(status.unsafe.number, view.loadedTo(), drainTo ?? Number.POSITIVE_INFINITY) };
      const channel = await nextChannel({ ...status, unsafe }, endpoint.execution, state.newest(), {
        duration: settings.number('max-channel-duration'),
        timeout: parts.channelTimeout - settings.number('sub-safety-margin'),
        maxBytes: settings.number('max-l1-tx-size-bytes'),
        force: force || flushing,
      });
      flushing = false;
      if (channel === undefined || isOver()) return false;
      publisher.send(channel);
      return true;
    } catch {
      return false; // the next look says what is wrong
    } finally {
      choosing = undefined;
    }
  };

  /** Sends the next channel if it is due and nothing is in flight; true when it did. */
  const sendNext = async (force: boolean): Promise<boolean> => {
    if (sight === undefined || publisher.busy() || choosing !== undefined) return false;
    choosing = choose(sight, force);
    return choosing;
  };

  /** Looks at the sequencer once; true when a channel was sent off. */
  const look = async (force: boolean): Promise<boolean> => {
    sight = await view.read(drainTo ?? Number.POSITIVE_INFINITY);
    if (sight === undefined) return false;
    if (!publisher.busy()) return sendNext(force);
    log.warn('publishSignal channel is full, skipping signal');
    return false;
  };

  /** Whether nothing more may be sent: after SIGTERM at once, after a stop when everything is out. */
  const isOver = () => process.ended.aborted || (stopping.signal.aborted && drainTo === undefined);

  const drain = async () => {
    for (;;) {
      await Promise.race([choosing?.then(publisher.idle) ?? publisher.idle(), aborted(abandoning.signal)]);
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
      sight = undefined;
      await view.clear();
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
      drainTo = view.loadedTo();
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
      transactions.close();
      if (transactions.unfunded()) {
        const done = new AbortController();
        await Promise.race([current, process.sleep(ledger.delays.unfundedStop, done.signal)]);
        done.abort();
        transactions.cancel();
      }
      await current;
      end('exit');
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
