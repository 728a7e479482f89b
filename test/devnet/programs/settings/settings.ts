import type { Flag } from './flag-table.ts';
import { parseGoDuration } from './go-values.ts';
import { checkValue, environmentError, flagError } from './value-errors.ts';

/** Values of a program's flags after command line, environment and defaults. */
export interface Settings {
  string(flag: string): string;
  bool(flag: string): boolean;
  number(flag: string): number;
  /** Milliseconds. */
  duration(flag: string): number;
  list(flag: string): readonly string[];
  /** True when the flag or its variable was given, also when empty. */
  isSet(flag: string): boolean;
  /** Arguments that are no flags. */
  readonly args: readonly string[];
}

/** What was wrong with the settings, in the words of urfave/cli. */
export class SettingsError extends Error {}

/**
 * Parses command line and environment as urfave/cli does: a flag wins over its variable; an empty variable counts as
 * given, but as no number, duration or bool.
 * @throws SettingsError for an unknown flag or a value that does not parse
 */
export function parseSettings(
  flags: readonly Flag[],
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): Settings {
  const byName = new Map(flags.flatMap((flag) => [flag.name, ...flag.aliases].map((name) => [name, flag])));
  const values = new Map<string, string>();
  const args = readArguments(byName, argv, values);
  for (const flag of flags) {
    if (values.has(flag.name)) continue;
    const variable = flag.env.find((name) => env[name] !== undefined);
    const value = variable === undefined ? undefined : env[variable];
    if (variable === undefined || value === undefined) continue;
    const problem = value === '' ? undefined : checkValue(flag, value);
    if (problem !== undefined) throw new SettingsError(environmentError(flag, variable, value, problem));
    values.set(flag.name, value);
  }
  const text = (name: string): string => {
    const flag = byName.get(name);
    if (flag === undefined) return '';
    const value = values.get(flag.name) ?? flag.fallback;
    return value === '' && flag.type !== 'string' && flag.type !== 'list' ? flag.fallback : value;
  };
  return {
    string: text,
    bool: (name) => ['1', 't', 'true'].includes(text(name).toLowerCase()),
    number: (name) => Number(text(name)),
    duration: (name) => parseGoDuration(text(name)) ?? 0,
    list: (name) => (text(name) === '' ? [] : text(name).split(',')),
    isSet: (name) => values.has(name),
    args,
  };
}

function readArguments(
  flags: ReadonlyMap<string, Flag>,
  argv: readonly string[],
  values: Map<string, string>,
): readonly string[] {
  const rest = [...argv];
  for (let argument = rest[0]; argument !== undefined; argument = rest[0]) {
    if (!argument.startsWith('-') || argument === '-') return rest;
    rest.shift();
    if (argument === '--') return rest;
    const [, name = '', inline] = /^--?([^=]*)(?:=(.*))?$/s.exec(argument) ?? [];
    const flag = flags.get(name);
    if (flag === undefined) throw new SettingsError(`flag provided but not defined: -${name}`);
    const value = inline ?? (flag.type === 'bool' ? 'true' : rest.shift());
    if (value === undefined) throw new SettingsError(`flag needs an argument: -${name}`);
    const problem = checkValue(flag, value);
    if (problem !== undefined) throw new SettingsError(flagError(flag, name, value, problem));
    const before = flag.type === 'list' ? values.get(flag.name) : undefined;
    values.set(flag.name, before === undefined ? value : `${before},${value}`);
  }
  return rest;
}

/** Variables with the prefix that no flag knows; the real programs only warn about them. */
export function unknownVariables(
  prefix: string,
  flags: readonly Flag[],
  env: Readonly<Record<string, string>>,
): readonly string[] {
  const known = new Set(flags.flatMap((flag) => flag.env));
  return Object.keys(env).filter((name) => name.startsWith(`${prefix}_`) && !known.has(name));
}
