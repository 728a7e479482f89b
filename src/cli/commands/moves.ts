/** `opstack pause|resume|retry|rollback|abort <network>`: decisions that need nothing but the name of the network. */
import { Command } from 'commander';
import type { MoveAction } from '../../contract/messages.ts';
import type { CliContext } from '../context.ts';
import { type DecideOptions, decide, withDecideOptions } from '../decide.ts';
import { checkMove } from '../decision.ts';

const MOVES: readonly { readonly name: MoveAction; readonly description: string }[] = [
  { name: 'pause', description: 'Stop before the next step and start no plan. The chain goes on' },
  { name: 'resume', description: 'Go on after pause' },
  { name: 'retry', description: 'Try the halted step again; have a plan that expired or was rejected proposed again' },
  {
    name: 'rollback',
    description:
      'Undo the running or halted plan: what ran before is applied again, with the same gates. Refused where that can not be',
  },
  {
    name: 'abort',
    description: 'End the running plan after the current step. What is done stays done; the next plan asks first',
  },
];

export function moveCommands(context: CliContext): Command[] {
  return MOVES.map(({ name, description }) =>
    withDecideOptions(
      new Command(name)
        .description(description)
        .argument('<network>', 'name of an OptimismNetwork')
        .option('--reason <text>', 'why, for the audit log'),
    ).action(async (network: string, _, command: Command) => {
      const options = command.optsWithGlobals<DecideOptions & { reason?: string }>();
      const { reason } = options;
      await decide({
        context,
        options,
        network,
        decide: (object) => {
          if (object) checkMove(object, name);
          return { action: name, ...(reason === undefined ? {} : { reason }) };
        },
      });
    }),
  );
}
