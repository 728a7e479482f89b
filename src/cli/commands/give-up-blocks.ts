/** `opstack give-up-blocks <network> <block> --reason …` */
import { Command } from 'commander';
import { confirm } from '../confirm.ts';
import { type CliContext, namespaceOf } from '../context.ts';
import { type DecideOptions, decide, withDecideOptions } from '../decide.ts';
import { blockToGiveUpAbove, checkMove } from '../decision.ts';

export function giveUpBlocksCommand(context: CliContext): Command {
  return withDecideOptions(
    new Command('give-up-blocks')
      .description(
        'Let a sequencer start on the block that it stands at, although others have newer ones. These are lost for good',
      )
      .argument('<network>', 'name of an OptimismNetwork')
      .argument('<block>', 'number of the last block that is kept, as the step says it')
      .requiredOption('--reason <text>', 'why the blocks above it may be lost, for the audit log')
      .option('-y, --yes', 'do not ask', false),
  ).action(async (network: string, block: string, _, command: Command) => {
    const options = command.optsWithGlobals<DecideOptions & { reason: string; yes: boolean }>();
    const above = blockToGiveUpAbove(block, { namespace: namespaceOf(options), name: network });
    await decide({
      context,
      options,
      network,
      decide: async (object) => {
        if (object) checkMove(object, 'giveUpBlocks');
        if (!options.yes) {
          await confirm(context.terminal, {
            text: `Blocks above ${above} that some node has are lost for good, also when it comes back. Transactions of users in them have to be sent again, and whoever was told of these blocks has to be told that they are void.`,
            expected: above,
            command: `opstack give-up-blocks ${network} ${above} --reason "…" --yes`,
          });
        }
        return { action: 'giveUpBlocks', subject: above, reason: options.reason };
      },
    });
  });
}
