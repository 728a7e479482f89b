import { type Log, opLog } from '../log.ts';
import { type Process, ProgramExit } from '../process.ts';
import type { Flag } from './flag-table.ts';
import { parseSettings, type Settings, SettingsError, unknownVariables } from './settings.ts';

/**
 * Reads flags and environment of an op-* program. A bad one ends the process: the help text and, as the last line, the
 * reason; an unknown variable is only a warning.
 * @param reasonKey the key of the reason in the last line
 */
export function readOpSettings(
  process: Process,
  prefix: string,
  flags: readonly Flag[],
  argv: readonly string[],
  reasonKey: 'message' | 'err' = 'message',
): { readonly settings: Settings; readonly log: Log } {
  const { env } = process.context;
  // What was asked when the process ended fails only afterwards.
  const write = (line: string) => (process.ended.aborted ? undefined : process.context.log(line));
  const log = opLog(env[`${prefix}_LOG_FORMAT`] ?? 'text', write);
  try {
    const settings = parseSettings(flags, argv, env);
    const chosen = opLog(settings.string('log.format'), write);
    for (const name of unknownVariables(prefix, flags, env)) {
      chosen.warn('Unknown env var', { prefix, env_var: `${name}=${env[name]}` });
    }
    return { settings, log: chosen };
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const crit = log.line('crit', 'Application failed', { [reasonKey]: error.message });
    throw new ProgramExit(1, [...helpText(prefix, flags), crit]);
  }
}

function helpText(prefix: string, flags: readonly Flag[]): readonly string[] {
  const name = prefix.toLowerCase().replace('_', '-');
  const options = flags.map((flag) => {
    const value = flag.type === 'bool' ? '' : ' value';
    const fallback = flag.fallback === '' ? '' : ` (default: ${flag.fallback})`;
    return `    --${flag.name}${value}${fallback} ($${flag.env[0] ?? ''})`;
  });
  return ['NAME:', `   ${name}`, '', 'USAGE:', `   ${name} [global options]`, '', 'GLOBAL OPTIONS:', ...options, ''];
}
