import { setMaxListeners } from 'node:events';
import type { Program, ProgramContext } from '../program.ts';
import { sleep } from './clock.ts';

/** How long a killed program may take to let go of its sockets and timers. */
const KILL_MILLISECONDS = 5000;
const SIGKILL_EXIT_CODE = 137;
const SIGTERM_EXIT_CODE = 143;
/** As a Go program that panics. */
const CRASH_EXIT_CODE = 2;

export interface ProgramProcess {
  /** Resolves with the exit code, 137 after a kill. Never rejects. */
  readonly exited: Promise<number>;
  /** SIGTERM */
  terminate(): void;
  /** SIGKILL, or an end with another exit code that nothing can prevent. */
  kill(exitCode?: number): void;
}

export interface ProcessOptions {
  readonly program: Program;
  readonly context: Omit<ProgramContext, 'terminate' | 'kill'>;
  /** Wall-clock milliseconds before the program does anything. */
  readonly startDelay: number;
  /** Called when the program goes on after its kill: a bug of the program. */
  readonly onStuck: () => void;
}

/** Runs a program in this process as if it were one of its own. */
export function startProcess({ program, context, startDelay, onStuck }: ProcessOptions): ProgramProcess {
  const terminate = new AbortController();
  const kill = new AbortController();
  setMaxListeners(0, terminate.signal, kill.signal);
  let killCode = SIGKILL_EXIT_CODE;
  let over = false;

  async function run(): Promise<number> {
    if (startDelay > 0 && !(await sleep(startDelay, AbortSignal.any([terminate.signal, kill.signal])))) {
      return SIGTERM_EXIT_CODE;
    }
    try {
      return await program({ ...fence(context, () => over), terminate: terminate.signal, kill: kill.signal });
    } catch (error) {
      context.log(`panic: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      return CRASH_EXIT_CODE;
    }
  }

  async function exit(): Promise<number> {
    const ended = run();
    const stuck = Promise.withResolvers<number>();
    let timer: NodeJS.Timeout | undefined;
    kill.signal.addEventListener('abort', () => {
      timer = setTimeout(() => {
        onStuck();
        stuck.resolve(killCode);
      }, KILL_MILLISECONDS);
    });
    const code = await Promise.race([ended, stuck.promise]);
    clearTimeout(timer);
    over = true;
    return kill.signal.aborted ? killCode : code;
  }

  return {
    exited: exit(),
    terminate: () => terminate.abort(),
    kill: (exitCode = SIGKILL_EXIT_CODE) => {
      if (over || kill.signal.aborted) return;
      killCode = exitCode;
      over = true;
      kill.abort();
    },
  };
}

/** A program that has ended or was killed can't log, write, listen or dial any more. */
function fence<T extends ProcessOptions['context']>(context: T, over: () => boolean): T {
  const guard = <A extends unknown[], R>(call: (...args: A) => R) => {
    return (...args: A): R => {
      if (over()) throw new Error('the process is dead');
      return call(...args);
    };
  };
  return {
    ...context,
    readFile: guard(context.readFile),
    hostPath: guard(context.hostPath),
    listen: guard(context.listen),
    resolve: guard(context.resolve),
    log: (line: string) => {
      if (!over()) context.log(line);
    },
  };
}
