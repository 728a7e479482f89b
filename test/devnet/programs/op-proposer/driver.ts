import { getBytes } from 'ethers';
import type { Delays } from '../../ledger/delays.ts';
import type { LedgerEventBody } from '../../ledger/events.ts';
import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import type { RpcClient } from '../rpc/client.ts';
import { failure } from '../rpc/errors.ts';
import { waitForL1 } from '../service/wait-for-l1.ts';
import type { Settings } from '../settings/settings.ts';
import type { TxManager } from '../txmgr/tx-manager.ts';
import type { Output, OutputSource } from './output-source.ts';
import type { ProposalContract } from './proposal-contract.ts';
import type { RollupProvider } from './rollup-provider.ts';

export interface DriverParts {
  readonly process: Process;
  readonly log: Log;
  readonly delays: Delays;
  readonly settings: Settings;
  readonly l1: RpcClient;
  readonly rollups: RollupProvider;
  readonly source: OutputSource;
  readonly contract: ProposalContract;
  readonly transactions: TxManager;
  record(event: LedgerEventBody): void;
}

/**
 * The part of op-proposer that `admin_*` starts and stops. It can be stopped once (recorded): a start after that says
 * that it runs, while its loop returns at once, and the stop after that panics.
 */
export interface Driver {
  /** True while its loop runs. */
  proposing(): boolean;
  start(): Promise<void>;
  /** Rejects with {@link NotRunning}, or with {@link ClosedChannel} where the real one panics. */
  stop(how: 'rpc' | 'exit'): Promise<void>;
  lastProposed(): Output | undefined;
}

export class NotRunning extends Error {
  override readonly message = 'proposer is not running';
}

export class ClosedChannel extends Error {
  override readonly message = 'close of closed channel';
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

export function createDriver(parts: DriverParts): Driver {
  const { process, log, settings, contract, transactions } = parts;
  const { address } = transactions;
  /** Made once: that is why no start works after a stop. */
  const cancelling = new AbortController();
  const { signal } = cancelling;
  let running = false;
  let loop: Promise<void> | undefined;
  let lastProposed: Output | undefined;

  const send = async (output: Output) => {
    const request = await contract.proposal(output);
    const onSigned = (transaction: string, nonce: number) =>
      parts.record({
        type: 'proposal-submitted',
        address,
        transaction,
        nonce,
        block: output.block.number,
        root: output.root,
      });
    try {
      return await transactions.send(request, onSigned, signal);
    } catch (error) {
      throw new Error(`failed to send proposal tx: ${messageOf(error)}`);
    }
  };

  const propose = async (output: Output) => {
    log.info('Proposing output root', {
      output: output.root,
      sequenceNum: output.block.number,
      extraData: String.fromCharCode(...getBytes(contract.extraData(output))),
    });
    const l1 = { l1blocknum: output.currentL1.number, l1blockhash: output.currentL1.hash };
    try {
      const confirmed = await send(output);
      if (confirmed.reverted) {
        log.error('Proposer tx successfully published but reverted', { tx_hash: confirmed.hash });
        return;
      }
      lastProposed = output;
      log.info('Proposer tx successfully published', { tx_hash: confirmed.hash, ...l1 });
      parts.record({ type: 'proposal-confirmed', transaction: confirmed.hash, l1: confirmed.l1 });
    } catch (error) {
      log.error('Failed to send proposal transaction', { err: messageOf(error), ...l1, l1head: output.headL1 });
    }
  };

  const run = async () => {
    while (!signal.aborted && (await process.sleep(settings.duration('poll-interval'), signal))) {
      if (signal.aborted) break;
      try {
        const output = await unlessCancelled(contract.dueOutput(parts.source), signal);
        if (output !== undefined) await propose(output);
      } catch (error) {
        log.warn('Error getting proposal', { err: messageOf(error) });
      }
    }
    log.info('loop returning');
  };

  return {
    proposing: () => loop !== undefined,
    lastProposed: () => lastProposed,
    async start() {
      log.info('Starting Proposer');
      if (running) throw failure('proposer is already running');
      running = true;
      if (settings.bool('wait-node-sync')) {
        const head = Number(await parts.l1.call('eth_blockNumber', []));
        await waitForL1(process, log, parts.delays, head, () => parts.rollups.active());
      }
      if (process.ended.aborted) return;
      log.info('Proposer started');
      const started = run();
      if (signal.aborted) return started;
      loop = started;
      parts.record({ type: 'proposer-started', address });
    },
    async stop(how) {
      log.info('Stopping Proposer');
      if (!running) throw new NotRunning();
      running = false;
      if (signal.aborted) throw new ClosedChannel();
      cancelling.abort();
      await loop;
      if (loop !== undefined) parts.record({ type: 'proposer-stopped', address, how });
      loop = undefined;
      log.info('Proposer stopped');
    },
  };
}

/** Does not wait for an endpoint that hangs when the loop is to end. */
function unlessCancelled<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = () => reject(new Error('context canceled'));
    signal.addEventListener('abort', cancel);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', cancel));
  });
}
