/**
 * Completion for shells, as a script made from the definitions: nothing is started while somebody types. (Libraries for
 * this run the program at every key press.)
 */
import type { Command, Option } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

interface Words {
  /** Commands that were typed: `` for none, `audit list`. */
  readonly path: string;
  readonly subcommands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly Option[];
}

export function completionScript(program: Command, shell: Shell): string {
  const words = wordsOf(program, '', program.options);
  if (shell === 'fish') return fishScript(program.name(), words);
  const bash = bashScript(program.name(), words);
  // zsh understands bash's completion after this.
  return shell === 'bash' ? bash : `#compdef ${program.name()}\nautoload -U +X bashcompinit && bashcompinit\n${bash}`;
}

function wordsOf(command: Command, path: string, global: readonly Option[]): Words[] {
  const own: Words = {
    path,
    subcommands: command.commands.map((child) => ({ name: child.name(), description: child.description() })),
    options: path === '' ? global : [...command.options, ...global],
  };
  return [own, ...command.commands.flatMap((child) => wordsOf(child, `${path} ${child.name()}`.trim(), global))];
}

function bashScript(name: string, all: readonly Words[]): string {
  const cases = all.map(({ path, subcommands, options }) => {
    const words = [...subcommands.map((child) => child.name), ...options.flatMap(flagsOf)];
    return `    ${quoted(path)}) words=${quoted(words.join(' '))} ;;`;
  });
  const values = all
    .flatMap(({ options }) => options)
    .filter(({ argChoices }) => argChoices !== undefined)
    .map(
      (option) =>
        `    ${flagsOf(option).join('|')}) COMPREPLY=($(compgen -W ${quoted(option.argChoices?.join(' ') ?? '')} -- "$current")); return ;;`,
    );
  const files = all
    .flatMap(({ options }) => options)
    .filter(({ flags }) => /<(path|file)/.test(flags))
    .flatMap(flagsOf);
  return `${[
    `_${name}_complete() {`,
    `  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path="" word words=""`,
    '  case "$previous" in',
    ...new Set(values),
    `    ${[...new Set(files)].join('|')}) COMPREPLY=($(compgen -f -- "$current")); return ;;`,
    '  esac',
    `  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do`,
    `    case "\${path:+$path }$word" in`,
    `      ${all
      .filter(({ path }) => path !== '')
      .map(({ path }) => quoted(path))
      .join('|')}) path="\${path:+$path }$word" ;;`,
    '    esac',
    '  done',
    '  case "$path" in',
    ...cases,
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    `complete -F _${name}_complete ${name}`,
  ].join('\n')}\n`;
}

function fishScript(name: string, all: readonly Words[]): string {
  const lines = all.flatMap(({ path, subcommands, options }) => {
    const condition = fishCondition(
      path,
      subcommands.map((child) => child.name),
    );
    return [
      ...subcommands.map(
        (child) =>
          `complete -c ${name} -f -n ${quoted(condition)} -a ${quoted(child.name)} -d ${quoted(child.description)}`,
      ),
      ...(path === '' ? options : options.filter((option) => !all[0]?.options.includes(option))).map((option) =>
        fishOption(name, path === '' ? '' : condition, option),
      ),
    ];
  });
  return `${lines.join('\n')}\n`;
}

function fishCondition(path: string, subcommands: readonly string[]): string {
  if (path === '') return '__fish_use_subcommand';
  const seen = path.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`);
  const deeper = subcommands.length > 0 ? [`not __fish_seen_subcommand_from ${subcommands.join(' ')}`] : [];
  return [...seen, ...deeper].join('; and ');
}

function fishOption(name: string, condition: string, { long, short, description, argChoices, flags }: Option): string {
  return [
    `complete -c ${name}`,
    condition === '' ? '' : `-n ${quoted(condition)}`,
    long ? `-l ${long.replace(/^--/, '')}` : '',
    short ? `-s ${short.replace(/^-/, '')}` : '',
    argChoices ? `-xa ${quoted(argChoices.join(' '))}` : flags.includes('<') ? '-r' : '',
    `-d ${quoted(description)}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function flagsOf({ long, short }: Option): string[] {
  return [long, short].filter((flag) => flag !== undefined);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
