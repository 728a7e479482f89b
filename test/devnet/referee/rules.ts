import type { LedgerEvent } from '../ledger/events.ts';
import type { Ledger } from '../ledger/ledger.ts';

/** A rule of the devnet: sentences about what must never happen and did. Pure functions of the events so far. */
export type Rule = (events: readonly LedgerEvent[], ledger: Ledger) => readonly string[];

const time = (event: LedgerEvent) => new Date(event.at).toISOString().slice(11, 23);
const key = (event: LedgerEvent) => `${event.node}#${event.instance}`;

/** Never two sequencers: one may start only when every other one has stopped or is gone. */
const oneSequencer: Rule = (events) => {
  const active = new Map<string, LedgerEvent>();
  const found: string[] = [];
  for (const event of events) {
    if (event.type === 'sequencer-stopped') active.delete(key(event));
    if (event.type !== 'sequencer-started') continue;
    for (const other of active.values()) {
      found.push(
        `two sequencers at once: ${event.node} started at ${time(event)} while ${other.node} was active since ${time(other)}`,
      );
    }
    active.set(key(event), event);
  }
  return found;
};

type SenderStarted = LedgerEvent & { readonly type: 'batcher-started' | 'proposer-started' };

/** Never two of a kind with one key: batchers, proposers. */
const onePerKey =
  (kind: 'batcher' | 'proposer'): Rule =>
  (events) => {
    const running = new Map<string, SenderStarted>();
    const found: string[] = [];
    for (const event of events) {
      if (event.type === `${kind}-stopped`) running.delete(key(event));
      if (!isStart(event, kind)) continue;
      for (const other of running.values()) {
        if (other.address !== event.address || other.instance === event.instance) continue;
        found.push(
          `two ${kind}s with key ${event.address}: ${event.node} started at ${time(event)} while ${other.node} ran since ${time(other)}`,
        );
      }
      running.set(key(event), event);
    }
    return found;
  };

const isStart = (event: LedgerEvent, kind: 'batcher' | 'proposer'): event is SenderStarted =>
  event.type === `${kind}-started`;

/** A key's transactions come from one process after the other, never from two in turn. */
const noncesHaveOneOwner: Rule = (events) => {
  const owners = new Map<string, number[]>();
  const found: string[] = [];
  for (const event of events) {
    if (event.type !== 'batch-submitted' && event.type !== 'proposal-submitted') continue;
    const past = owners.get(event.address) ?? [];
    if (past.at(-1) === event.instance) continue;
    if (past.includes(event.instance)) {
      found.push(
        `nonce ${event.nonce} of ${event.address} was sent by ${event.node} after another process had taken over`,
      );
    }
    owners.set(event.address, [...past, event.instance]);
  }
  return found;
};

/** A produced block stays, unless an L1 reorg or an expired sequencing window took it. */
const noBlockIsLost: Rule = (events, ledger) => {
  const safe = events.filter((event) => event.type === 'safe-advanced').at(-1);
  const tip = safe === undefined ? undefined : ledger.block(safe.block.hash);
  const chain = tip === undefined ? [] : (ledger.range(tip.hash, 0) ?? []);
  const excuses = events.flatMap((event) =>
    event.type === 'unsafe-reorg' && (event.reason === 'l1-reorg' || event.reason === 'window-expired') ? [event] : [],
  );
  return events.flatMap((event) => {
    if (event.type !== 'block-produced') return [];
    const kept = chain[event.block.number];
    const excused = excuses.some(
      (reorg) =>
        reorg.at >= event.at && reorg.to.number <= event.block.number && reorg.from.number >= event.block.number,
    );
    if (kept === undefined || kept.hash === event.block.hash || excused) return [];
    return [`block ${event.block.number} of ${event.node} (${event.block.hash}) was replaced by ${kept.hash}`];
  });
};

/** No node is thrown off its chain by derivation: that is how a fork of two sequencers ends. */
const noForks: Rule = (events) =>
  events.flatMap((event) =>
    event.type === 'unsafe-reorg' && event.reason === 'derivation-mismatch'
      ? [
          `${event.node} left a fork at ${time(event)}: ${event.from.number} (${event.from.hash}) → ${event.to.number} (${event.to.hash})`,
        ]
      : [],
  );

export const rules: readonly Rule[] = [
  oneSequencer,
  onePerKey('batcher'),
  onePerKey('proposer'),
  noncesHaveOneOwner,
  noBlockIsLost,
  noForks,
];
