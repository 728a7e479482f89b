import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { BlockId, L2Block } from '../../ledger/block.ts';

export interface SafeHeadAt {
  readonly l1: BlockId;
  readonly safe: BlockId;
}

/** Which L2 block was safe after which L1 block. */
export interface SafeDb {
  readonly enabled: boolean;
  record(l1: BlockId, safe: L2Block): void;
  /** Forgets what is newer than the block. */
  reset(to: L2Block): void;
  /** The newest entry at or before the L1 block; undefined when there is none. */
  at(l1Number: number): SafeHeadAt | undefined;
}

const id = (block: BlockId): BlockId => ({ hash: block.hash, number: block.number });

/**
 * @param directory of this machine, or undefined without `--safedb.path`
 * @param writable false as soon as the process was killed
 */
export function openSafeDb(directory: string | undefined, writable: () => boolean): SafeDb {
  let entries: SafeHeadAt[] = [];
  const file = directory === undefined ? undefined : path.join(directory, 'safe-heads.jsonl');
  if (directory !== undefined) {
    mkdirSync(directory, { recursive: true });
    entries = readEntries(path.join(directory, 'safe-heads.jsonl'));
  }
  return {
    enabled: file !== undefined,
    record(l1, safe) {
      const entry = { l1: id(l1), safe: id(safe) };
      entries = [...entries.filter((old) => old.l1.number < l1.number), entry];
      if (file !== undefined && writable()) appendFileSync(file, `${JSON.stringify(entry)}\n`);
    },
    reset(to) {
      entries = entries.filter((entry) => entry.safe.number <= to.number);
    },
    at: (l1Number) => entries.filter((entry) => entry.l1.number <= l1Number).at(-1),
  };
}

function readEntries(file: string): SafeHeadAt[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as SafeHeadAt);
  } catch {
    return [];
  }
}
