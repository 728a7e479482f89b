/** `opstack plan [network]` */
import { Command } from 'commander';
import { type CliContext, globalOptions, paintFor, withCluster } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { theNetwork } from '../networks.ts';
import { serialise } from '../output.ts';
import { planLines, waitsForApproval } from '../plan-view.ts';
import { planForPrograms, readWholePlan } from '../whole-plan.ts';

export function planCommand(context: CliContext): Command {
  return new Command('plan')
    .description('Show the plan of a network: its hash, what it changes, its steps, who approved it')
    .argument('[network]', 'name of an OptimismNetwork; absent: the only one of the namespace')
    .addHelpText('after', '\nExit codes: 0 nothing to decide, 3 the plan waits for approval')
    .action(async (name: string | undefined, _, command: Command) => {
      const options = globalOptions(command);
      await withCluster(options, async (connection) => {
        const network = await theNetwork(connection, name);
        const whole = await readWholePlan(connection.kube, network);
        const view = { now: context.terminal.now(), paint: paintFor(context, options) };
        const text =
          options.output === 'table'
            ? `${planLines(network, view, { compact: false, ...(whole ? { whole } : {}) }).join('\n')}\n`
            : serialise(planForPrograms(network, whole), options.output);
        context.terminal.write(text);
        context.finish(waitsForApproval(network) ? EXIT.waitingForApproval : EXIT.ok);
      });
    });
}
