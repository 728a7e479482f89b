import type { Flag } from './flag-table.ts';
import { parseGoBool, parseGoDuration, parseGoInt } from './go-values.ts';

/** Why Go would not take the value for the flag; undefined when it is good. */
export function checkValue(flag: Flag, value: string): string | undefined {
  switch (flag.type) {
    case 'string':
    case 'list':
      return undefined;
    case 'bool':
      return parseGoBool(value) === undefined ? `strconv.ParseBool: parsing "${value}": invalid syntax` : undefined;
    case 'duration':
      return parseGoDuration(value) === undefined ? `time: invalid duration "${value}"` : undefined;
    case 'int':
      return parseGoInt(value, true) === undefined ? `strconv.ParseInt: parsing "${value}": invalid syntax` : undefined;
    case 'uint':
    case 'uint64':
      return parseGoInt(value, false) === undefined
        ? `strconv.ParseUint: parsing "${value}": invalid syntax`
        : undefined;
    case 'float64':
      return Number.isNaN(Number(value)) ? `strconv.ParseFloat: parsing "${value}": invalid syntax` : undefined;
    case 'choice':
      return flag.choices.includes(value.toLowerCase()) ? undefined : `unknown value: "${value}"`;
  }
}

/** The line for a bad value on the command line. */
export function flagError(flag: Flag, name: string, value: string, problem: string): string {
  if (flag.type === 'bool') return `invalid boolean value "${value}" for -${name}: parse error`;
  return `invalid value "${value}" for flag -${name}: ${flag.type === 'choice' ? problem : 'parse error'}`;
}

/** The line for a bad value in the environment. */
export function environmentError(flag: Flag, variable: string, value: string, problem: string): string {
  return flag.type === 'choice'
    ? `could not parse "${value}" from environment variable "${variable}" as value for flag ${flag.name}: ${problem}`
    : `could not parse "${value}" as ${flag.type} value from environment variable "${variable}" for flag ${flag.name}: ${problem}`;
}
