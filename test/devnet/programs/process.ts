import type { ProgramContext } from '../program.ts';

/** Ends the program with a code after its last log lines. `lines` are written as they are. */
export class ProgramExit extends Error {
  readonly code: number;
  readonly lines: readonly string[];
  constructor(code: number, lines: readonly string[] = []) {
    super(lines.at(-1) ?? `exit ${code}`);
    this.code = code;
    this.lines = lines;
  }
}

/** The life of one process: everything that it started ends with it. */
export interface Process {
  readonly context: ProgramContext;
  /** Aborted when the process is over, by itself or by SIGKILL. */
  readonly ended: AbortSignal;
  /** True as soon as SIGKILL came: nothing may be written any more. */
  killed(): boolean;
  /** Registers what to close at the end, last registered first. */
  onEnd(close: (how: 'exit' | 'kill') => void): void;
  /** Runs something beside the main function; its failure ends the program like a panic. */
  spawn(task: () => Promise<void>): void;
  /** Waits; returns false when the process ended meanwhile. */
  sleep(milliseconds: number, until?: AbortSignal): Promise<boolean>;
  /** Resolves on SIGTERM. */
  readonly terminated: Promise<void>;
  /** Cluster DNS; undefined also while it cannot answer. */
  resolve(host: string): Promise<string | undefined>;
}

/** Runs a program's main function as a process; see {@link Process}. Resolves with the exit code (137 when killed). */
export async function runProcess(
  context: ProgramContext,
  main: (process: Process) => Promise<number>,
): Promise<number> {
  const end = new AbortController();
  const closers: ((how: 'exit' | 'kill') => void)[] = [];
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {});
  const process: Process = {
    context,
    ended: end.signal,
    killed: () => context.kill.aborted,
    onEnd: (close) => void closers.unshift(close),
    spawn: (task) => void task().catch((error) => (end.signal.aborted ? undefined : fail(error))),
    sleep: (milliseconds, until) => sleep(milliseconds, end.signal, until),
    terminated: signalled(context.terminate),
    resolve: (host) => context.resolve(host).catch(() => undefined),
  };
  try {
    return await Promise.race([main(process), failed, signalled(context.kill).then(() => 137)]);
  } catch (error) {
    if (!(error instanceof ProgramExit)) throw error;
    if (!context.kill.aborted) for (const line of error.lines) context.log(line);
    return context.kill.aborted ? 137 : error.code;
  } finally {
    end.abort();
    for (const close of closers) close(context.kill.aborted ? 'kill' : 'exit');
  }
}

function signalled(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function sleep(milliseconds: number, ended: AbortSignal, until?: AbortSignal): Promise<boolean> {
  if (ended.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      ended.removeEventListener('abort', done);
      until?.removeEventListener('abort', done);
      resolve(!ended.aborted);
    };
    const timer = setTimeout(done, milliseconds);
    ended.addEventListener('abort', done);
    until?.addEventListener('abort', done);
  });
}
