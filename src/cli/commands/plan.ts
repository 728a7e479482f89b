/** `opstack plan [network]` and `opstack plan -f <file>` */
import { Command } from 'commander';
import { loadRegistry } from '../../catalogue/registry.ts';
import { type CliContext, type GlobalOptions, globalOptions, paintFor, withCluster } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { readSources } from '../manifest-files.ts';
import { theNetwork } from '../networks.ts';
import { serialise } from '../output.ts';
import { planLines, waitsForApproval } from '../plan-view.ts';
import { registryOption } from '../registry-option.ts';
import { planForPrograms, readWholePlan } from '../whole-plan.ts';

interface FileOptions {
  readonly filename: string[];
  readonly operatorNamespace: string;
  readonly registry?: string;
}

type PlanCommandOptions = GlobalOptions & Omit<FileOptions, 'filename'> & { readonly filename?: string[] };

export function planCommand(context: CliContext): Command {
  return new Command('plan')
    .description(
      'Show the plan of a network: its hash, what it changes, its steps, who approved it. With -f the plan that files would lead to, without applying them',
    )
    .argument('[network]', 'name of an OptimismNetwork; absent: the only one of the namespace, or all of the files')
    .option('-f, --filename <path...>', 'files, folders, or - for standard input: what would be applied')
    .option('--operator-namespace <name>', 'with -f: where the operator runs', 'op-stack-operator')
    .addOption(registryOption())
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing to decide, 3 the plan waits for approval, or would; with -f also 1 something is refused',
    )
    .action(async (name: string | undefined, _, command: Command) => {
      const options = command.optsWithGlobals<PlanCommandOptions>();
      const { filename } = options;
      if (filename) await showPreview(context, name, { ...options, filename });
      else await showPlan(context, name, globalOptions(command));
    });
}

async function showPlan(context: CliContext, name: string | undefined, options: GlobalOptions): Promise<void> {
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
}

async function showPreview(
  context: CliContext,
  network: string | undefined,
  options: GlobalOptions & FileOptions,
): Promise<void> {
  const { terminal } = context;
  // Whoever does not look into files does not wait for all that looks are made with.
  const { previewFiles } = await import('../preview/preview-files.ts');
  const { previewDocument, previewExitCode, previewText } = await import('../preview/preview-view.ts');
  const sources = await readSources(options.filename, terminal);
  await withCluster(options, async (connection) => {
    const previewed = await previewFiles(connection, sources, {
      operatorNamespace: options.operatorNamespace,
      registry: loadRegistry(options.registry),
      now: terminal.now(),
      signal: terminal.signal,
      network,
    });
    const view = { now: terminal.now(), paint: paintFor(context, options) };
    terminal.write(
      options.output === 'table' ? previewText(previewed, view) : serialise(previewDocument(previewed), options.output),
    );
    context.finish(previewExitCode(previewed));
  });
}
