import { writeFileSync } from 'node:fs';
import { argumentsOf, fileError } from '../environment.ts';
import { type Process, ProgramExit } from '../process.ts';
import { applets, type Outcome, type Shell } from './applets.ts';
import { type Command, parseScript, type Script, type Word } from './shell-syntax.ts';

/** The image busybox, as far as init containers use it: `sh -c <script>` with a handful of commands. */
export async function busybox(process: Process): Promise<number> {
  const [program, option, script] = argumentsOf(process.context.argv, ['busybox']);
  if (program !== 'sh' && program !== '/bin/sh') throw new ProgramExit(127, [`${program}: applet not found`]);
  if (option !== '-c' || script === undefined) return 0;
  const shell: Shell = {
    process,
    directory: '/',
    stopOnError: false,
    path: (name) => (name.startsWith('/') ? name : `${shell.directory.replace(/\/$/, '')}/${name}`),
  };
  return runScript(shell, parseScript(script));
}

async function runScript(shell: Shell, script: Script): Promise<number> {
  let code = 0;
  for (const statement of script) {
    if (statement.kind === 'if') {
      const condition = await runScript({ ...shell, stopOnError: false }, statement.condition);
      code = await runScript(shell, condition === 0 ? statement.then : statement.otherwise);
    } else if (!statement.onlyAfterSuccess || code === 0) {
      code = await runPipeline(shell, statement.commands);
    }
    if (code !== 0 && shell.stopOnError) return code;
  }
  return code;
}

async function runPipeline(shell: Shell, commands: readonly Command[]): Promise<number> {
  let input: Buffer = Buffer.alloc(0);
  let code = 0;
  for (const command of commands) {
    const outcome = await runCommand(shell, command, input);
    code = outcome.code;
    input = outcome.output;
  }
  for (const line of input.toString('utf8').split('\n')) if (line !== '') shell.process.context.log(line);
  return code;
}

async function runCommand(shell: Shell, command: Command, input: Buffer): Promise<Outcome> {
  const fill = (word: Word) =>
    word.map((part) => (typeof part === 'string' ? part : (shell.process.context.env[part.variable] ?? ''))).join('');
  const [name = 'true', ...args] = command.words.map(fill);
  const applet = applets[name];
  const complain = (line: string) => (command.silent ? undefined : shell.process.context.log(line));
  const target = command.output === undefined ? undefined : fill(command.output);
  const host = target === undefined ? undefined : writablePath(shell, target, complain);
  if (target !== undefined && host === undefined) return { code: 1, output: Buffer.alloc(0) };
  if (applet === undefined) {
    complain(`sh: ${name}: not found`);
    return { code: 127, output: Buffer.alloc(0) };
  }
  const outcome = await applet(shell, args, input).catch((error: unknown) => {
    complain(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    return { code: 1, output: Buffer.alloc(0) };
  });
  if (host === undefined || shell.process.killed()) return outcome;
  writeFileSync(host, outcome.output);
  return { code: outcome.code, output: Buffer.alloc(0) };
}

function writablePath(shell: Shell, target: string, complain: (line: string) => void): string | undefined {
  try {
    return shell.process.context.hostPath(shell.path(target));
  } catch (error) {
    const why = fileError('', '', error).replace(/^ : /, '');
    complain(`sh: can't create ${target}: ${why.charAt(0).toUpperCase()}${why.slice(1)}`);
    return undefined;
  }
}
