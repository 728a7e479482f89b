/** `npm run demo`: the main job on real servers, for people to look at, and unattended for CI. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { Argument, Command } from 'commander';
import { createProgress } from './progress.ts';
import { adopt } from './scenarios/adopt.ts';
import { fork } from './scenarios/fork.ts';
import { handOver } from './scenarios/hand-over.ts';
import { install } from './scenarios/install.ts';
import { replica } from './scenarios/replica.ts';
import { rollback } from './scenarios/rollback.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { upgrade } from './scenarios/upgrade.ts';
import { openStage, type Stage } from './stage.ts';

const SCENARIOS: readonly Scenario[] = [install, upgrade, rollback, handOver, fork, replica, adopt];
const UI_PORT = 8233;

interface Options {
  list?: boolean;
  exit?: boolean;
  verbose?: boolean;
  context?: string;
  temporal?: string;
}

const program = new Command('npm run demo --')
  .description('Runs the operator on a real API server, a real Temporal server and a real L1 with real OP contracts.')
  .addArgument(
    new Argument('[scenario]', 'what is played').choices(SCENARIOS.map(({ name }) => name)).default('install'),
  )
  .option('--list', 'show the scenarios')
  .option('--exit', 'play to the end unattended, print one JSON object as the last line, and exit')
  .option('--verbose', 'show what the servers and gates say')
  .option('--context <name>', 'use the cluster of this kubeconfig context instead of an own one (with --temporal)')
  .option('--temporal <host:port>', 'use this Temporal frontend instead of an own one (with --context)');

async function main(name: string, options: Options): Promise<void> {
  if (options.list) {
    for (const { name, about } of SCENARIOS) process.stdout.write(`${name.padEnd(12)} ${about}\n`);
    return;
  }
  if ((options.context === undefined) !== (options.temporal === undefined))
    throw new Error('--context and --temporal go together: give both, or neither');
  const scenario = SCENARIOS.find((item) => item.name === name) ?? install;
  const progress = createProgress({ verbose: options.verbose ?? false });
  const dir = await mkdtemp(join(tmpdir(), 'opstack-demo-'));
  const stopped = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => stopped.abort(new Error(`stopped by ${name}`)));
  let stage: Stage | undefined;
  try {
    const existing =
      options.context && options.temporal
        ? { kubeconfigPath: await minimalKubeconfig(options.context, dir), temporalAddress: options.temporal }
        : undefined;
    // Unattended runs may happen side by side; for people the port is the one that they know.
    stage = await openStage({
      dir,
      progress,
      ...(scenario.files ? { files: scenario.files } : {}),
      ...(existing ? { existing } : options.exit ? {} : { temporalUiPort: UI_PORT }),
    });
    const begun = await until(scenario.begin(stage), stopped.signal);
    progress.print(await stage.opstack(['status'], [0, 3, 4]));
    if (options.exit) {
      const finished = await until(scenario.finish(stage), stopped.signal);
      await stage.close();
      const figures = Object.entries({ ...begun, ...finished }).map(([name, value]) => [
        name,
        typeof value === 'number' ? Math.round(value * 10) / 10 : value,
      ]);
      progress.print(JSON.stringify(Object.fromEntries(figures)));
      return;
    }
    progress.print(whatNow(scenario, stage));
    await until(new Promise<never>(() => {}), stopped.signal).catch(() => undefined);
    progress.step('cleaning up');
  } catch (error) {
    if (stage && !stopped.signal.aborted) progress.note(await explain(stage));
    throw error;
  } finally {
    await stage?.close();
    await rm(dir, { recursive: true, force: true });
  }
}

/** Rejects as soon as somebody presses Ctrl-C. */
function until<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return Promise.race([
    work,
    new Promise<never>((_, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    }),
  ]);
}

function whatNow(scenario: Scenario, stage: Stage): string {
  const { temporalUiUrl, temporalAddress, kubeconfigPath } = stage;
  return [
    '',
    ...(temporalUiUrl ? [`Temporal UI   ${temporalUiUrl}`] : []),
    `Temporal      ${temporalAddress}`,
    `kubeconfig    export KUBECONFIG=${kubeconfigPath}`,
    '',
    'Try next, in another terminal:',
    ...scenario.tryNext(stage).map((command) => `  ${command}`),
    '',
    'Ctrl-C ends the demo and removes everything.',
  ].join('\n');
}

/** What somebody needs who has to find out why it failed. */
async function explain({ chain, operator, kubectl }: Stage): Promise<string> {
  const events = await kubectl('get', 'events', '--sort-by=.lastTimestamp').catch(() => '');
  const status = await chain.status().catch(() => undefined);
  return [
    'the demo failed; the last of status, events and the operator log:',
    JSON.stringify(status?.plan ?? status),
    events.split('\n').slice(-15).join('\n'),
    operator.process.logTail(15),
  ].join('\n');
}

/** kubeconfig with the one context, so that nothing else of the user's is used by mistake. */
async function minimalKubeconfig(context: string, dir: string): Promise<string> {
  const config = new KubeConfig();
  config.loadFromDefault();
  if (!config.getContextObject(context))
    throw new Error(
      `there is no context "${context}" in the kubeconfig (there are: ${
        config
          .getContexts()
          .map(({ name }) => name)
          .join(', ') || 'none'
      })`,
    );
  config.setCurrentContext(context);
  const file = join(dir, 'kubeconfig');
  await writeFile(file, config.exportConfig(), { mode: 0o600 });
  return file;
}

try {
  program.parse();
  await main(String(program.processedArgs[0]), program.opts<Options>());
  // Servers of ours are children on a leash; nothing of them is left when this process ends.
  process.exit(0);
} catch (error) {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
