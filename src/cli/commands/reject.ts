/** `opstack reject <network> [hash]` */
import { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { type DecideOptions, decide, withDecideOptions } from '../decide.ts';
import { planToDecide } from '../decision.ts';
import { reasonOf, requireHash } from './approve.ts';

export function rejectCommand(context: CliContext): Command {
  return withDecideOptions(
    new Command('reject')
      .description('Reject the plan that waits. It is proposed again when the spec changes, or by retry')
      .argument('<network>', 'name of an OptimismNetwork')
      .argument('[hash]', 'hash of the plan, or its first 8 or more characters; absent: the one that waits')
      .option('--comment <text>', 'why, for the audit log'),
  ).action(async (network: string, hash: string | undefined, _, command: Command) => {
    const options = command.optsWithGlobals<DecideOptions & { comment?: string }>();
    await decide({
      context,
      options,
      network,
      decide: (object) => ({
        action: 'reject',
        subject: object
          ? planToDecide(object, 'reject', hash, context.terminal.now())
          : requireHash(hash, 'reject', network),
        ...reasonOf(options),
      }),
    });
  });
}
