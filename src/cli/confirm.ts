import { CliError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

export interface Confirmation {
  /** What is about to happen. */
  readonly text: string;
  /** What has to be typed. */
  readonly expected: string;
  /** The same without a question, for scripts. */
  readonly command: string;
}

/**
 * Asks whoever sits at the terminal.
 * @throws CliError when the answer is another one, or nobody sits there
 */
export async function confirm(terminal: Terminal, { text, expected, command }: Confirmation): Promise<void> {
  if (!terminal.interactive) {
    throw new CliError({
      what: 'This needs a confirmation, and there is no terminal to ask',
      next: command,
      exitCode: EXIT.usage,
    });
  }
  terminal.warn(`${text}\n`);
  const answer = await terminal.ask(`Type ${expected} to go on: `);
  if (answer.trim() !== expected) throw new CliError({ what: 'Nothing was done', why: 'the answer was another one' });
}
