/** `opstack replay` */
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../../api/duration.ts';
import { MISFIT_FIX, misfitText } from '../../worker/replay/misfit.ts';
import type { RecordedWorkflow } from '../../worker/replay/replay-histories.ts';
import { CliError } from '../cli-error.ts';
import { type CliContext, type GlobalOptions, paintFor } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { NOTHING_REPLAYED, type ReplayReport, reportText, withReplayed } from '../replay-report.ts';
import { type TemporalOptions, withTemporalOptions } from '../temporal-options.ts';

interface Options extends GlobalOptions, TemporalOptions {
  readonly from?: readonly string[];
  readonly running?: true;
  /** Milliseconds. */
  readonly recent?: number;
  readonly bundle?: string;
  readonly cluster?: string;
}

const HELP = `
Examples:
  opstack replay --running --cluster prod
  opstack replay --recent 7d --bundle workflows.bundle.js -o json
  opstack replay --from histories/

Exit codes: 0 every history fits (also when there is none), 1 one does not, or Temporal does not answer, 2 no source, or a file without a history or bundle`;

/** With fewer, nobody waits long enough to ask. */
const TELL_EVERY = 25;

export function replayCommand(context: CliContext): Command {
  return withTemporalOptions(
    new Command('replay')
      .description(
        'Replay histories of workflows against the workflows of this version: whether what runs can go on after an update of the operator',
      )
      .option('--from <path...>', 'history files, or folders with them; needs no Temporal')
      .addOption(new Option('--running', 'the workflows that run').conflicts(['from', 'recent']))
      .addOption(
        new Option(
          '--recent <duration>',
          'the workflows that run, and those that have closed within this time, like 12h or 7d',
        )
          .argParser(duration)
          .conflicts(['from', 'running']),
      )
      .option('--bundle <path>', 'a built bundle of workflows, like dist/workflows.bundle.js (default: this version)')
      .addOption(
        new Option(
          '--cluster <id>',
          'only workflows of the operator with this cluster id (clusterName); absent: of all that share the Temporal namespace',
        )
          .argParser(clusterId)
          .conflicts('from'),
      ),
  )
    .addHelpText('after', HELP)
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      if (!options.from && !options.running && options.recent === undefined)
        throw new CliError({
          what: 'Which histories?',
          next: '--running, --recent <duration> or --from <file or folder>',
          exitCode: EXIT.usage,
        });
      const report = await replay(options, context);
      context.terminal.write(reportText(report, options.output, paintFor(context, options)));
      const [first] = report.failures;
      if (first?.misfit)
        throw new CliError({
          what: `Workflow ${first.workflowId} (${first.type}) does not fit`,
          why: misfitText(first.misfit),
          next: MISFIT_FIX,
        });
    });
}

async function replay(options: Options, { terminal }: CliContext): Promise<ReplayReport> {
  // Loaded when it is needed: other commands start without the library of Temporal's workers.
  const { replayHistories } = await import('../../worker/replay/replay-histories.ts');
  const { installQuietRuntime } = await import('../../worker/replay/quiet-runtime.ts');
  installQuietRuntime();
  const bundle = await bundleOf(options);
  let report = NOTHING_REPLAYED;
  await withHistories(options, terminal, async (histories) => {
    for await (const result of replayHistories(histories, bundle)) {
      terminal.signal.throwIfAborted();
      report = withReplayed(report, result);
      if (report.replayed % TELL_EVERY === 0) terminal.warn(`${report.replayed} replayed, ${report.failed} failed\n`);
    }
  });
  return report;
}

type Work = (histories: AsyncIterable<RecordedWorkflow>) => Promise<void>;

async function withHistories(options: Options, { env, now }: CliContext['terminal'], work: Work): Promise<void> {
  if (options.from) {
    const { historiesIn } = await import('../history-files.ts');
    return work(historiesIn(options.from));
  }
  const { connectTemporal } = await import('../temporal-connection.ts');
  const { Client } = await import('@temporalio/client');
  const { historiesOf, workflowQuery } = await import('../../worker/replay/temporal-histories.ts');
  const { cluster, recent } = options;
  const query = workflowQuery({
    ...(cluster === undefined ? {} : { cluster }),
    ...(recent === undefined ? {} : { closedSince: new Date(now().getTime() - recent) }),
  });
  const connection = await connectTemporal(options, env);
  try {
    const client = new Client({ connection, namespace: options.temporalNamespace });
    await work(historiesOf(client, client.workflow.list({ query })));
  } finally {
    await connection.close();
  }
}

async function bundleOf({ bundle: path }: Options) {
  const { loadWorkflows, readBundle } = await import('../../worker/replay/workflow-bundle.ts');
  if (path === undefined) return loadWorkflows();
  try {
    return await readBundle(path);
  } catch (error) {
    throw new CliError(
      {
        what: `There is no bundle of workflows in ${path}`,
        why: error instanceof Error ? error.message : String(error),
        next: 'npm run build writes one to dist/workflows.bundle.js',
        exitCode: EXIT.usage,
      },
      { cause: error },
    );
  }
}

function duration(text: string): number {
  // The API's durations have no days, and nobody counts a week in hours.
  const [, days] = /^([1-9][0-9]{0,3})d$/.exec(text) ?? [];
  try {
    return days ? Number(days) * 86_400_000 : parseDuration(text);
  } catch {
    throw new InvalidArgumentError('It must be a duration like 90m, 12h or 7d.');
  }
}

function clusterId(text: string): string {
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)) return text;
  throw new InvalidArgumentError('It must be lower-case letters, digits and dashes, at most 63.');
}
