import type { LedgerEventBody } from '../../ledger/events.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Log } from '../log.ts';
import { encodeBatch } from '../op-node/batch.ts';
import type { Process } from '../process.ts';
import type { RpcClient } from '../rpc/client.ts';
import { failure, RpcError } from '../rpc/errors.ts';
import type { Settings } from '../settings/settings.ts';
import type { TxManager } from '../txmgr/tx-manager.ts';
import { createBatchState } from './batch-state.ts';
import { type Channel, nextChannel, readSyncStatus } from './channel.ts';
import type { Endpoints } from './endpoints.ts';
import { waitForNodeSync } from './node-sync.ts';

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

/** A batcher knows the gas by itself: data costs at most 40 a byte (EIP-7623). */
const gasOf = (data: string) => 21_000 + 40 * (data.length / 2 - 1);

export function createSubmitter(parts: SubmitterParts): Submitter {
  const { process, log, ledger, settings, endpoints, transactions } = parts;
  let loop: Promise<void> | undefined;
  let stopping = new AbortController();
  /** After a stop: the block up to which everything that was loaded is still submitted. */
  let drainTo: number | undefined;
  let loadedTo = 0;
  let flushing = false;
  let submitted = 0;
  let previousL1 = 0;
  const state = createBatchState(log);

  const send = (channel: Channel) => {
    const data = encodeBatch(channel);
    const gasLimit = gasOf(data);
    return transactions.send({ to: parts.inbox, data, gasLimit }, (transaction, nonce) =>
      parts.record({
        type: 'batch-submitted',
        address: transactions.address,
        transaction,
        nonce,
        first: channel.first,
        last: channel.last,
      }),
    );
  };

  /** True when the channel is on L1. */
  const submit = async (channel: Channel): Promise<boolean> => {
    const confirmed = await send(channel).catch((error) => {
      log.warn('Transaction failed to send', { err: messageOf(error) });
    });
    if (confirmed === undefined) return false;
    submitted += 1;
    state.confirmed(channel, confirmed.l1.number);
    parts.record({ type: 'batch-confirmed', transaction: confirmed.hash, l1: confirmed.l1 });
    return true;
  };

  const step = async (force: boolean): Promise<boolean> => {
    const { rollup, execution } = await endpoints.active();
    const status = readSyncStatus(await rollup.call('optimism_syncStatus', []));
    if (status === undefined) {
      log.warn('Sequencer is out of sync, retrying next tick', { err: 'empty BlockRef in sync status' });
      return false;
    }
    if (status.currentL1 < previousL1)
      log.warn('sequencer currentL1 reversed', { new: status.currentL1, previous: previousL1 });
    const reversed = status.currentL1 < previousL1;
    previousL1 = status.currentL1;
    if (reversed) return false;
    await state.check(status, execution);
    const unsafe = { number: Math.min(status.unsafe.number, drainTo ?? Number.POSITIVE_INFINITY) };
    loadedTo = unsafe.number;
    const channel = await nextChannel({ ...status, unsafe }, execution, state.newest(), {
      duration: settings.number('max-channel-duration'),
      timeout: parts.channelTimeout - settings.number('sub-safety-margin'),
      maxBytes: settings.number('max-l1-tx-size-bytes'),
      force,
    });
    if (channel === undefined) return false;
    return submit(channel);
  };

  const run = async () => {
    const pollInterval = Math.max(50, settings.duration('poll-interval'));
    while (!stopping.signal.aborted && (await process.sleep(pollInterval, stopping.signal))) {
      if (parts.stalled()) continue;
      const force = flushing;
      flushing = false;
      try {
        await step(force || stopping.signal.aborted);
      } catch (error) {
        log.warn('could not get sync status, retrying on next tick', { err: messageOf(error) });
      }
    }
    log.info('blockLoadingLoop returning');
    while (drainTo !== undefined && !process.ended.aborted) {
      const more = await step(true).catch(() => false);
      if (!more) break;
    }
    log.info('publishingLoop returning');
  };

  const end = (how: 'rpc' | 'exit') => {
    loop = undefined;
    log.info('Batch Submitter stopped');
    parts.record({ type: 'batcher-stopped', address: transactions.address, how });
  };

  return {
    running: () => loop !== undefined,
    submitted: () => submitted,
    async start() {
      if (loop !== undefined) throw failure('batcher is already running');
      log.info('Starting Batch Submitter');
      stopping = new AbortController();
      transactions.reopen();
      drainTo = undefined;
      state.clear();
      previousL1 = 0;
      if (settings.bool('wait-node-sync')) {
        await waitForNodeSync(process, parts.l1, endpoints, transactions.address, settings, ledger, log);
      }
      // The wait is also over when the process is: one that has ended starts nothing any more.
      if (process.ended.aborted) return;
      log.info('Batch Submitter started');
      parts.record({ type: 'batcher-started', address: transactions.address });
      loop = run();
      loop.catch(() => {});
    },
    async stop() {
      const current = loop;
      if (current === undefined) throw failure('batcher is not running');
      log.info('Stopping Batch Submitter');
      drainTo = loadedTo;
      stopping.abort();
      const deadline = new AbortController();
      const late = process.sleep(ledger.delays.rpcWriteTimeout, deadline.signal).then(() => 'late' as const);
      const outcome = await Promise.race([current.then(() => 'done' as const), late]);
      deadline.abort();
      if (outcome === 'late') {
        transactions.close();
        drainTo = undefined;
        log.warn('Transaction failed to send', { err: 'context canceled' });
      }
      end('rpc');
      if (outcome === 'late') throw new RpcError(-32002, 'request timed out');
    },
    flush() {
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
      end('exit');
    },
  };
}
