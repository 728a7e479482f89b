/**
 * What users add to a container. Theirs wins over ours, but for what is reserved: that is left out even here, although
 * checkOverrides has refused it, because a second sequencer is worse than a lost setting.
 */
import type { EnvironmentVariable } from '../api/container.ts';
import { fromConfigMap, fromSecret } from './environment.ts';
import type { Copies } from './input.ts';
import type { EnvVar } from './manifest.ts';
import { isReserved, type Program } from './reserved.ts';

/** Our variables with the user's over them: at the place of ours, and what only they have behind. */
export function withUserVariables(
  program: Program,
  ours: readonly EnvVar[],
  theirs: readonly EnvironmentVariable[] | undefined,
  copies: Copies,
): EnvVar[] {
  const reserved = isReserved(program);
  const variables = new Map(ours.map((variable) => [variable.name, variable]));
  for (const variable of theirs ?? []) {
    if (!reserved.variable(variable.name)) variables.set(variable.name, userVariable(variable, copies));
  }
  return [...variables.values()];
}

/** The user's arguments. A reserved flag goes with the value behind it, when that is an argument of its own. */
export function userArguments(program: Program, theirs: readonly string[] | undefined): string[] {
  const reserved = isReserved(program);
  const isBare = (argument: string | undefined) =>
    argument !== undefined && reserved.flag(argument) && !argument.includes('=');
  return (theirs ?? []).filter((argument, index, all) => {
    const isItsValue = isBare(all[index - 1]) && !argument.startsWith('-');
    return !reserved.flag(argument) && !isItsValue;
  });
}

function userVariable({ name, value, valueFrom }: EnvironmentVariable, copies: Copies): EnvVar {
  if (valueFrom?.secretKeyRef !== undefined) {
    return fromSecret(name, copies.secret(valueFrom.secretKeyRef.name, valueFrom.secretKeyRef.key));
  }
  if (valueFrom?.configMapKeyRef !== undefined) {
    const copy = copies.configMap(valueFrom.configMapKeyRef.name, valueFrom.configMapKeyRef.key);
    return fromConfigMap(name, copy.name, copy.key);
  }
  return { name, value: value ?? '' };
}
