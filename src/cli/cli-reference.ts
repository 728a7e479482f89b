import { describeCommands } from './describe-commands.ts';
import { createProgram } from './program.ts';
import { processTerminal } from './terminal.ts';

/** The text of docs/cli.md. Runs no command. */
export function cliReference(): string {
  const terminal = processTerminal(new AbortController().signal);
  return describeCommands(createProgram({ terminal, finish: () => undefined }));
}
