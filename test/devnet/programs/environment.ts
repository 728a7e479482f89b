import type { Delays } from '../ledger/delays.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { ChainFiles } from '../servers/chain-files.ts';
import type { Faults } from './faults.ts';
import type { L1Caches } from './l1/l1-source.ts';
import type { Process } from './process.ts';

export type KnownNetworks = ReadonlyMap<string, Pick<ChainFiles, 'rollup' | 'genesis'>>;

/** What all programs of one devnet share: nothing that a real program could not find out by itself. */
export interface Environment {
  ledgerOf(genesisHash: string): Ledger;
  /** For programs that do not know their chain yet; the same as in every ledger. */
  readonly delays: Delays;
  readonly faults: Faults;
  /** Chains that are built in, by the names of `--network`: in the real programs those of the superchain registry. */
  readonly networks: KnownNetworks;
  readonly l1Caches: L1Caches;
  /** Data directories in use on this machine, for geth's lock. */
  readonly lockedDirectories: Set<string>;
}

export const nodeName = (process: Process): string => `${process.context.pod.namespace}/${process.context.pod.name}`;

/** True while the fault is switched on for the process's pod. */
export function faultIsOn(environment: Environment, process: Process, fault: Parameters<Faults['active']>[0]): boolean {
  return environment.faults.active(fault, process.context.pod.namespace, process.context.pod.name);
}

/** The command line without the program itself, whether the pod gave `command` or relies on the image's entry point. */
export function argumentsOf(argv: readonly string[], programs: readonly string[]): readonly string[] {
  const first = argv[0]?.split('/').at(-1) ?? '';
  return programs.includes(first) ? argv.slice(1) : argv;
}

/** Text of a file; an empty path is a file that does not exist, as in Go. */
export function readText(process: Process, path: string): string {
  if (path === '') throw Object.assign(new Error('no such file or directory'), { code: 'ENOENT' });
  return process.context.readFile(path).toString('utf8');
}

/** Go's words for a failed file operation. */
export function fileError(operation: string, path: string, error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'no such file or directory',
    EROFS: 'read-only file system',
    EACCES: 'permission denied',
    ENOSPC: 'no space left on device',
    EISDIR: 'is a directory',
    ENOTDIR: 'not a directory',
  };
  return `${operation} ${path}: ${words[code] ?? (error instanceof Error ? error.message : String(error))}`;
}

/** True for an error of listening on a port that is taken. */
export const isAddressInUse = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
