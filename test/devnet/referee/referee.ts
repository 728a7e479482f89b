/** Watches a devnet in every test and says what must never happen and did. */
import type { LedgerEvent } from '../ledger/events.ts';
import type { Ledger, Ledgers } from '../ledger/ledger.ts';
import { foreignTransactions, type InboxTransaction, type L1Call, watchInboxes } from './inbox-watch.ts';
import { rules } from './rules.ts';
import { type SafeLagPolicy, safeLagRule } from './safe-lag.ts';

export interface Referee {
  /** Sentences, one for each violation so far; empty when everything was right. */
  violations(): readonly string[];
  /** What happened, in order. */
  events(): readonly LedgerEvent[];
  /** What reached the batch inboxes on L1. */
  inbox(): readonly InboxTransaction[];
  stop(): Promise<void>;
}

export interface RefereeOptions {
  readonly ledger: Ledger | Ledgers;
  /** The devnet's L1: its URL or a way to call it. */
  readonly l1: { readonly rpcUrl: string } | L1Call;
  readonly safeLag?: SafeLagPolicy;
}

export function createReferee({ ledger, l1, safeLag }: RefereeOptions): Referee {
  const ledgers = () => ('forGenesis' in ledger ? ledger.all() : [ledger]);
  const events = () =>
    ledgers()
      .flatMap((one) => one.events())
      .sort((a, b) => a.at - b.at);
  const inboxes = () => new Set(events().flatMap((event) => (event.type === 'node-started' ? [event.inbox] : [])));
  const watch = watchInboxes(typeof l1 === 'function' ? l1 : callsTo(l1.rpcUrl), inboxes);
  const all = safeLag === undefined ? rules : [...rules, safeLagRule(safeLag)];
  return {
    events,
    inbox: watch.transactions,
    stop: watch.stop,
    violations: () => [
      ...ledgers().flatMap((one) => all.flatMap((rule) => rule(one.events(), one))),
      ...foreignTransactions(watch.transactions(), events()),
    ],
  };
}

function callsTo(rpcUrl: string): L1Call {
  return async (method, params) => {
    const response = await fetch(rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      signal: AbortSignal.timeout(5_000),
    });
    const { result } = (await response.json()) as { result: unknown };
    return result;
  };
}
