import type { LedgerEvent } from '../ledger/events.ts';

/** One transaction that reached a batch inbox on L1. */
export interface InboxTransaction {
  readonly hash: string;
  readonly from: string;
  readonly inbox: string;
  readonly block: number;
}

/** Reads the L1 of the devnet, independently of what the programs say. */
export interface InboxWatch {
  /** Transactions to the inboxes that the events name, in their order. */
  transactions(): readonly InboxTransaction[];
  stop(): Promise<void>;
}

/** Calls a method of the L1; rejects while it is away. */
export type L1Call = (method: string, params: readonly unknown[]) => Promise<unknown>;

const POLL_MS = 500;

/** @param inboxes addresses to look for, lower case, at the time of the call */
export function watchInboxes(call: L1Call, inboxes: () => ReadonlySet<string>): InboxWatch {
  const found: InboxTransaction[] = [];
  const stopped = new AbortController();
  let next: number | undefined;

  const readNew = async () => {
    const head = Number(await call('eth_blockNumber', []));
    next ??= head;
    const wanted = inboxes();
    for (; next <= head && !stopped.signal.aborted; next += 1) {
      const block = (await call('eth_getBlockByNumber', [`0x${next.toString(16)}`, true])) as {
        transactions: readonly { readonly hash: string; readonly from: string; readonly to: string | null }[];
      } | null;
      for (const { hash, from, to } of block?.transactions ?? []) {
        const inbox = to?.toLowerCase() ?? '';
        if (wanted.has(inbox)) found.push({ hash, from: from.toLowerCase(), inbox, block: next });
      }
    }
  };

  const run = async () => {
    while (!stopped.signal.aborted) {
      await readNew().catch(() => {}); // L1 may be away: tests stop it on purpose
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, POLL_MS);
        stopped.signal.addEventListener('abort', () => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  };
  const running = run();

  return {
    transactions: () => found,
    stop() {
      stopped.abort();
      return running;
    },
  };
}

/** Inbox transactions of a batcher's key that no known batcher announced: somebody else uses the key. */
export function foreignTransactions(
  transactions: readonly InboxTransaction[],
  events: readonly LedgerEvent[],
): readonly string[] {
  const announced = new Set(events.flatMap((event) => (event.type === 'batch-submitted' ? [event.transaction] : [])));
  const keys = new Set(
    events.flatMap((event) => (event.type === 'batcher-started' ? [event.address.toLowerCase()] : [])),
  );
  return transactions
    .filter(({ hash, from }) => keys.has(from) && !announced.has(hash))
    .map(
      ({ hash, from, block }) =>
        `inbox transaction ${hash} in L1 block ${block} uses the key of ${from}, but no batcher sent it`,
    );
}
