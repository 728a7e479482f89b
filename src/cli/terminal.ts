/** Everything that commands have of the outside but the cluster. Handed in, so that tests see what people see. */
import { createInterface } from 'node:readline/promises';
import { text as readText } from 'node:stream/consumers';

export interface Terminal {
  /** Standard output: results. */
  write(text: string): void;
  /** Standard error: errors, warnings, progress. */
  warn(text: string): void;
  /** Whether somebody sits there: questions may be asked, screens redrawn. */
  readonly interactive: boolean;
  readonly colours: boolean;
  readonly columns: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
  now(): Date;
  ask(question: string): Promise<string>;
  readStdin(): Promise<string>;
}

/** The terminal of this process. `signal` aborts at SIGINT and SIGTERM. */
export function processTerminal(signal: AbortSignal): Terminal {
  const { stdin, stdout, stderr, env } = process;
  return {
    write: (text) => void stdout.write(text),
    warn: (text) => void stderr.write(text),
    interactive: stdin.isTTY === true && stdout.isTTY === true,
    // https://no-color.org, and what Node itself looks at
    colours: stdout.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb',
    columns: stdout.columns ?? 120,
    env,
    signal,
    now: () => new Date(),
    async ask(question) {
      const lines = createInterface({ input: stdin, output: stderr });
      try {
        return await lines.question(question, { signal });
      } finally {
        lines.close();
      }
    },
    readStdin: () => readText(stdin),
  };
}
