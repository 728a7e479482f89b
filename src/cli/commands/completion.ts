/** `opstack completion <bash|zsh|fish>` */
import { Argument, Command } from 'commander';
import { completionScript, SHELLS, type Shell } from '../completion-script.ts';
import type { CliContext } from '../context.ts';

export function completionCommand(context: CliContext, program: () => Command): Command {
  return new Command('completion')
    .description('Print a completion script: source <(opstack completion bash)')
    .addArgument(new Argument('<shell>', 'your shell').choices(SHELLS))
    .action((shell: Shell) => context.terminal.write(completionScript(program(), shell)));
}
