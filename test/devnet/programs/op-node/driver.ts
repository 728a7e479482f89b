import type { BlockId, L2Block } from '../../ledger/block.ts';
import type { LedgerEventBody, ReorgReason } from '../../ledger/events.ts';
import type { Actor, Ledger } from '../../ledger/ledger.ts';
import type { L1Ref } from '../l1/l1-block.ts';
import type { L1Source } from '../l1/l1-source.ts';
import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import type { BlobSource } from './blobs.ts';
import type { NodeConfig } from './config.ts';
import type { Engine } from './engine.ts';

/** The heads of one op-node. Undefined L2 heads: it has not heard from its execution client yet. */
export interface Heads {
  readonly unsafe: L2Block;
  readonly safe: L2Block;
  readonly finalized: L2Block;
}

/** Counters that the metrics show. */
export interface Counters {
  pipelineResets: number;
  derivedBatches: number;
  sequencerResets: number;
  l1Reorgs: number;
  publishingErrors: number;
  /** Blocks and user transactions that this node built itself. */
  sequencedBlocks: number;
  sequencedTransactions: number;
}

/** What the parts of one op-node share. Heads change only inside {@link Driver.exclusively}. */
export interface Driver {
  readonly process: Process;
  readonly config: NodeConfig;
  readonly ledger: Ledger;
  readonly log: Log;
  readonly engine: Engine;
  readonly l1: L1Source;
  readonly blobs: BlobSource;
  readonly counters: Counters;
  heads: Heads | undefined;
  currentL1: L1Ref | undefined;
  headL1: L1Ref | undefined;
  safeL1: L1Ref | undefined;
  finalizedL1: L1Ref | undefined;
  /** Unix ms until which `current_l1` is shown as zero and safe as finalized. */
  resettingUntil: number;
  /** Unix ms of the last block that derivation inserted itself: a sequencer holds back meanwhile. */
  derivedAt: number;
  /** True once derivation has been at the L1 head since the start. */
  caughtUp: boolean;
  record(event: LedgerEventBody): void;
  /** For what happens because the process ends, also by SIGKILL. */
  recordEnd(event: LedgerEventBody): void;
  /** Runs one change of the heads after the other. */
  exclusively<T>(change: () => Promise<T>): Promise<T>;
  /** Makes heads the client's and then our own. @returns false when the client has to sync first */
  moveTo(heads: Heads): Promise<boolean>;
  /** Records that the unsafe head left its chain. */
  recordReorg(from: L2Block, to: L2Block, reason: ReorgReason): void;
}

export interface DriverParts {
  readonly process: Process;
  readonly config: NodeConfig;
  readonly ledger: Ledger;
  readonly actor: Actor;
  readonly log: Log;
  readonly engine: Engine;
  readonly l1: L1Source;
  readonly blobs: BlobSource;
}

export function createDriver(parts: DriverParts): Driver {
  const { process, ledger, actor, engine } = parts;
  let last: Promise<unknown> = Promise.resolve();
  const driver: Driver = {
    ...parts,
    counters: {
      pipelineResets: 0,
      derivedBatches: 0,
      sequencerResets: 0,
      l1Reorgs: 0,
      publishingErrors: 0,
      sequencedBlocks: 0,
      sequencedTransactions: 0,
    },
    heads: undefined,
    currentL1: undefined,
    headL1: undefined,
    safeL1: undefined,
    finalizedL1: undefined,
    resettingUntil: Number.POSITIVE_INFINITY,
    derivedAt: 0,
    caughtUp: false,
    record(event) {
      if (!process.ended.aborted) ledger.record(actor, event);
    },
    recordEnd: (event) => ledger.record(actor, event),
    exclusively(change) {
      const run = last.then(change, change);
      last = run.catch(() => {});
      return run;
    },
    async moveTo(heads) {
      if (!(await engine.setHeads(heads))) return false;
      if (!process.ended.aborted) driver.heads = heads;
      return true;
    },
    recordReorg: (from, to, reason) => driver.record({ type: 'unsafe-reorg', from: idOf(from), to: idOf(to), reason }),
  };
  return driver;
}

export const idOf = (block: BlockId): BlockId => ({ hash: block.hash, number: block.number });

/** `<hash>:<number>`, as op-node prints a block. */
export const named = (block: BlockId): string => `${block.hash}:${block.number}`;

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
