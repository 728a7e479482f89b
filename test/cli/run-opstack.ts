import { runOpstack } from '../../src/cli/program.ts';
import type { Terminal } from '../../src/cli/terminal.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Seat {
  /** What somebody at the terminal types; absent: nobody sits there. */
  readonly answers?: readonly string[];
  readonly stdin?: string;
  readonly now?: Date;
  readonly signal?: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with each piece of output. */
  readonly onOutput?: (text: string) => void;
}

/** Runs a command line in this process, as main.ts does. */
export async function opstack(argv: readonly string[], seat: Seat = {}): Promise<Ran> {
  let out = '';
  let err = '';
  const answers = [...(seat.answers ?? [])];
  const terminal: Terminal = {
    write: (text) => {
      out += text;
      seat.onOutput?.(text);
    },
    warn: (text) => {
      err += text;
    },
    interactive: seat.answers !== undefined,
    colours: false,
    columns: 120,
    env: seat.env ?? {},
    signal: seat.signal ?? new AbortController().signal,
    now: () => seat.now ?? new Date(),
    ask: async () => answers.shift() ?? '',
    readStdin: async () => seat.stdin ?? '',
  };
  const code = await runOpstack(argv, terminal);
  return { code, out, err };
}
