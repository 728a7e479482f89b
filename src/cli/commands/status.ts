/** `opstack status [network]` */
import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { type CliContext, type GlobalOptions, paintFor, withCluster } from '../context.ts';
import { statusExitCode } from '../network-exit-code.ts';
import { type NetworkTree, readTrees } from '../networks.ts';
import { serialise } from '../output.ts';
import { statusText } from '../status-tree.ts';

const WATCH_INTERVAL_MS = 2000;
const CLEAR_SCREEN = '\u001b[2J\u001b[H';

export function statusCommand(context: CliContext): Command {
  return new Command('status')
    .description(
      'Show networks and their components: heads, lag, balances, the plan, and what is not fine with what to do',
    )
    .argument('[network]', 'name of an OptimismNetwork; absent: all of the namespace')
    .option('-A, --all-namespaces', 'networks of all namespaces', false)
    .option('-w, --watch', 'go on showing it until Ctrl-C', false)
    .addHelpText('after', '\nExit codes: 0 fine, 3 a plan waits for approval, 4 degraded, halted or invalid')
    .action(async (name: string | undefined, _, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { allNamespaces: boolean; watch: boolean }>();
      await withCluster(options, async ({ kube, namespace }) => {
        const read = () => readTrees(kube, options.allNamespaces ? undefined : namespace, name);
        const trees = options.watch ? await watch(context, options, read) : await read();
        if (!options.watch) context.terminal.write(textOf(context, options, trees));
        context.finish(statusExitCode(trees));
      });
    });
}

function textOf(
  context: CliContext,
  options: GlobalOptions & { allNamespaces: boolean },
  trees: readonly NetworkTree[],
): string {
  if (options.output !== 'table') return serialise(trees, options.output);
  return statusText(trees, {
    now: context.terminal.now(),
    paint: paintFor(context, options),
    withNamespace: options.allNamespaces,
  });
}

/** Draws anew in a terminal; elsewhere prints only what has changed. @returns what was seen last */
async function watch(
  context: CliContext,
  options: GlobalOptions & { allNamespaces: boolean },
  read: () => Promise<NetworkTree[]>,
): Promise<NetworkTree[]> {
  const { terminal } = context;
  let seen = '';
  for (;;) {
    const trees = await read();
    const versions = JSON.stringify(
      trees.flatMap(({ network, components }) =>
        [network, ...components].map(({ metadata }) => metadata.resourceVersion),
      ),
    );
    if (terminal.interactive) terminal.write(CLEAR_SCREEN + textOf(context, options, trees));
    else if (versions !== seen) terminal.write(`${seen === '' ? '' : '\n'}${textOf(context, options, trees)}`);
    seen = versions;
    try {
      await delay(WATCH_INTERVAL_MS, undefined, { signal: terminal.signal });
    } catch {
      return trees;
    }
  }
}
