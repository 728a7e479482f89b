/**
 * Conditions: what is, why, and what to do next. Pure.
 *
 * Types that the entity's report writes: ConfigurationValid, ContractsDiscovered, Ready, Progressing, AwaitingApproval,
 * Paused (network-conditions.ts). The observation writes Sequencing, Batching, Following, Proposing,
 * Challenging, Funded and Degraded (chain-health.ts) and ForkReady (fork-watch.ts), the watcher Orchestrated. One writer for each type: each reads the
 * whole status, changes its own, and puts it back with the resourceVersion that it has read.
 */
import type { Condition, ConditionType } from '../api/conditions.ts';

export interface ConditionInput {
  readonly type: ConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  /** One word in CamelCase. */
  readonly reason: string;
  readonly message: string;
}

/** The schema allows 4096; a status has room for all conditions of a bad day. */
export const MAX_CONDITION_MESSAGE = 1024;

/**
 * Sets one condition in a list. `lastTransitionTime` moves only when `status` changes: it answers "since when".
 * @param list the conditions as they are; is not changed
 * @param observedGeneration `metadata.generation` that the condition is about
 */
export function setCondition(
  list: readonly Condition[],
  input: ConditionInput,
  now: Date,
  observedGeneration?: number,
): Condition[] {
  const before = list.find(({ type }) => type === input.type);
  const condition: Condition = {
    type: input.type,
    status: input.status,
    reason: input.reason,
    message: cutText(input.message, MAX_CONDITION_MESSAGE),
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    lastTransitionTime: before?.status === input.status ? before.lastTransitionTime : timestamp(now),
  };
  return before ? list.map((other) => (other === before ? condition : other)) : [...list, condition];
}

/** Sets several conditions; see {@link setCondition}. Types that are not among `inputs` stay as they are. */
export function setConditions(
  list: readonly Condition[],
  inputs: readonly ConditionInput[],
  now: Date,
  observedGeneration?: number,
): Condition[] {
  return inputs.reduce<Condition[]>((all, input) => setCondition(all, input, now, observedGeneration), [...list]);
}

/**
 * Sets the conditions of a writer that looks anew each time: what it has not found this time is taken back. A condition
 * of something that is off would go on to blame it.
 * @param owned the types that are the writer's
 */
export function replaceConditions(
  list: readonly Condition[],
  inputs: readonly ConditionInput[],
  owned: readonly ConditionType[],
  now: Date,
  observedGeneration?: number,
): Condition[] {
  const kept = list.filter(({ type }) => !isTakenBack(type, inputs, owned));
  return setConditions(kept, inputs, now, observedGeneration);
}

function isTakenBack(type: string, inputs: readonly ConditionInput[], owned: readonly ConditionType[]): boolean {
  return owned.some((own) => own === type) && !inputs.some((input) => input.type === type);
}

/**
 * Whether any of the inputs says something else than the list, whatever numbers are in its message, or one of the owned
 * types has to be taken back.
 */
export function saysOther(
  list: readonly Condition[],
  inputs: readonly ConditionInput[],
  owned: readonly ConditionType[],
  observedGeneration: number,
): boolean {
  if (list.some(({ type }) => isTakenBack(type, inputs, owned))) return true;
  return inputs.some(({ type, status, reason }) => {
    const before = list.find((condition) => condition.type === type);
    return before?.status !== status || before.reason !== reason || before.observedGeneration !== observedGeneration;
  });
}

/** `What is. Why. → what to do next` */
export function sentence(what: string, why?: string, next?: string): string {
  const statements = [what, why]
    .filter((text) => text !== undefined && text !== '')
    .map((text) => withFullStop(text ?? ''));
  return next ? `${statements.join(' ')} → ${next}` : statements.join(' ');
}

/** RFC 3339 with whole seconds, as Kubernetes writes times. */
export function timestamp(now: Date): string {
  return now.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** At most `limit` characters, whole ones. */
export function cutText(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1).toWellFormed()}…`;
}

function withFullStop(text: string): string {
  const trimmed = text.trim();
  return /[.!?…]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
