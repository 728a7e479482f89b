import type { Problem } from '../../contract/failures.ts';

/** An error refuses the plan; a warning is shown with it. */
export interface SettingProblem extends Problem {
  readonly level: 'error' | 'warning';
}

export function problem(
  level: SettingProblem['level'],
  type: Problem['type'],
  object: string,
  message: string,
  fix: string,
): SettingProblem {
  return { level, type, object, message, fix };
}
