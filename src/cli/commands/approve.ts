/** `opstack approve <network> [hash]` */
import { Command } from 'commander';
import { shortHash } from '../../status/operator-commands.ts';
import { CliError } from '../cli-error.ts';
import { confirm } from '../confirm.ts';
import { type CliContext, paintFor, withCluster } from '../context.ts';
import { type DecideOptions, decide, withDecideOptions } from '../decide.ts';
import { planToDecide } from '../decision.ts';
import { EXIT } from '../exit-codes.ts';
import { planLines } from '../plan-view.ts';
import { readWholePlan } from '../whole-plan.ts';

export function approveCommand(context: CliContext): Command {
  return withDecideOptions(
    new Command('approve')
      .description(
        'Approve the plan that waits. What was approved is what is applied: the approval is bound to the hash',
      )
      .argument('<network>', 'name of an OptimismNetwork')
      .argument('[hash]', 'hash of the plan, or its first 8 or more characters; absent: shows the plan and asks')
      .option('--comment <text>', 'why, for the audit log'),
  ).action(async (network: string, hash: string | undefined, _, command: Command) => {
    const options = command.optsWithGlobals<DecideOptions & { comment?: string }>();
    await decide({
      context,
      options,
      network,
      decide: async (object) => {
        const { terminal } = context;
        if (!object) return { action: 'approve', subject: requireHash(hash, 'approve', network), ...reasonOf(options) };
        const subject = planToDecide(object, 'approve', hash, terminal.now());
        if (hash === undefined) {
          const whole = await withCluster(options, ({ kube }) => readWholePlan(kube, object));
          const view = { now: terminal.now(), paint: paintFor(context, options) };
          await confirm(terminal, {
            text: planLines(object, view, { compact: false, ...(whole ? { whole } : {}) }).join('\n'),
            expected: 'approve',
            command: `opstack approve ${network} ${shortHash(subject)} -n ${object.metadata.namespace}`,
          });
        }
        return { action: 'approve', subject, ...reasonOf(options) };
      },
    });
  });
}

export function reasonOf({ comment }: { readonly comment?: string }): { reason?: string } {
  return comment === undefined ? {} : { reason: comment };
}

/** Without the cluster nobody can tell which plan is the current one. */
export function requireHash(hash: string | undefined, command: string, network: string): string {
  if (hash !== undefined) return hash;
  throw new CliError({
    what: 'The hash of the plan is needed when the cluster is not asked',
    next: `opstack ${command} ${network} <hash> --via temporal --cluster <id>; the Temporal UI shows the hash`,
    exitCode: EXIT.usage,
  });
}
