/** Settings of a user's that the version of the program no longer has. */
import { overridesOf } from '../check-overrides.ts';
import type { RenderInput } from '../input.ts';
import { removedSettings } from '../version-gates.ts';
import type { ProgramUse } from './programs.ts';
import { problem, type SettingProblem } from './setting-problem.ts';

/** Only of overrides: what the operator renders itself goes by the version already. */
export function settingsAreKnown(input: RenderInput, programs: readonly ProgramUse[]): SettingProblem[] {
  const overrides = overridesOf(input).filter(({ env, extraArgs }) => env !== undefined || extraArgs !== undefined);
  return programs.flatMap((use) =>
    overrides
      .filter(({ object, program }) => object === use.object && program === use.name)
      .flatMap(({ program, field, env, extraArgs }) =>
        removedSettings(program, use.version).flatMap(({ version, flag, variable }) => [
          ...(extraArgs ?? [])
            .filter((argument) => /^--?([^=]+)/.exec(argument)?.[1] === flag)
            .map(() => gone('error', use, `spec.${field}extraArgs: --${flag}`, version)),
          ...(env ?? [])
            .filter(({ name }) => name === variable)
            .map(({ name }) => gone('warning', use, `spec.${field}env: ${name}`, version)),
        ]),
      ),
  );
}

/** A flag that it does not know ends a program at its start; a variable is left out. */
function gone(
  level: SettingProblem['level'],
  { object, name, version }: ProgramUse,
  setting: string,
  since: string,
): SettingProblem {
  const effect = level === 'error' ? 'it would not start' : 'it is not set';
  return problem(
    level,
    'Incompatible',
    object,
    `${setting}: ${name} has no such setting from ${since} on, and is ${version?.text}: ${effect}`,
    'remove it',
  );
}
