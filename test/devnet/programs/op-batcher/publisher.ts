import { randomBytes } from 'node:crypto';
import type { LedgerEventBody } from '../../ledger/events.ts';
import type { Log } from '../log.ts';
import { encodeBatch } from '../op-node/batch.ts';
import type { Settings } from '../settings/settings.ts';
import type { TxManager } from '../txmgr/tx-manager.ts';
import type { BatchState } from './batch-state.ts';
import type { Channel } from './channel.ts';

/** Brings channels to L1, one after the other and beside everything else. */
export interface Publisher {
  busy(): boolean;
  send(channel: Channel): void;
  /** Resolves when nothing is in flight. */
  idle(): Promise<void>;
  submitted(): number;
  /** Why the last transaction did not get through; undefined when it did. */
  failure(): string | undefined;
}

export interface PublisherParts {
  readonly log: Log;
  readonly settings: Settings;
  readonly transactions: TxManager;
  readonly inbox: string;
  readonly state: BatchState;
  record(event: LedgerEventBody): void;
  /** Called when nothing is in flight any more because the transaction got through. */
  onConfirmed(): void;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** A batcher knows the gas by itself: data costs at most 40 a byte (EIP-7623). */
const gasOf = (data: string) => 21_000 + 40 * (data.length / 2 - 1);

export function createPublisher(parts: PublisherParts): Publisher {
  const { log, settings, transactions, state } = parts;
  let current: Promise<void> | undefined;
  let submitted = 0;
  let failure: string | undefined;
  const blobs = settings.string('data-availability-type') === 'blobs';

  /** True when it got through. */
  const publish = async (channel: Channel, id: string, data: string): Promise<boolean> => {
    const { first, last } = channel;
    const generation = state.generation();
    const isKnown = () => generation === state.generation();
    const frame = `${id}:0`;
    const { address } = transactions;
    try {
      const request = { to: parts.inbox, data, gasLimit: gasOf(data) };
      const { hash, l1 } = await transactions.send(request, (transaction, nonce) =>
        parts.record({ type: 'batch-submitted', address, transaction, nonce, first, last }),
      );
      submitted += 1;
      failure = undefined;
      log.info('Handling receipt', { id: frame });
      log.info('Transaction confirmed', { tx_id: frame, tx: hash, block: `${l1.hash}:${l1.number}` });
      if (isKnown()) {
        state.confirmed(channel, l1.number);
        const fields = { id, min_inclusion_block: l1.number, max_inclusion_block: l1.number };
        log.info('Channel is fully submitted', fields);
      } else log.warn('transaction from unknown channel marked as confirmed', { id: frame });
      parts.record({ type: 'batch-confirmed', transaction: hash, l1 });
      return true;
    } catch (error) {
      failure = messageOf(error);
      log.info('Handling receipt', { id: frame });
      log.warn('Transaction failed to send', { tx_id: frame, err: failure });
      if (!isKnown()) log.warn('transaction from unknown channel marked as failed', { id: frame });
      return false;
    }
  };

  return {
    busy: () => current !== undefined,
    submitted: () => submitted,
    failure: () => failure,
    send(channel) {
      const id = randomBytes(16);
      const data = encodeBatch({ ...channel, ...(blobs ? { blobs } : {}) }, id);
      sayChannel(log, channel, id.toString('hex'), { blobs, bytes: (data.length - 2) / 2 });
      current = publish(channel, id.toString('hex'), data).then((confirmed) => {
        current = undefined;
        if (confirmed) parts.onConfirmed();
      });
    },
    async idle() {
      await current;
    },
  };
}

function sayChannel(
  log: Log,
  { first, last, tip, origin }: Channel,
  id: string,
  { blobs, bytes }: { readonly blobs: boolean; readonly bytes: number },
): void {
  log.info('Created channel', { id, blocks_pending: last - first + 1, use_blobs: blobs });
  log.info('Channel closed', {
    id,
    blocks_pending: 0,
    num_frames: 1,
    l1_origin: origin,
    latest_l2: `${tip}:${last}`,
    full_reason: 'channel full: max channel duration reached',
  });
  if (!blobs) log.info('Building Calldata transaction candidate', { size: bytes });
}
