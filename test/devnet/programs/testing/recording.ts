/** Recorded answers of the real programs, and how a simulated answer is compared with them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

export interface Recording {
  readonly state: string;
  readonly request: {
    readonly method?: string;
    /** Of a GET. */
    readonly path?: string;
    readonly params?: readonly unknown[];
    readonly argv?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  };
  readonly response: unknown;
  readonly httpStatus: number | null;
}

/** @param name `<folder>/<file without .json>` */
export function recording(name: string): Recording {
  return JSON.parse(recordedText(`${name}.json`)) as Recording;
}

export const recordedText = (file: string): string =>
  readFileSync(path.join(import.meta.dirname, '../../fixtures', file), 'utf8');

/**
 * The shape of a value: keys, and what kind each leaf is (a 32-byte hash, an address, a quantity, text, a number, …).
 * The keys of maps by peer id and the elements of lists are shown once.
 */
export function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, item]) => [
      /^16Uiu2HA/.test(key) ? '<peer id>' : key,
      shapeOf(item),
    ]);
    return Object.fromEntries(entries);
  }
  if (typeof value !== 'string') return value === null ? 'null' : typeof value;
  if (/^0x[0-9a-f]{64}$/.test(value)) return 'hash';
  if (/^0x[0-9a-fA-F]{40}$/.test(value)) return 'address';
  if (/^0x(0|[1-9a-f][0-9a-f]*)$/.test(value) && value.length <= 18) return 'quantity';
  return /^0x[0-9a-f]*$/.test(value) ? 'bytes' : 'text';
}

/** A log line or message without what differs from run to run: times, hashes, numbers of blocks, addresses, ports. */
export function withoutAccidents(line: string): string {
  return line
    .replace(/^t=\S+ /, '')
    .replace(/^(INFO|WARN|ERROR) ?\[[^\]]*\]/, '$1')
    .replace(/0x[0-9a-f]{64}|\b[0-9a-f]{64}\b/g, '<hash>')
    .replace(/<hash>:\d+/g, '<hash>:<number>')
    .replace(/https?:\/\/[^\s"/\\):\]]+(:\d+)?/g, '<url>')
    .replace(/\d+\.\d+\.\d+\.\d+:\d+/g, '<address>')
    .replace(/lookup (\S+) on .*/g, 'lookup $1 fails')
    .trimEnd();
}
