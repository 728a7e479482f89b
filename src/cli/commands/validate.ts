/** `opstack validate -f <file>` */
import { Command } from 'commander';
import { loadRegistry, type Registry } from '../../catalogue/registry.ts';
import { type CliContext, type GlobalOptions, paintFor } from '../context.ts';
import { crossCheck } from '../cross-checks.ts';
import { EXIT } from '../exit-codes.ts';
import { type FileProblem, fileSetOf } from '../file-set.ts';
import { parseManifests, readSources } from '../manifest-files.ts';
import { type Output, type Paint, serialise } from '../output.ts';
import { registryOption } from '../registry-option.ts';

interface Report {
  readonly objects: number;
  readonly others: number;
  readonly problems: readonly FileProblem[];
  readonly expected: readonly string[];
}

export function validateCommand(context: CliContext): Command {
  return new Command('validate')
    .description(
      'Check manifests without a cluster: fields, rules, references between them, settings that no program checks itself',
    )
    .requiredOption('-f, --filename <path...>', 'files, folders, or - for standard input')
    .addOption(registryOption())
    .addHelpText('after', '\nExit codes: 0 valid (warnings included), 1 not valid')
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { filename: string[]; registry?: string }>();
      const report = validate(
        await readSources(options.filename, context.terminal),
        options.namespace ?? 'default',
        loadRegistry(options.registry),
      );
      context.terminal.write(reportText(report, options.output, paintFor(context, options)));
      context.finish(
        report.problems.some(({ level }) => level === 'error') || report.objects === 0 ? EXIT.failed : EXIT.ok,
      );
    });
}

/** @param namespace of objects that name none */
export function validate(sources: Parameters<typeof parseManifests>[0], namespace: string, registry: Registry): Report {
  const { manifests, problems } = parseManifests(sources);
  const set = fileSetOf(manifests, namespace);
  const cross = crossCheck(set, registry);
  const unreadable = problems.map(
    ({ at, message }): FileProblem => ({ level: 'error', at, object: '', text: message }),
  );
  const nothing: FileProblem[] =
    set.objects.length + set.problems.length + unreadable.length === 0
      ? [{ level: 'error', at: '', object: '', text: 'There is no object of optimism.io in these files.' }]
      : [];
  return {
    objects: set.objects.length,
    others: set.others + set.data.length,
    problems: [...unreadable, ...set.problems, ...cross.problems, ...nothing],
    expected: cross.expected,
  };
}

function reportText(report: Report, output: Output, paint: Paint): string {
  if (output !== 'table') return serialise(report, output);
  const lines = report.problems.map(({ level, at, object, text }) => {
    const where = [at, object].filter((part) => part !== '').join(' ');
    return `${paint(level === 'error' ? 'red' : 'yellow', level)} ${where === '' ? '' : `${where}: `}${text}`;
  });
  const errors = report.problems.filter(({ level }) => level === 'error').length;
  const expected =
    report.expected.length > 0 ? [`Not in these files, so expected in the cluster: ${report.expected.join(', ')}`] : [];
  return `${[...lines, ...expected, summary(report, errors, paint)].join('\n')}\n`;
}

function summary({ objects, others, problems }: Report, errors: number, paint: Paint): string {
  const warnings = problems.length - errors;
  const counted = [
    `${objects} valid ${objects === 1 ? 'object' : 'objects'}`,
    others > 0 ? `${others} of other kinds` : undefined,
    `${errors} ${errors === 1 ? 'error' : 'errors'}`,
    warnings > 0 ? `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}` : undefined,
  ];
  const text = counted.filter((part) => part !== undefined).join(', ');
  return errors > 0 ? paint('red', text) : paint('green', text);
}
