import { compareVersions, type Version } from '../version.ts';

/** What urfave/cli parses a value as. `choice` is one of a list. */
export type FlagType = 'string' | 'bool' | 'int' | 'uint' | 'uint64' | 'float64' | 'duration' | 'list' | 'choice';

export interface Flag {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly type: FlagType;
  readonly choices: readonly string[];
  /** Full names of the environment variables, first one first. */
  readonly env: readonly string[];
  readonly fallback: string;
}

/**
 * Reads a table of flags: one per line, columns separated by blanks.
 * 1 name, `,alias` after it; 2 type, for choices `choice(a|b)`; 3 environment suffixes separated by commas, or `-`;
 * 4 default, or `-`; 5 optional versions: `since=1.17.0`, `until=1.18.0` (exclusive).
 */
export function flagTable(prefix: string, version: Version, table: string): readonly Flag[] {
  return table
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(/\s+/))
    .filter((columns) => known(columns.slice(4), version))
    .map(([names = '', type = '', env = '-', fallback = '-']) => {
      const [name = '', ...aliases] = names.split(',');
      const [, base = '', choices] = /^(\w+)(?:\((.*)\))?$/.exec(type) ?? [];
      return {
        name,
        aliases,
        type: base as FlagType,
        choices: choices?.split('|') ?? [],
        env: env === '-' ? [] : env.split(',').map((suffix) => `${prefix}_${suffix}`),
        fallback: fallback === '-' ? '' : fallback,
      };
    });
}

function known(conditions: readonly string[], version: Version): boolean {
  return conditions.every((condition) => {
    const [kind, bound = ''] = condition.split('=');
    const order = compareVersions(version, bound);
    return kind === 'since' ? order >= 0 : order < 0;
  });
}
