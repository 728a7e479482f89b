/** `opstack confirm-fenced <network> <node> --reason …` */
import { Command } from 'commander';
import { confirm } from '../confirm.ts';
import type { CliContext } from '../context.ts';
import { type DecideOptions, decide, withDecideOptions } from '../decide.ts';
import { checkMove } from '../decision.ts';

export function confirmFencedCommand(context: CliContext): Command {
  return withDecideOptions(
    new Command('confirm-fenced')
      .description(
        'Say that you have switched something off for certain, so that its successor may start. If it still runs, the chain splits',
      )
      .argument('<network>', 'name of an OptimismNetwork')
      .argument('<node>', 'what is off: a sequencer OpNode, or the Kubernetes node that it was on')
      .requiredOption('--reason <text>', 'how you know that it is off, for the audit log')
      .option('-y, --yes', 'do not ask', false),
  ).action(async (network: string, node: string, _, command: Command) => {
    const options = command.optsWithGlobals<DecideOptions & { reason: string; yes: boolean }>();
    await decide({
      context,
      options,
      network,
      decide: async (object) => {
        if (object) checkMove(object, 'confirmFenced');
        if (!options.yes) {
          await confirm(context.terminal, {
            text: `You say that ${node} is switched off and can't come back by itself. If it still runs, two sequencers will split the chain.`,
            expected: node,
            command: `opstack confirm-fenced ${network} ${node} --reason "…" --yes`,
          });
        }
        return { action: 'confirmFenced', subject: node, reason: options.reason };
      },
    });
  });
}
