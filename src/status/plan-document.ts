/**
 * The whole plan as people and programs read it before they decide: JSON in the ConfigMap `<network>-plan`, which
 * `status.plan` names and has no room for. Pure.
 */
import type { ObjectChange, Plan } from '../contract/plan.ts';

/** Key in the ConfigMap. */
export const PLAN_KEY = 'plan.json';
/** A ConfigMap holds 1 MiB; half of it is a limit that nobody meets. */
export const MAX_PLAN_BYTES = 512 * 1024;

export function planConfigMapName(network: string): string {
  return `${network}-plan`;
}

/** JSON of at most {@link MAX_PLAN_BYTES}. What gives way are fields of objects, then objects, and it says so. */
export function planDocument(plan: Plan, limit = MAX_PLAN_BYTES): string {
  for (const fields of [Number.POSITIVE_INFINITY, 20, 5, 0]) {
    const text = serialise({ ...plan, changes: plan.changes.map((change) => withFewerFields(change, fields)) });
    if (Buffer.byteLength(text) <= limit) return text;
  }
  const left = `${plan.changes.length} objects change, too many to be listed here`;
  return serialise({ ...plan, changes: [], warnings: [left, ...plan.warnings] });
}

/** @returns undefined when it is another plan's, or none at all */
export function readPlanDocument(text: string | undefined, hash: string): Plan | undefined {
  if (text === undefined) return undefined;
  try {
    const plan = JSON.parse(text) as Plan;
    return plan.hash === hash && Array.isArray(plan.changes) && Array.isArray(plan.steps) ? plan : undefined;
  } catch {
    return undefined;
  }
}

function withFewerFields(change: ObjectChange, most: number): ObjectChange {
  const left = change.fields.length - most;
  return left > 0 ? { ...change, fields: [...change.fields.slice(0, most), { path: `… ${left} more` }] } : change;
}

function serialise(plan: Plan): string {
  return `${JSON.stringify(plan, null, 1)}\n`;
}
