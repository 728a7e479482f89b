/** The command line `opstack`, also `kubectl opstack`: one file for each command below commands/. */
import { Command, CommanderError, Option } from 'commander';
import { type CliError, toCliError } from './cli-error.ts';
import { approveCommand } from './commands/approve.ts';
import { auditCommand } from './commands/audit.ts';
import { completionCommand } from './commands/completion.ts';
import { confirmFencedCommand } from './commands/confirm-fenced.ts';
import { crdsCommand } from './commands/crds.ts';
import { discoverCommand } from './commands/discover.ts';
import { giveUpBlocksCommand } from './commands/give-up-blocks.ts';
import { moveCommands } from './commands/moves.ts';
import { planCommand } from './commands/plan.ts';
import { registryCommand } from './commands/registry.ts';
import { rejectCommand } from './commands/reject.ts';
import { renderCommand } from './commands/render.ts';
import { replayCommand } from './commands/replay.ts';
import { skipGateCommand } from './commands/skip-gate.ts';
import { statusCommand } from './commands/status.ts';
import { validateCommand } from './commands/validate.ts';
import type { CliContext } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { OUTPUTS, painter } from './output.ts';
import type { Terminal } from './terminal.ts';
import { withoutUrlSecrets } from './url-secrets.ts';

export function createProgram(context: CliContext): Command {
  const program: Command = new Command('opstack')
    .description(
      'Look at OP Stack chains on Kubernetes, decide on their plans, and check manifests before they are applied.',
    )
    .option('-n, --namespace <name>', "namespace (default: the kubeconfig context's)")
    .option('--context <name>', 'context of the kubeconfig')
    .option(
      '--kubeconfig <path>',
      'kubeconfig (default: KUBECONFIG, ~/.kube/config, or the service account of the pod)',
    )
    .addOption(new Option('-o, --output <format>', 'how results are printed').choices(OUTPUTS).default('table'))
    .option('--no-color', 'no colours (NO_COLOR does the same; without a terminal there are none)')
    .exitOverride()
    .showHelpAfterError('(see opstack --help)')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => context.terminal.write(text),
      writeErr: (text) => context.terminal.warn(text),
      outputError: (text, write) => write(withoutUrlSecrets(text)),
      getOutHasColors: () => context.terminal.colours,
      getErrHasColors: () => context.terminal.colours,
    });
  const commands = [
    statusCommand(context),
    planCommand(context),
    approveCommand(context),
    rejectCommand(context),
    ...moveCommands(context),
    skipGateCommand(context),
    confirmFencedCommand(context),
    giveUpBlocksCommand(context),
    validateCommand(context),
    renderCommand(context),
    discoverCommand(context),
    registryCommand(context),
    replayCommand(context),
    auditCommand(context),
    crdsCommand(context),
    completionCommand(context, () => program),
  ];
  for (const command of commands) program.addCommand(command);
  for (const command of withDescendants(program)) command.copyInheritedSettings(program);
  return program;
}

/**
 * Runs one command line.
 * @param argv without the program's own name
 * @returns what the process should end with; never throws
 */
export async function runOpstack(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const program = createProgram({
    terminal,
    finish: (code) => {
      exitCode = code;
    },
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (terminal.signal.aborted) return EXIT.failed;
    return showError(toCliError(error), terminal);
  }
}

function showError(error: CliError, terminal: Terminal): ExitCode {
  const paint = painter(terminal.colours);
  const lines = [
    `${paint('red', 'error')}: ${error.message}`,
    ...(error.why ? [`  why:  ${error.why}`] : []),
    ...(error.next ? [`  next: ${error.next}`] : []),
  ];
  terminal.warn(`${lines.join('\n')}\n`);
  return error.exitCode;
}

function withDescendants(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...withDescendants(child)]);
}
