/** `opstack audit list|export|verify` */
import { readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import type { AuditRecord } from '../../audit/record.ts';
import { type AuditStore, createAuditStore } from '../../audit/store.ts';
import { type Verification, verifyChain } from '../../audit/verify.ts';
import { shortHash } from '../../status/operator-commands.ts';
import { anchorsInCluster, requireAnchor } from '../audit-anchors.ts';
import { CliError } from '../cli-error.ts';
import {
  type CliContext,
  type Connection,
  type GlobalOptions,
  globalOptions,
  paintFor,
  withCluster,
} from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { readNetwork } from '../networks.ts';
import { columns, type Output, type Paint, serialise } from '../output.ts';

export function auditCommand(context: CliContext): Command {
  return new Command('audit')
    .description('Read and check the audit log of a network: who decided what, and what was done')
    .addCommand(listCommand(context))
    .addCommand(exportCommand(context))
    .addCommand(verifyCommand(context));
}

function listCommand(context: CliContext): Command {
  return new Command('list')
    .description('Show the records, oldest first')
    .argument('<network>', 'name of an OptimismNetwork; also of one that is gone')
    .option('--plan <hash>', 'only records about this plan (beginning of its hash)')
    .option('--last <n>', 'only the last n records', wholeNumber)
    .action(async (name: string, _, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { plan?: string; last?: number }>();
      await withCluster(options, async (connection) => {
        const all = await storeOf(connection, name).list();
        const { plan = '', last = all.length } = options;
        const records = all.filter(({ planHash = '' }) => planHash.startsWith(plan)).slice(-last || all.length);
        context.terminal.write(options.output === 'table' ? recordTable(records) : serialise(records, options.output));
      });
    });
}

function exportCommand(context: CliContext): Command {
  return new Command('export')
    .description('Print the records as they are stored, one JSON object on a line, for opstack audit verify -f')
    .argument('<network>', 'name of an OptimismNetwork; also of one that is gone')
    .action(async (name: string, _, command: Command) => {
      await withCluster(globalOptions(command), async (connection) => {
        const lines = await storeOf(connection, name).lines();
        context.terminal.write(lines.map((line) => `${line}\n`).join(''));
      });
    });
}

function verifyCommand(context: CliContext): Command {
  return new Command('verify')
    .description(
      'Check that no record was edited, dropped or put in between, and compare with heads that are known from elsewhere',
    )
    .argument('[network]', 'name of an OptimismNetwork')
    .option('-f, --filename <path>', 'an exported log instead of the cluster')
    .option('--anchor <seq:hash...>', 'heads that you have kept; those of status and events are used by themselves')
    .addHelpText('after', '\nExit codes: 0 nothing found, 1 findings')
    .action(async (name: string | undefined, _, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { filename?: string; anchor?: string[] }>();
      const anchors = (options.anchor ?? []).map(requireAnchor);
      const verification = options.filename
        ? verifyChain(linesOf(await readFile(options.filename, 'utf8')), anchors)
        : await verifyInCluster(options, requireName(name), anchors);
      context.terminal.write(verificationText(verification, options.output, paintFor(context, options)));
      context.finish(verification.ok ? EXIT.ok : EXIT.failed);
    });
}

async function verifyInCluster(
  options: GlobalOptions,
  name: string,
  anchors: readonly ReturnType<typeof requireAnchor>[],
): Promise<Verification> {
  return withCluster(options, async (connection) => {
    // Anchors are read first: the chain only grows meanwhile.
    const network = await readNetwork(connection, name);
    const known = await anchorsInCluster(connection.kube, network);
    return verifyChain(await storeOf(connection, name).lines(), [...anchors, ...known]);
  });
}

/** For reading: the uid is only written. */
function storeOf({ kube, namespace }: Connection, name: string): AuditStore {
  return createAuditStore({ kube, network: { namespace, name, uid: '' } });
}

function requireName(name: string | undefined): string {
  if (name !== undefined) return name;
  throw new CliError({
    what: 'Which network?',
    next: 'opstack audit verify <network>, or -f <file>',
    exitCode: EXIT.usage,
  });
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number above 0.');
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

function recordTable(records: readonly AuditRecord[]): string {
  if (records.length === 0) return 'No audit records.\n';
  const rows = records.map(({ seq, time, type, planHash, step, actor, via, outcome, details }) => {
    const message = details['message'];
    const by = [actor, via].filter((part) => part !== undefined).join(' via ');
    const what = [step, outcome, typeof message === 'string' ? message : undefined]
      .filter((part) => part !== undefined)
      .join(': ');
    return [String(seq), time.replace(/\.\d+Z$/, 'Z'), type, planHash ? shortHash(planHash) : '', by, what];
  });
  return columns(['SEQ', 'TIME', 'TYPE', 'PLAN', 'BY', ''], rows);
}

function verificationText(verification: Verification, output: Output, paint: Paint): string {
  if (output !== 'table') return serialise(verification, output);
  const { ok, records, head, findings, notProven } = verification;
  return [
    ...findings.map(({ kind, message }) => `${paint('red', kind)}: ${message}`),
    ok
      ? paint('green', `${records} records fit together.`)
      : paint('red', `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'} in ${records} records.`),
    notProven,
    `Head: ${head.seq}:${head.hash}`,
    '',
  ].join('\n');
}
