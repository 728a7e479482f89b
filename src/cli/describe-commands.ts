/** The command line in words, from its own definitions: docs/cli.md is this text. */
import type { Argument, Command, Option } from 'commander';

/** @returns Markdown */
export function describeCommands(program: Command): string {
  return [
    '# Command line',
    '',
    '<!-- Generated from src/cli by `npm run generate`. Do not edit. -->',
    '',
    `\`${program.name()}\` is also \`kubectl ${program.name()}\`. ${program.description()}`,
    '',
    '## Options of every command',
    '',
    ...optionTable(program.options),
    '',
    '## Exit codes',
    '',
    '| code | meaning |',
    '|---|---|',
    '| 0 | done, or fine |',
    '| 1 | failed: what, why and the next command are on standard error |',
    '| 2 | the command line is wrong |',
    '| 3 | a plan waits for approval |',
    '| 4 | a network is degraded, halted or invalid |',
    '',
    '## Commands',
    '',
    ...leaves(program, program.name()).flatMap(({ path, command }) => describe(path, command)),
  ].join('\n');
}

export interface Leaf {
  /** `opstack audit list` */
  readonly path: string;
  readonly command: Command;
}

/** Commands that do something, in the order of the program. */
export function leaves(command: Command, path: string): Leaf[] {
  return command.commands.flatMap((child) => {
    const childPath = `${path} ${child.name()}`;
    return child.commands.length > 0 ? leaves(child, childPath) : [{ path: childPath, command: child }];
  });
}

function describe(path: string, command: Command): string[] {
  const usage = [path, ...command.registeredArguments.map(argumentText)].join(' ');
  return [
    `### ${path}`,
    '',
    `\`${usage}\``,
    '',
    `${command.description()}.`,
    '',
    ...(command.registeredArguments.length > 0
      ? ['| argument | |', '|---|---|', ...command.registeredArguments.map(argumentRow), '']
      : []),
    ...(command.options.length > 0 ? [...optionTable(command.options), ''] : []),
  ];
}

function argumentText(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function argumentRow(argument: Argument): string {
  return `| \`${argument.name()}\` | ${cell(argument.description)} |`;
}

function optionTable(options: readonly Option[]): string[] {
  return [
    '| option | |',
    '|---|---|',
    ...options.map((option) => `| \`${cell(option.flags)}\` | ${cell(optionText(option))} |`),
  ];
}

function optionText({ description, defaultValue, argChoices, envVar, mandatory }: Option): string {
  const facts = [
    mandatory ? 'required' : undefined,
    argChoices ? `one of ${argChoices.join(', ')}` : undefined,
    defaultValue === undefined || typeof defaultValue === 'boolean' ? undefined : `default ${String(defaultValue)}`,
    envVar ? `environment ${envVar}` : undefined,
  ].filter((fact) => fact !== undefined);
  return facts.length > 0 ? `${description} (${facts.join('; ')})` : description;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
