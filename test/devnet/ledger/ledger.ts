import type { L2Block } from './block.ts';
import { type Delays, scaledDelays } from './delays.ts';
import type { LedgerEvent, LedgerEventBody } from './events.ts';
import { createExecutionNetwork, type ExecutionNetwork } from './execution-network.ts';
import { createGossipNetwork, type GossipNetwork } from './gossip-network.ts';

export interface LedgerOptions {
  /** Multiplies every recorded delay; block times, intervals from settings and the gossip age limit stay real. */
  readonly timeScale?: number;
  readonly delays?: Partial<Delays>;
  /** Blocks per second of a sequencer that is behind; the real one managed about 14, which is divided by `timeScale`. */
  readonly catchUpBlocksPerSecond?: number;
  readonly now?: () => number;
}

/** One process of a program as the ledger knows it. */
export interface Actor {
  /** `<namespace>/<pod>` */
  readonly node: string;
  readonly instance: number;
}

/**
 * What is true about one L2 chain: every block that was ever built, who is connected to whom, and what happened when.
 * Nodes keep their own heads; they find blocks here by hash.
 */
export interface Ledger {
  readonly delays: Delays;
  readonly catchUpBlocksPerSecond: number;
  readonly gossip: GossipNetwork;
  readonly execution: ExecutionNetwork;
  now(): number;
  block(hash: string): L2Block | undefined;
  add(block: L2Block): void;
  /** Ancestor of `tip` (or itself) at a height; undefined when the chain is not known that far. */
  ancestor(tip: L2Block, number: number): L2Block | undefined;
  /** The blocks first…tip in ascending order, or undefined when one is unknown. */
  range(tipHash: string, first: number): readonly L2Block[] | undefined;
  newActor(node: string): Actor;
  record(actor: Actor, event: LedgerEventBody): void;
  events(): readonly LedgerEvent[];
  /** Called for each event from now on; returns the undo. */
  subscribe(listener: (event: LedgerEvent) => void): () => void;
}

const RECORDED_CATCH_UP = 14;
/** What one process can do without starving the rest of the devnet. */
const MAX_CATCH_UP = 150;

/** An empty ledger for one chain. */
export function createLedger(options: LedgerOptions = {}): Ledger {
  const now = options.now ?? Date.now;
  const { timeScale = 1 } = options;
  const blocks = new Map<string, L2Block>();
  const events: LedgerEvent[] = [];
  const listeners = new Set<(event: LedgerEvent) => void>();
  let instances = 0;

  const ancestor = (tip: L2Block, number: number): L2Block | undefined => {
    let block: L2Block | undefined = tip;
    while (block !== undefined && block.number > number) block = blocks.get(block.parentHash);
    return block?.number === number ? block : undefined;
  };

  return {
    delays: scaledDelays(timeScale, options.delays),
    catchUpBlocksPerSecond: options.catchUpBlocksPerSecond ?? Math.min(MAX_CATCH_UP, RECORDED_CATCH_UP / timeScale),
    gossip: createGossipNetwork(),
    execution: createExecutionNetwork(),
    now,
    block: (hash) => blocks.get(hash),
    add: (block) => void blocks.set(block.hash, block),
    ancestor,
    range(tipHash, first) {
      const chain: L2Block[] = [];
      let block = blocks.get(tipHash);
      while (block !== undefined && block.number >= first) {
        chain.push(block);
        block = blocks.get(block.parentHash);
      }
      return chain.at(-1)?.number === first ? chain.reverse() : undefined;
    },
    newActor: (node) => ({ node, instance: ++instances }),
    record(actor, body) {
      const event: LedgerEvent = { ...body, at: now(), node: actor.node, instance: actor.instance };
      events.push(event);
      for (const listener of listeners) listener(event);
    },
    events: () => events,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Finds the ledger of a chain by the hash of its genesis block: two chains with one id are still two chains. */
export interface Ledgers {
  readonly delays: Delays;
  forGenesis(hash: string): Ledger;
  all(): readonly Ledger[];
}

/** Makes one ledger per genesis hash on first use. */
export function createLedgers(options: LedgerOptions = {}): Ledgers {
  const ledgers = new Map<string, Ledger>();
  return {
    delays: scaledDelays(options.timeScale ?? 1, options.delays),
    all: () => [...ledgers.values()],
    forGenesis(hash) {
      const key = hash.toLowerCase();
      const known = ledgers.get(key);
      if (known !== undefined) return known;
      const created = createLedger(options);
      ledgers.set(key, created);
      return created;
    },
  };
}
