/** `opstack confirm-fenced <network> <what> --reason …` */
import { Command } from 'commander';
import { FOREIGN } from '../../contract/plan.ts';
import { isOff } from '../../status/move-words.ts';
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
      .argument(
        '<what>',
        'what is off, as the step asks for it: a sequencer OpNode or the Kubernetes node that it was on, or foreign-sequencer or foreign-batcher for one that is not of this network',
      )
      .requiredOption('--reason <text>', 'how you know that it is off, for the audit log')
      .option('-y, --yes', 'do not ask', false),
  ).action(async (network: string, what: string, _, command: Command) => {
    const options = command.optsWithGlobals<DecideOptions & { reason: string; yes: boolean }>();
    await decide({
      context,
      options,
      network,
      decide: async (object) => {
        if (object) checkMove(object, 'confirmFenced');
        if (!options.yes) {
          await confirm(context.terminal, {
            text: `You say that ${isOff(what)}${consequence(what)}`,
            expected: what,
            command: `opstack confirm-fenced ${network} ${what} --reason "…" --yes`,
          });
        }
        return { action: 'confirmFenced', subject: what, reason: options.reason };
      },
    });
  });
}

function consequence(what: string): string {
  switch (what) {
    case FOREIGN['no-foreign-sequencer']:
      return ', and that none can come back by itself. If one does, two sequencers will split the chain.';
    case FOREIGN['no-foreign-batcher']:
      return ', and that none can come back by itself. If one does, both send with one key and get in the way of each other: batches are late or lost.';
    default:
      return " and can't come back by itself. If it still runs, two sequencers will split the chain.";
  }
}
