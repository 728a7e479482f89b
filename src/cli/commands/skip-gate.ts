/** `opstack skip-gate <network> <gate> --reason …` */
import { Command } from 'commander';
import { type CliContext, namespaceOf } from '../context.ts';
import { type DecideOptions, decide, withDecideOptions } from '../decide.ts';
import { checkMove, gateToSkip } from '../decision.ts';

export function skipGateCommand(context: CliContext): Command {
  return withDecideOptions(
    new Command('skip-gate')
      .description('Let the running plan go on without a gate that it waits for, once. The audit log keeps who and why')
      .argument('<network>', 'name of an OptimismNetwork')
      .argument('<gate>', 'name of the gate, as opstack status shows it')
      .requiredOption('--reason <text>', 'why it is safe, for the audit log'),
  ).action(async (network: string, gate: string, _, command: Command) => {
    const options = command.optsWithGlobals<DecideOptions & { reason: string }>();
    const subject = gateToSkip(gate, { namespace: namespaceOf(options), name: network });
    await decide({
      context,
      options,
      network,
      decide: (object) => {
        if (object) checkMove(object, 'skipGate');
        return { action: 'skipGate', subject, reason: options.reason };
      },
    });
  });
}
