/**
 * Keeps the result of a look below what Temporal, and the statuses that are made of it, take. Prose is shortened, in the
 * order of how little it is missed; what is executed (steps, renders, hash) never is, however long it is.
 */
import type { LookResult } from '../contract/activities.ts';
import type { Problem } from '../contract/failures.ts';
import type { ObjectChange, Plan } from '../contract/plan.ts';
import { shortenedField } from '../contract/shortened-field.ts';

export const MAX_LOOK_BYTES = 64 * 1024;

interface Limits {
  /** Characters of a field's path and values. */
  readonly value: number;
  /** Fields of a change. */
  readonly fields: number;
  readonly changes: number;
  /** Characters of all reasons together. */
  readonly reasons: number;
  /** Characters of a problem's message and of its fix. */
  readonly message: number;
  readonly problems: number;
}

const ALWAYS: Limits = { value: 120, fields: 12, changes: 80, reasons: 8000, message: Infinity, problems: Infinity };

/** What a look is cut to, each in addition to those before, until it is small enough. */
const FURTHER: readonly Partial<Limits>[] = [
  { value: 60 },
  { value: 30 },
  { reasons: 1000 },
  { fields: 4 },
  { fields: 0 },
  { changes: 20 },
  { changes: 0 },
  { message: 1000 },
  { message: 200 },
  { problems: 60 },
  { problems: 20, message: 100 },
];

/** The result itself, when it is small. Pure: the same look is shortened in the same way. */
export function boundLook(look: LookResult): LookResult {
  let limits = ALWAYS;
  let bounded = within(limits, look);
  for (const further of FURTHER) {
    if (bytesOf(bounded) <= MAX_LOOK_BYTES) break;
    limits = { ...limits, ...further };
    bounded = within(limits, look);
  }
  return bounded;
}

function bytesOf(look: LookResult): number {
  return new TextEncoder().encode(JSON.stringify(look)).length;
}

function within(limits: Limits, { plan, problems, ...look }: LookResult): LookResult {
  return { ...look, problems: boundProblems(limits, problems), ...(plan ? { plan: boundPlan(limits, plan) } : {}) };
}

function boundPlan(limits: Limits, plan: Plan): Plan {
  const left = plan.changes.length - limits.changes;
  return {
    ...plan,
    changes: plan.changes.slice(0, limits.changes).map((change) => boundChange(limits, change)),
    ...(plan.reasons ? { reasons: boundReasons(limits, plan.reasons) } : {}),
    ...(left > 0 ? { warnings: [...plan.warnings, `${left} of ${plan.changes.length} changes are not shown`] } : {}),
  };
}

function boundReasons({ reasons: max }: Limits, reasons: readonly string[]): string[] {
  let left = max;
  const shown = reasons.filter((reason) => {
    left -= reason.length;
    return left >= 0;
  });
  return shown.length < reasons.length ? [...shown, `and ${reasons.length - shown.length} more reasons`] : shown;
}

function boundChange({ fields: max, value }: Limits, change: ObjectChange): ObjectChange {
  const left = change.fields.length - max;
  const shown = change.fields.slice(0, max).map((field) => shortenedField(field, value));
  return { ...change, fields: left > 0 ? [...shown, { path: `… ${left} more` }] : shown };
}

/** The last one says how many are left out. It is of the type of the first of those, so that it counts like them. */
function boundProblems({ message: max, problems: count }: Limits, problems: readonly Problem[]): Problem[] {
  const shown = problems
    .slice(0, count)
    .map((problem) => ({ ...problem, message: cut(problem.message, max), fix: cut(problem.fix, max) }));
  const [next] = problems.slice(count);
  if (!next) return shown;
  const message = `${problems.length - count} more problems are not shown`;
  return [...shown, { type: next.type, message, fix: 'mend those that are shown; the others are shown then' }];
}

function cut(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max)}…` : text;
}
