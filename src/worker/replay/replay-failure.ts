/** What the SDK says when a replay fails, as data. Its words are those of Temporal's core (1.24.0), seen by replaying. */

/** What code and history do not agree about. */
export type Mismatch =
  /** The history has one id where the code names another. */
  | { readonly by: 'id'; readonly had: string; readonly does: string }
  /** The ids are the same and the types differ. */
  | { readonly by: 'type'; readonly had: string; readonly does: string }
  /** An event that does not come from what the code does there. */
  | { readonly by: 'event'; readonly eventId: number; readonly had: string; readonly does: string };

export interface ReplayFailure {
  /** `nondeterminism`: the code does something else. `failure`: the code throws, or there is no such workflow. */
  readonly kind: 'nondeterminism' | 'failure';
  /** In the SDK's words. */
  readonly message: string;
  /** Absent where its words name none. */
  readonly mismatch?: Mismatch;
  /** `src/workflows/execute-plan.ts:164:8`, of code that throws. */
  readonly at?: string;
}

const ID = /id of scheduled event '(.*)' does not match .* id of .*command '(.*)'/;
const TYPE = /type of scheduled event '(.*)' does not match .* type of .*command '(.*)'/;
const NO_COMMAND = /No command scheduled for event HistoryEvent\(id: (\d+), (\w+)\)/;
const OTHER_COMMAND = /Nondeterminism error: (.*) machine does not handle this event: HistoryEvent\(id: (\d+), (\w+)\)/;

/** @param error of one result of `Worker.runReplayHistories` */
export function readReplayFailure({ name, message: text }: Error): ReplayFailure {
  const message = quoted('message', text) ?? text;
  const mismatch = mismatchIn(message);
  const at = /src\/[^\s():]+:\d+:\d+/.exec(quoted('stack_trace', text) ?? '')?.[0];
  return {
    kind: name === 'DeterminismViolationError' ? 'nondeterminism' : 'failure',
    message: message.replace(/^\[TMPRL\d+\] /, ''),
    ...(mismatch ? { mismatch } : {}),
    ...(at ? { at } : {}),
  };
}

/** A field of what the core prints of its failure, which is the debug form of a struct. */
function quoted(field: string, text: string): string | undefined {
  const value = new RegExp(`${field}: "((?:[^"\\\\]|\\\\.)*)"`).exec(text)?.[1];
  return value?.replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));
}

function mismatchIn(message: string): Mismatch | undefined {
  const [, hadId, doesId] = ID.exec(message) ?? [];
  if (hadId !== undefined && doesId !== undefined) return { by: 'id', had: hadId, does: doesId };
  const [, hadType, doesType] = TYPE.exec(message) ?? [];
  if (hadType !== undefined && doesType !== undefined) return { by: 'type', had: hadType, does: doesType };
  const [, nothingAt, unasked] = NO_COMMAND.exec(message) ?? [];
  if (nothingAt && unasked) return { by: 'event', eventId: Number(nothingAt), had: unasked, does: 'nothing' };
  const [, command, otherAt, event] = OTHER_COMMAND.exec(message) ?? [];
  return command && event ? { by: 'event', eventId: Number(otherAt), had: event, does: command } : undefined;
}
