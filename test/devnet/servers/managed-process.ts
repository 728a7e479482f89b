/**
 * A server as a child process that tests can kill and bring back: same program, same arguments, so the same ports and
 * the same data. Output goes to a file, not through this process. It never outlives this process (process-leash.ts).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { leash, unleash } from './process-leash.ts';

export interface ManagedProcess {
  readonly name: string;
  /** Process id of the running or, after its end, of the last incarnation. */
  readonly pid: number;
  readonly running: boolean;
  /** File that holds stdout and stderr of all incarnations. */
  readonly logFile: string;
  /** Sends a signal (default SIGKILL) and, unless it is SIGSTOP or SIGCONT, resolves when the process has ended. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Kills it if it still runs, starts it again and resolves when it is ready. */
  restart(): Promise<void>;
  /** The last lines of its log, for error messages. */
  logTail(lines?: number): string;
}

export interface ProcessSpec {
  name: string;
  command: string;
  /** A function is asked at every start. */
  args: readonly string[] | (() => readonly string[]);
  /** Folder for the log; also the working directory. */
  dir: string;
  env?: Readonly<Record<string, string>>;
  /** Asked every 25 ms until it says true; `log` is what this incarnation has printed so far. */
  ready: (log: () => string) => Promise<boolean>;
  /** How long it may take until ready, in milliseconds. Default 60 s: two cores may be shared with a build. */
  readyTimeoutMs?: number;
}

const POLL_MS = 25;

/**
 * For the servers that are Go programs: memory for time. Garbage collection was 42 % of what kube-apiserver took of two
 * cores during the tests.
 */
export const RARE_GARBAGE_COLLECTION: Readonly<Record<string, string>> = { GOGC: '400', GOMEMLIMIT: '1536MiB' };

/** Starts the program and resolves when it is ready; rejects with its last log lines when it ends or takes too long. */
export async function startProcess(spec: ProcessSpec): Promise<ManagedProcess> {
  await mkdir(spec.dir, { recursive: true });
  const logFile = join(spec.dir, `${spec.name}.log`);
  let incarnation = launch(spec, logFile);
  const managed: ManagedProcess = {
    name: spec.name,
    logFile,
    get pid() {
      return incarnation.pid;
    },
    get running() {
      return incarnation.running();
    },
    async kill(signal = 'SIGKILL') {
      if (!incarnation.running()) return;
      incarnation.signal(signal);
      if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await incarnation.ended;
    },
    async restart() {
      await managed.kill();
      incarnation = launch(spec, logFile);
      await untilReady(spec, incarnation, logFile);
    },
    logTail: (lines = 20) => lastLines(logFile, lines),
  };
  await untilReady(spec, incarnation, logFile);
  return managed;
}

interface Incarnation {
  pid: number;
  running(): boolean;
  signal(signal: NodeJS.Signals): void;
  ended: Promise<string>;
  log(): string;
}

function launch(spec: ProcessSpec, logFile: string): Incarnation {
  const log = openSync(logFile, 'a');
  const logStart = statSync(logFile).size;
  let child: ChildProcess;
  try {
    child = spawn(spec.command, typeof spec.args === 'function' ? spec.args() : spec.args, {
      cwd: spec.dir,
      env: { ...process.env, ...spec.env },
      stdio: ['ignore', log, log],
      detached: true, // a group of its own, so that Ctrl-C does not take it away in the middle of an orderly shutdown
    });
  } finally {
    closeSync(log);
  }
  const pid = child.pid ?? 0;
  if (pid > 0) leash(pid);
  let end: string | undefined;
  const ended = new Promise<string>((resolve) => {
    const settle = (how: string): void => {
      if (end !== undefined) return;
      end = how;
      if (pid > 0) unleash(pid);
      resolve(how);
    };
    child.once('error', (error) => settle(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) =>
      settle(signal === null ? `ended with code ${code}` : `was ended by ${signal}`),
    );
  });
  return {
    pid,
    running: () => end === undefined,
    signal: (signal) => void child.kill(signal),
    ended,
    log: () => readFileSync(logFile).subarray(logStart).toString('utf8'),
  };
}

async function untilReady(spec: ProcessSpec, incarnation: Incarnation, logFile: string): Promise<void> {
  const timeoutMs = spec.readyTimeoutMs ?? 60_000;
  const deadline = performance.now() + timeoutMs;
  let ended: string | undefined;
  void incarnation.ended.then((how) => {
    ended = how;
  });
  let lastProblem = '';
  while (true) {
    if (ended !== undefined) throw notReady(spec.name, ended, logFile);
    try {
      if (await spec.ready(incarnation.log)) return;
    } catch (error) {
      lastProblem = `; last answer: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (performance.now() > deadline) {
      incarnation.signal('SIGKILL');
      await incarnation.ended;
      throw notReady(spec.name, `was not ready after ${timeoutMs / 1000} s${lastProblem}`, logFile);
    }
    await delay(POLL_MS);
  }
}

function notReady(name: string, how: string, logFile: string): Error {
  return new Error(`${name} ${how}. Its last lines (${logFile}):\n${lastLines(logFile, 20)}`);
}

function lastLines(file: string, count: number): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '(no log)';
  }
}
