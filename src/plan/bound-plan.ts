/** Keeps a plan below what Temporal and a status take: prose is shortened, what is executed never is. */
import type { ObjectChange, Plan } from '../contract/plan.ts';

const MAX_CHANGES = 80;
const MAX_FIELDS = 12;
const MAX_VALUE = 120;

export function boundPlan(plan: Plan): Plan {
  return { ...plan, changes: plan.changes.slice(0, MAX_CHANGES).map(boundChange) };
}

function boundChange(change: ObjectChange): ObjectChange {
  return {
    ...change,
    fields: change.fields.slice(0, MAX_FIELDS).map(({ path, from, to }) => ({
      path: cut(path),
      ...(from === undefined ? {} : { from: cut(from) }),
      ...(to === undefined ? {} : { to: cut(to) }),
    })),
  };
}

function cut(text: string): string {
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text;
}
